#include "imap/lexer.hpp"

#include "base/bytes.hpp"

namespace freehold::imap {

namespace {

// RFC 9051, 9: atom-specials are parentheses, braces, space, CTL, list-wildcards, quoted-specials
// and ']'. Bytes above ASCII are let through: UTF-8 names of clients that forgot to ENABLE.
bool is_atom_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte <= 0x20 || byte == 0x7f) return false;
  return std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
}
bool is_astring_char(char c) { return is_atom_char(c) || c == ']'; }
bool is_tag_char(char c) { return is_astring_char(c) && c != '+'; }
bool is_list_char(char c) { return is_astring_char(c) || c == '%' || c == '*'; }
bool is_number_char(char c) { return is_digit(c); }
bool is_set_char(char c) { return is_digit(c) || c == ',' || c == ':' || c == '*' || c == '$'; }

}  // namespace

bool Lexer::done() {
  if (!failed() && position_ < text_.size()) fail("unexpected text at the end");
  return !failed();
}

void Lexer::fail(std::string why) {
  if (error_.empty()) error_ = std::move(why);
}

bool Lexer::skip(char c) {
  if (peek() != c || at_end()) return false;
  ++position_;
  return true;
}

void Lexer::expect(char c) {
  if (skip(c)) return;
  fail(c == ' ' ? "a space is missing" : std::string("'") + c + "' is missing");
}

bool Lexer::word(std::string_view keyword) {
  if (failed() || !istarts_with(rest(), keyword)) return false;
  const auto after = rest().substr(keyword.size());
  if (!after.empty() && is_atom_char(after.front()) && is_atom_char(keyword.back())) return false;
  position_ += keyword.size();
  return true;
}

std::string_view Lexer::take_while(bool (*wanted)(char)) {
  if (failed()) return {};
  const auto begin = position_;
  while (position_ < text_.size() && wanted(text_[position_])) ++position_;
  return text_.substr(begin, position_ - begin);
}

std::string_view Lexer::tag() {
  const auto taken = take_while(is_tag_char);
  if (taken.empty()) fail("the tag is missing");
  return taken;
}

std::string_view Lexer::atom() {
  const auto taken = take_while(is_atom_char);
  if (taken.empty()) fail("a word is missing");
  return taken;
}

std::string Lexer::keyword() { return to_upper(atom()); }

std::string Lexer::astring() {
  if (peek() == '"' || peek() == '{' || peek() == '~') return string();
  const auto taken = take_while(is_astring_char);
  if (taken.empty()) fail("a string is missing");
  return std::string(taken);
}

std::string Lexer::string() {
  if (peek() == '"') return quoted();
  static_cast<void>(skip('~'));
  if (peek() == '{') return literal();
  fail("a string is missing");
  return {};
}

std::optional<std::string> Lexer::nstring() {
  if (word("NIL")) return std::nullopt;
  return string();
}

std::optional<std::string> Lexer::nstring8() {
  if (skip('~')) return literal(true);
  return nstring();
}

std::string Lexer::list_mailbox() {
  if (peek() == '"' || peek() == '{') return string();
  const auto taken = take_while(is_list_char);
  if (taken.empty()) fail("a mailbox pattern is missing");
  return std::string(taken);
}

std::string Lexer::quoted() {
  std::string out;
  ++position_;
  while (position_ < text_.size()) {
    char c = text_[position_++];
    if (c == '"') return out;
    if (c == '\r' || c == '\n' || c == '\0') break;
    if (c == '\\') {
      if (position_ >= text_.size()) break;
      c = text_[position_++];
      if (c != '"' && c != '\\') break;
    }
    out.push_back(c);
  }
  fail("a quoted string is not well-formed");
  return {};
}

std::string Lexer::literal(bool binary) {
  const auto close = rest().find("}\r\n");
  if (close == std::string_view::npos) {
    fail("a literal is not well-formed");
    return {};
  }
  const auto braces = rest().substr(0, close + 1);
  const auto mark = literal_at_end(braces);
  position_ += close + 3;
  if (!mark || braces.rfind('{') != 0 || mark->size > text_.size() - position_) {
    fail("a literal is not well-formed");
    return {};
  }
  std::string out(text_.substr(position_, mark->size));
  position_ += mark->size;
  if (!binary && out.find('\0') != std::string::npos) fail("a literal has a NUL");
  return out;
}

std::uint64_t Lexer::number64() {
  const auto value = parse_number(take_while(is_number_char));
  if (!value) fail("a number is missing");
  return value.value_or(0);
}

std::uint32_t Lexer::number() {
  const auto value = number64();
  if (value > 0xffffffff) fail("a number is too large");
  return static_cast<std::uint32_t>(value);
}

SequenceSet Lexer::sequence_set() {
  auto set = SequenceSet::parse(take_while(is_set_char));
  if (!set) fail("a set of message numbers is not well-formed");
  return set.value_or(SequenceSet());
}

std::optional<LiteralMark> literal_at_end(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const auto open = line.rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  auto digits = line.substr(open + 1, line.size() - open - 2);
  LiteralMark mark;
  if (digits.ends_with('+')) {
    mark.synchronizing = false;
    digits.remove_suffix(1);
  }
  const auto size = parse_number(digits);
  if (!size || digits.size() > 12) return std::nullopt;
  mark.size = *size;
  return mark;
}

}  // namespace freehold::imap

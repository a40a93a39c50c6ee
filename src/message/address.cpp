#include "message/address.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "message/encoded_word.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxAddresses = 5000;
constexpr std::size_t kMaxRoute = 1000;

struct Word {
  enum class Kind : std::uint8_t { text, dot, at };
  Kind kind;
  bool space_before;
  std::string text;
};
using Words = std::span<const Word>;

bool is_special(char c) { return std::string_view("()<>[]:;@\\,.\"").contains(c); }

bool is_joined(const Word& left, const Word& right) {
  return !right.space_before || left.kind == Word::Kind::dot || right.kind == Word::Kind::dot;
}

// The words as text, with a space where there was white space; `compact` leaves it out around dots.
std::string joined(Words words, bool compact) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool close =
        compact ? i > 0 && is_joined(words[i - 1], words[i]) : !words[i].space_before;
    if (i > 0 && !close) out.push_back(' ');
    out.append(words[i].text);
  }
  return out;
}

class AddressListReader {
 public:
  explicit AddressListReader(std::string_view value) : in_(value) {}

  Addresses read() {
    while (!in_.at_end() && out_.size() < kMaxAddresses) {
      space_ = in_.skip_blanks() || space_;
      if (!in_.at_end()) read_one(in_.peek());
    }
    finish_element();
    close_group();
    return std::move(out_);
  }

 private:
  void read_one(char c) {
    switch (c) {
      case '(':
        comment_ = in_.comment();
        space_ = true;
        return;
      case ',':
        in_.skip();
        return finish_element();
      case ';':
        in_.skip();
        finish_element();
        return close_group();
      case ':':
        in_.skip();
        return open_group();
      case '<':
        return read_angle();
      default:
        return read_word(c);
    }
  }

  void read_word(char c) {
    if (c == '"') return add(Word::Kind::text, in_.quoted_string());
    if (c == '[') return add(Word::Kind::text, in_.domain_literal());
    if (c == '.' || c == '@') {
      in_.skip();
      return add(c == '.' ? Word::Kind::dot : Word::Kind::at, std::string(1, c));
    }
    if (is_special(c)) return in_.skip();  // a stray ')', '>', ']' or '\'
    // Careless programs leave specials in encoded words; the word is one nevertheless.
    const std::size_t encoded = encoded_word_length(in_.rest());
    if (encoded > 0 && std::ranges::none_of(in_.rest().substr(0, encoded), is_blank)) {
      add(Word::Kind::text, std::string(in_.rest().substr(0, encoded)));
      return in_.skip(encoded);
    }
    add(Word::Kind::text,
        std::string(in_.take_while([](char x) { return !is_blank(x) && !is_special(x); })));
  }

  void add(Word::Kind kind, std::string text) {
    words_.push_back({kind, space_, std::move(text)});
    space_ = false;
  }

  // "<" [route ":"] addr-spec ">"
  void read_angle() {
    Address address{.name = joined(words_, false)};
    words_.clear();
    if (pending_) finish_element();  // a comma was forgotten
    in_.skip();
    in_.skip_cfws();
    if (in_.peek() == '@') skip_route();
    while (!in_.at_end()) {
      space_ = in_.skip_blanks() || space_;
      const char c = in_.peek();
      if (in_.at_end() || c == '>' || c == ',' || c == '<') break;
      if (c == '(') {
        in_.comment();
      } else {
        read_word(c);
      }
    }
    in_.take('>');
    set_spec(address, words_);
    words_.clear();
    pending_ = std::move(address);
  }

  void skip_route() {
    const std::string_view rest = in_.rest().substr(0, kMaxRoute);
    const std::size_t colon = rest.find_first_of(":>");
    if (colon != std::string_view::npos && rest[colon] == ':') in_.skip(colon + 1);
  }

  static void set_spec(Address& address, Words words) {
    std::size_t at = words.size();
    while (at > 0 && words[at - 1].kind != Word::Kind::at) --at;
    if (at == 0) {
      address.local = joined(words, true);
      return;
    }
    address.local = joined(words.first(at - 1), true);
    for (const Word& word : words.subspan(at)) address.domain += word.text;
  }

  // An element without angle brackets: addr-spec, maybe with a name before it, or only words.
  void read_bare() {
    const Words words(words_);
    std::size_t at = words.size();
    while (at > 0 && words[at - 1].kind != Word::Kind::at) --at;
    Address address;
    if (at == 0) {
      const bool one = std::ranges::adjacent_find(words, std::not_fn(is_joined)) == words.end();
      (one ? address.local : address.name) = joined(words, one);
    } else {
      const std::size_t sign = at - 1;
      std::size_t begin = sign > 0 ? sign - 1 : 0;
      while (begin > 0 && is_joined(words[begin - 1], words[begin])) --begin;
      std::size_t end = std::min(at + 1, words.size());
      while (end < words.size() && is_joined(words[end - 1], words[end])) ++end;
      address.name = joined(words.first(begin), false);
      set_spec(address, words.subspan(begin, end - begin));
    }
    pending_ = std::move(address);
  }

  void finish_element() {
    if (!pending_ && !words_.empty()) read_bare();
    if (pending_) {
      if (pending_->name.empty()) pending_->name = std::move(comment_);
      out_.push_back(std::move(*pending_));
    }
    pending_.reset();
    words_.clear();
    comment_.clear();
    space_ = false;
  }

  void open_group() {
    if (pending_) finish_element();
    close_group();
    out_.push_back({.kind = Address::Kind::group_begin, .name = joined(words_, false)});
    words_.clear();
    comment_.clear();
    in_group_ = true;
  }

  void close_group() {
    if (in_group_) out_.push_back({.kind = Address::Kind::group_end});
    in_group_ = false;
  }

  Scanner in_;
  Addresses out_;
  std::vector<Word> words_;         // of the element so far
  std::optional<Address> pending_;  // an address in angle brackets; only a comment may still follow
  std::string comment_;             // the last one: the name in "jane@example.org (Jane)"
  bool space_ = false;
  bool in_group_ = false;
};

bool is_dot_atom(std::string_view local) {  // RFC 5322, 3.2.3, and UTF-8 by RFC 6532
  if (local.empty() || local.front() == '.' || local.back() == '.' || local.contains("..")) {
    return false;
  }
  return std::ranges::none_of(local,
                              [](char c) { return is_blank(c) || (c != '.' && is_special(c)); });
}

std::string quoted_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(is_blank(c) ? ' ' : c);
  }
  return out + '"';
}

}  // namespace

std::string Address::display_name() const { return decode_text(name); }

std::string Address::spec() const {
  if (kind != Kind::mailbox) return {};
  std::string out = is_dot_atom(local) || local.empty() ? local : quoted_string(local);
  if (!domain.empty()) out += '@' + domain;
  return out;
}

Addresses parse_addresses(std::string_view value) { return AddressListReader(value).read(); }

Addresses decoded(Addresses addresses) {
  for (Address& address : addresses) address.name = address.display_name();
  return addresses;
}

std::string format_addresses(const Addresses& addresses) {
  std::string out;
  bool first = true;
  for (const Address& address : addresses) {
    if (address.kind == Address::Kind::group_end) {
      out.push_back(';');
      first = false;
      continue;
    }
    if (!first) out.append(", ");
    first = address.kind == Address::Kind::group_begin;
    if (first) {
      out += encode_phrase(address.name) + ": ";
    } else if (address.name.empty()) {
      out += address.spec();
    } else {
      out += encode_phrase(address.name) + " <" + address.spec() + '>';
    }
  }
  return out;
}

}  // namespace freehold::message

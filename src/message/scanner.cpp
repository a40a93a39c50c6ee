#include "message/scanner.hpp"

namespace freehold::message {

namespace {

// Folding in a quoted string or comment leaves nothing behind; other control characters become a
// space.
void append_visible(std::string& out, char c) {
  if (c == '\r' || c == '\n') return;
  out.push_back(is_blank(c) ? ' ' : c);
}

}  // namespace

bool Scanner::skip_blanks() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  return at_ != begin;
}

bool Scanner::skip_cfws() {
  bool any = skip_blanks();
  while (peek() == '(') {
    comment();
    skip_blanks();
    any = true;
  }
  return any;
}

std::string Scanner::quoted_string() {
  std::string out;
  skip();
  while (!at_end()) {
    char c = text_[at_++];
    if (c == '"') break;
    if (c == '\\' && !at_end()) c = text_[at_++];
    append_visible(out, c);
  }
  return out;
}

std::string Scanner::comment() {
  std::string out;
  skip();
  std::size_t open = 1;
  while (!at_end()) {
    char c = text_[at_++];
    if (c == '(') ++open;
    if (c == ')' && --open == 0) break;
    if (c == '\\' && !at_end()) c = text_[at_++];
    append_visible(out, c);
  }
  return out;
}

std::string Scanner::domain_literal() {
  std::string out;
  while (!at_end()) {
    const char c = text_[at_++];
    if (!is_blank(c)) out.push_back(c);
    if (c == ']') break;
  }
  return out;
}

}  // namespace freehold::message

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace freehold::message {

// White space as the lenient readers see it: control characters (NUL, DEL, a stray CR) never become
// part of a word.
[[nodiscard]] constexpr bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
}

// Reads the value of a structured field (RFC 5322, 3.2) from left to right. Never fails: what is
// not closed ends with the text. Refers to the text, which has to outlive it.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  void skip(std::size_t count = 1) {
    at_ += count < text_.size() - at_ ? count : text_.size() - at_;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // True when there was some.
  bool skip_blanks();
  // Blanks and comments.
  bool skip_cfws();
  // At '"': the content without quotes, escapes and folding.
  std::string quoted_string();
  // At '(': the content without the outer parentheses, escapes and folding; inner ones stay.
  std::string comment();
  // At '[': the literal with its brackets.
  std::string domain_literal();

  template <class Predicate>
  std::string_view take_while(Predicate wanted) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && wanted(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace freehold::message

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "imap/sequence_set.hpp"

namespace freehold::imap {

// The tokens of one command, over its whole text: lines and literals as they came ("… {5}\r\nhello
// …"). An error sticks: after one, every call fails, so a parser may ask done() once at its end.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  [[nodiscard]] bool failed() const { return !error_.empty(); }
  [[nodiscard]] const std::string& error() const { return error_; }
  // Nothing failed and nothing is left.
  [[nodiscard]] bool done();
  void fail(std::string why);

  [[nodiscard]] bool at_end() const { return failed() || position_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
  [[nodiscard]] std::string_view rest() const { return text_.substr(position_); }
  [[nodiscard]] bool skip(char c);  // takes it if it is there
  void expect(char c);              // fails if it is not there
  void space() { expect(' '); }
  [[nodiscard]] bool word(std::string_view keyword);  // takes an atom that equals it, without case

  std::string_view tag();
  std::string_view atom();               // 1*ATOM-CHAR
  std::string keyword();                 // an atom in upper case
  std::string astring();                 // atom (with ']'), quoted or literal
  std::string string();                  // quoted or literal
  std::optional<std::string> nstring();  // NIL: nothing
  // The same, and a literal8 (RFC 3516), which may hold NULs.
  std::optional<std::string> nstring8();
  std::string list_mailbox();  // with wildcards
  std::uint32_t number();
  std::uint64_t number64();
  SequenceSet sequence_set();

 private:
  std::string_view take_while(bool (*wanted)(char));
  std::string quoted();
  std::string literal(bool binary = false);

  std::string_view text_;
  std::size_t position_ = 0;
  std::string error_;
};

// A literal at the end of a line: "{12}", "{12+}", "~{12}".
struct LiteralMark {
  std::uint64_t size = 0;
  bool synchronizing = true;
};
[[nodiscard]] std::optional<LiteralMark> literal_at_end(std::string_view line);

}  // namespace freehold::imap

#pragma once

#include <cstdint>
#include <string_view>

namespace freehold::pop3 {

// What TOP shows of a message that comes in pieces: the header section, the empty line and a number
// of lines of the body (RFC 1939, 7). A line ends by LF or CRLF.
class Excerpt {
 public:
  explicit Excerpt(std::uint64_t body_lines) : left_(body_lines) {}

  // The part of the next piece that is shown; shorter than the piece when all has been shown.
  [[nodiscard]] std::string_view take(std::string_view piece);
  [[nodiscard]] bool complete() const { return in_body_ && left_ == 0; }

 private:
  std::uint64_t left_;
  bool in_body_ = false;
  bool line_is_empty_ = true;  // so far
};

}  // namespace freehold::pop3

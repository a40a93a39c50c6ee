#include "pop3/excerpt.hpp"

#include <algorithm>

namespace freehold::pop3 {

std::string_view Excerpt::take(std::string_view piece) {
  std::size_t at = 0;
  while (at < piece.size() && !complete()) {
    const auto end = std::min(piece.find('\n', at), piece.size());
    const auto line = piece.substr(at, end - at);
    if (!std::ranges::all_of(line, [](char c) { return c == '\r'; })) line_is_empty_ = false;
    if (end == piece.size()) return piece;
    at = end + 1;
    if (in_body_) {
      --left_;
    } else {
      in_body_ = line_is_empty_;
    }
    line_is_empty_ = true;
  }
  return piece.substr(0, at);
}

}  // namespace freehold::pop3

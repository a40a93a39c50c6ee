#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "message/charset.hpp"

namespace freehold::trust {

// What a report says, as UTF-8 of at most `most` bytes: a record of the store holds no other text.
[[nodiscard]] inline std::string report_text(std::string_view text, std::size_t most) {
  // A text that is far too long need not be converted as a whole.
  const std::string utf8 = message::guess_utf8(message::utf8_prefix(text, most));
  return std::string(message::utf8_prefix(utf8, most));
}

}  // namespace freehold::trust

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace freehold::message {

// Text in any charset as UTF-8; what cannot be converted becomes U+FFFD. Charsets are taken as the
// world means them: iso-8859-1 is read as windows-1252, gb2312 as GB18030. An unknown or empty
// charset and us-ascii with bytes above 127 are read as UTF-8 when that fits, else as windows-1252.
[[nodiscard]] std::string to_utf8(std::string_view bytes, std::string_view charset);

// Text without a charset: as it is when it is UTF-8, else read as windows-1252.
[[nodiscard]] std::string guess_utf8(std::string_view bytes);

// The bytes of one character of valid UTF-8, at its beginning; 1 for anything else.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

// The number of characters (code points) in valid UTF-8.
[[nodiscard]] std::size_t utf8_count(std::string_view text);

// At most `most` bytes, cut between characters.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t most);

}  // namespace freehold::message

#pragma once

#include <string>
#include <string_view>

namespace freehold {

// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);
[[nodiscard]] bool is_ascii(std::string_view text);

// Text from anywhere, made safe for a terminal: control characters (U+0080 to U+009F too) and bytes
// that are not UTF-8 become '?'. Line feeds and tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace freehold

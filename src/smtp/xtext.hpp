#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freehold::smtp {

// RFC 3461, 4: printable ASCII with "+3D" for everything else. Decoding gives nothing when it is
// malformed or holds control characters.
[[nodiscard]] std::string xtext(std::string_view text);
[[nodiscard]] std::optional<std::string> unxtext(std::string_view text);

// RFC 6533, 3: an address of type "utf-8". The first form keeps its UTF-8 (for sessions with
// SMTPUTF8), the second writes "\x{2665}" for what is not ASCII. Both forms are decoded.
[[nodiscard]] std::string utf8_addr_xtext(std::string_view address);
[[nodiscard]] std::string ascii_utf8_addr_xtext(std::string_view address);
[[nodiscard]] std::optional<std::string> unutf8_addr_xtext(std::string_view text);

}  // namespace freehold::smtp

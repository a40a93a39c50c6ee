#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freehold::trust {

// RFC 4648, 6 without padding, in lower case; read in either case. For what has to survive in a
// local part.

// The first `characters` of the text for these bytes.
[[nodiscard]] std::string base32(std::string_view bytes, std::size_t characters);
// A number in that many characters, the lowest bits of it.
[[nodiscard]] std::string base32_number(std::uint64_t number, std::size_t characters);
// At most 12 characters; nothing when there is another one among them, or none.
[[nodiscard]] std::optional<std::uint64_t> unbase32_number(std::string_view text);

}  // namespace freehold::trust

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Bodies as they are stored: as they came at first, and compressed where that makes them smaller as
// soon as the engine moves them to where they stay.
namespace freehold::store {

// The first byte of a body that is stored as it came; the rest is the body.
inline constexpr char kUnpacked = '=';

// Such a body compressed; false: it is that already, or would not be smaller.
[[nodiscard]] bool pack(std::string_view stored, std::string& packed);
// The body of either form. Throws ReadError when `stored` is neither, or has more than `most`
// bytes.
[[nodiscard]] std::string unpack(std::string_view stored, std::size_t most);

}  // namespace freehold::store

#pragma once

#include <string>
#include <string_view>

namespace freehold::directory {

// RFC 4648, 6, without padding, as programs for one-time codes want it.
[[nodiscard]] std::string base32(std::string_view bytes);

}  // namespace freehold::directory

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freehold {

// RFC 3986, 2.1: "%2F" and its like as the bytes that they stand for; nothing when one of them is
// not well-formed.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace freehold

#pragma once

#include <string>
#include <string_view>

namespace freehold::imap {

// RFC 5051, i;unicode-casemap: texts compare by the octets of this, without case and with what is
// composed taken apart.
[[nodiscard]] std::string order_key(std::string_view utf8);

}  // namespace freehold::imap

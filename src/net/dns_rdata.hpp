#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/resolver.hpp"

namespace freehold::net {

// Uncompressed RDATA (RFC 1035, 3.3) and names as our own types; nothing when it is malformed.

// In lower case, without the final dot; the root is "". Dots and backslashes within a label are
// escaped, and what is not a visible ASCII character is \DDD (RFC 1035, 5.1).
[[nodiscard]] std::optional<std::string> parse_dns_name(std::string_view wire);
[[nodiscard]] std::optional<MxRecord> parse_mx(std::string_view rdata);
[[nodiscard]] std::optional<std::string> parse_txt(std::string_view rdata);    // the strings joined
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view rdata);  // A or AAAA

// "1.2.0.192.in-addr.arpa", "…ip6.arpa".
[[nodiscard]] std::string reverse_name(const IpAddress& address);
// Whether the text can be asked for at all: visible ASCII, labels of 1 to 63 and in all at most 253
// bytes. The root is not.
[[nodiscard]] bool is_dns_name(std::string_view name);

}  // namespace freehold::net

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "net/stream.hpp"

namespace freehold::net {

// The PROXY protocol, version 2 (binary), as HAProxy's proxy-protocol.txt has it in 2.2.
struct ProxyHeader {
  // False: the proxy speaks for itself (LOCAL, a health check), or does not say for whom; the
  // connection's own addresses hold.
  bool proxied = false;
  Endpoint source;
  Endpoint destination;
};

inline constexpr std::size_t kProxyHeaderStart = 16;  // signature, command, family, length

// The size of the whole header that begins with these 16 bytes; nothing when it is none, or longer
// than we take.
[[nodiscard]] std::optional<std::size_t> proxy_header_size(std::string_view start);
// A whole header, of proxy_header_size() bytes.
[[nodiscard]] std::optional<ProxyHeader> parse_proxy_header(std::string_view header);

// Reads a header and not a byte more. What is none is errc::protocol_error.
awaitable<IoResult<ProxyHeader>> read_proxy_header(Stream& stream, Deadline deadline);

}  // namespace freehold::net

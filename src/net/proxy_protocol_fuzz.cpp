#include <cstdint>

#include "net/proxy_protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = freehold::net::proxy_header_size(bytes);
  const auto header = freehold::net::parse_proxy_header(bytes);
  if (header && whole != size) __builtin_trap();
  if (header && header->proxied && header->source.text().empty()) __builtin_trap();
  return 0;
}

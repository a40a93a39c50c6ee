#include "net/socket_address.hpp"

#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

namespace freehold::net {

SocketAddress::SocketAddress(const Endpoint& endpoint) {
  const std::string_view bytes = endpoint.address.bytes();
  if (endpoint.address.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(endpoint.port);
    std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&storage_, &in, sizeof in);
    size_ = sizeof in;
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(endpoint.port);
    std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&storage_, &in, sizeof in);
    size_ = sizeof in;
  }
}

std::optional<SocketAddress> SocketAddress::unix_path(const std::string& path) {
  sockaddr_un un{};
  if (path.empty() || path.size() >= sizeof un.sun_path) return {};
  un.sun_family = AF_UNIX;
  std::ranges::copy(path, un.sun_path);
  SocketAddress address;
  std::memcpy(&address.storage_, &un, sizeof un);
  address.size_ = sizeof un;
  return address;
}

SocketAddress SocketAddress::local(int descriptor) {
  SocketAddress address;
  getsockname(descriptor, address.get(), address.room());
  return address;
}

Endpoint SocketAddress::endpoint() const {
  if (family() == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &storage_, sizeof in);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
    return {IpAddress::v4(bytes), ntohs(in.sin_port)};
  }
  if (family() == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &storage_, sizeof in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return {IpAddress::v6(bytes), ntohs(in.sin6_port)};
  }
  return {IpAddress::v4({127, 0, 0, 1}), 0};
}

}  // namespace freehold::net

#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>

#include "net/address.hpp"

namespace freehold::net {

// An address as the system's calls take it.
class SocketAddress {
 public:
  SocketAddress() = default;
  explicit SocketAddress(const Endpoint& endpoint);
  // Nothing when the path is empty or too long.
  [[nodiscard]] static std::optional<SocketAddress> unix_path(const std::string& path);
  [[nodiscard]] static SocketAddress local(int descriptor);

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage_); }
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] socklen_t* room() { return &size_; }
  [[nodiscard]] int family() const { return storage_.ss_family; }
  // A unix socket's is 127.0.0.1, port 0: as local as can be.
  [[nodiscard]] Endpoint endpoint() const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = sizeof storage_;
};

}  // namespace freehold::net

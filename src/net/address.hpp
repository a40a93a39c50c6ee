#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freehold::net {

// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address is kept as the IPv4 address that it is.
class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] static IpAddress v4(std::array<std::uint8_t, 4> bytes);
  [[nodiscard]] static IpAddress v6(std::array<std::uint8_t, 16> bytes);

  [[nodiscard]] bool is_v4() const { return v4_; }
  [[nodiscard]] bool is_loopback() const;
  // 4 or 16 bytes in network order.
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), v4_ ? std::size_t{4} : std::size_t{16}};
  }
  // What one customer of a network usually has: the IPv4 /32, the IPv6 /64.
  [[nodiscard]] IpAddress customer_prefix() const;
  [[nodiscard]] std::string text() const;
  // As in an address literal of RFC 5321, 4.1.3: "[192.0.2.1]", "[IPv6:2001:db8::1]".
  [[nodiscard]] std::string literal() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  bool v4_ = true;
  std::array<std::uint8_t, 16> bytes_{};
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "192.0.2.1:25", "[2001:db8::1]:25"
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  auto operator<=>(const Endpoint&) const = default;
};

// "192.0.2.0/24", "2001:db8::/32", or a bare address.
struct Network {
  IpAddress address;
  unsigned bits = 32;

  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& ip) const;
};

}  // namespace freehold::net

template <>
struct std::hash<freehold::net::IpAddress> {
  std::size_t operator()(const freehold::net::IpAddress& ip) const noexcept {
    return std::hash<std::string_view>{}(ip.bytes());
  }
};

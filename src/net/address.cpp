#include "net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <span>

#include "base/bytes.hpp"

namespace freehold::net {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || *number > 65535) return {};
  return static_cast<std::uint16_t>(*number);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return {};
  const std::string terminated(text);
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) return v4(four);
  std::array<std::uint8_t, 16> sixteen{};
  if (inet_pton(AF_INET6, terminated.c_str(), sixteen.data()) == 1) return v6(sixteen);
  return {};
}

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> bytes) {
  IpAddress ip;
  std::ranges::copy(bytes, ip.bytes_.begin());
  return ip;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> bytes) {
  if (std::ranges::equal(kMappedPrefix, std::span(bytes).first(12))) {
    return v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  IpAddress ip;
  ip.v4_ = false;
  ip.bytes_ = bytes;
  return ip;
}

bool IpAddress::is_loopback() const {
  if (v4_) return bytes_[0] == 127;
  return bytes_[15] == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

IpAddress IpAddress::customer_prefix() const {
  IpAddress prefix = *this;
  if (!v4_) std::fill(prefix.bytes_.begin() + 8, prefix.bytes_.end(), std::uint8_t{0});
  return prefix;
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN];
  const char* written = inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return written ? written : "";
}

std::string IpAddress::literal() const { return (v4_ ? "[" : "[IPv6:") + text() + "]"; }

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return {};
  const auto address = IpAddress::parse(host);
  const auto port = parse_port(text.substr(colon + 1));
  if (!address || !port) return {};
  return Endpoint{*address, *port};
}

std::string Endpoint::text() const {
  const std::string host = address.is_v4() ? address.text() : "[" + address.text() + "]";
  return host + ":" + std::to_string(port);
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return {};
  const unsigned all = address->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return Network{*address, all};
  const auto bits = parse_number(text.substr(slash + 1));
  if (!bits || *bits > all) return {};
  return Network{*address, static_cast<unsigned>(*bits)};
}

bool Network::contains(const IpAddress& ip) const {
  if (ip.is_v4() != address.is_v4()) return false;
  const std::string_view a = address.bytes();
  const std::string_view b = ip.bytes();
  const std::size_t whole = std::min<std::size_t>(bits / 8, a.size());
  if (a.substr(0, whole) != b.substr(0, whole)) return false;
  const unsigned rest = bits % 8;
  if (rest == 0 || whole == a.size()) return true;
  const auto differing = static_cast<unsigned>(static_cast<std::uint8_t>(a[whole]) ^
                                               static_cast<std::uint8_t>(b[whole]));
  return (differing >> (8 - rest)) == 0;
}

}  // namespace freehold::net

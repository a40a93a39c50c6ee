#include "net/proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>

namespace freehold::net {

namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
// Addresses take 36 bytes (216 of a unix socket); the rest is for extensions, such as a client's
// certificate.
constexpr std::size_t kMostPayload = 4096;

constexpr std::uint8_t kVersion2Local = 0x20;
constexpr std::uint8_t kVersion2Proxy = 0x21;
constexpr std::uint8_t kUnspecified = 0x00;
constexpr std::uint8_t kTcpOverIpv4 = 0x11;
constexpr std::uint8_t kTcpOverIpv6 = 0x21;
constexpr std::uint8_t kUnixStream = 0x31;
constexpr std::size_t kUnixAddresses = 216;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

template <std::size_t size>
IpAddress address_at(std::string_view bytes, std::size_t at) {
  std::array<std::uint8_t, size> raw{};
  std::ranges::transform(bytes.substr(at, size), raw.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  if constexpr (size == 4) {
    return IpAddress::v4(raw);
  } else {
    return IpAddress::v6(raw);
  }
}

// Source address, destination address, source port, destination port.
template <std::size_t size>
std::optional<ProxyHeader> parse_addresses(std::string_view payload) {
  if (payload.size() < 2 * size + 4) return {};
  return ProxyHeader{true,
                     {address_at<size>(payload, 0), number_at(payload, 2 * size)},
                     {address_at<size>(payload, size), number_at(payload, 2 * size + 2)}};
}

awaitable<IoResult<>> read_exactly(Stream& stream, std::span<char> into, Deadline deadline) {
  while (!into.empty()) {
    const IoResult<std::size_t> count = co_await stream.read_some(into, deadline);
    if (!count) co_return count.error();
    into = into.subspan(*count);
  }
  co_return IoResult<>{};
}

}  // namespace

std::optional<std::size_t> proxy_header_size(std::string_view start) {
  if (start.size() < kProxyHeaderStart || !start.starts_with(kSignature)) return {};
  const std::size_t payload = number_at(start, 14);
  if (payload > kMostPayload) return {};
  return kProxyHeaderStart + payload;
}

std::optional<ProxyHeader> parse_proxy_header(std::string_view header) {
  if (proxy_header_size(header) != header.size()) return {};
  const std::uint8_t command = byte_at(header, 12);
  const std::string_view payload = header.substr(kProxyHeaderStart);
  if (command == kVersion2Local) return ProxyHeader{};
  if (command != kVersion2Proxy) return {};
  switch (byte_at(header, 13)) {
    case kUnspecified:
      return ProxyHeader{};
    case kTcpOverIpv4:
      return parse_addresses<4>(payload);
    case kTcpOverIpv6:
      return parse_addresses<16>(payload);
    case kUnixStream:
      if (payload.size() < kUnixAddresses) return {};
      return ProxyHeader{};
    default:
      return {};
  }
}

awaitable<IoResult<ProxyHeader>> read_proxy_header(Stream& stream, Deadline deadline) {
  std::string header(kProxyHeaderStart, '\0');
  const IoResult<> started = co_await read_exactly(stream, header, deadline);
  if (!started) co_return started.error();
  const auto size = proxy_header_size(header);
  if (!size) co_return make_error_code(boost::system::errc::protocol_error);
  header.resize(*size);
  const IoResult<> rest =
      co_await read_exactly(stream, std::span(header).subspan(kProxyHeaderStart), deadline);
  if (!rest) co_return rest.error();
  const auto parsed = parse_proxy_header(header);
  if (!parsed) co_return make_error_code(boost::system::errc::protocol_error);
  co_return *parsed;
}

}  // namespace freehold::net

#include "net/dns_rdata.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include "base/bytes.hpp"

namespace freehold::net {

namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

void append_label(std::string& name, std::string_view label) {
  for (const char c : label) {
    if (c == '.' || c == '\\') {
      name += '\\';
      name += c;
    } else if (c > ' ' && c < 0x7F) {
      name += ascii_lower(c);
    } else {
      const auto value = static_cast<unsigned>(static_cast<std::uint8_t>(c));
      const std::string digits =
          std::to_string(1000 + value);  // three of them, with zeros in front
      name += '\\' + digits.substr(1);
    }
  }
}

// Takes one byte of length and as many bytes.
std::optional<std::string_view> take_string(std::string_view& bytes) {
  if (bytes.empty()) return {};
  const std::size_t length = byte_at(bytes, 0);
  if (bytes.size() - 1 < length) return {};
  const std::string_view text = bytes.substr(1, length);
  bytes.remove_prefix(1 + length);
  return text;
}

template <std::size_t size>
std::array<std::uint8_t, size> raw(std::string_view bytes) {
  std::array<std::uint8_t, size> out{};
  std::ranges::transform(bytes, out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return out;
}

}  // namespace

std::optional<std::string> parse_dns_name(std::string_view wire) {
  constexpr std::size_t kMostName = 255;
  constexpr std::size_t kMostLabel = 63;
  if (wire.size() > kMostName) return {};
  std::string name;
  while (true) {
    const auto label = take_string(wire);
    if (!label || label->size() > kMostLabel) return {};
    if (label->empty()) break;
    if (!name.empty()) name += '.';
    append_label(name, *label);
  }
  if (!wire.empty()) return {};
  return name;
}

std::optional<MxRecord> parse_mx(std::string_view rdata) {
  if (rdata.size() < 3) return {};
  auto host = parse_dns_name(rdata.substr(2));
  if (!host) return {};
  const auto preference = static_cast<std::uint16_t>(byte_at(rdata, 0) << 8 | byte_at(rdata, 1));
  return MxRecord{preference, std::move(*host)};
}

std::optional<std::string> parse_txt(std::string_view rdata) {
  std::string text;
  while (!rdata.empty()) {
    const auto part = take_string(rdata);
    if (!part) return {};
    text += *part;
  }
  return text;
}

std::optional<IpAddress> parse_address(std::string_view rdata) {
  if (rdata.size() == 4) return IpAddress::v4(raw<4>(rdata));
  if (rdata.size() == 16) return IpAddress::v6(raw<16>(rdata));
  return {};
}

std::string reverse_name(const IpAddress& address) {
  std::string name;
  for (const char c : std::views::reverse(address.bytes())) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (address.is_v4()) {
      name += std::to_string(byte) + ".";
    } else {
      const std::string digits = hex({&c, 1});
      name += {digits[1], '.', digits[0], '.'};
    }
  }
  return name + (address.is_v4() ? "in-addr.arpa" : "ip6.arpa");
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  const bool visible = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
  return visible && std::ranges::all_of(std::views::split(name, '.'), [](const auto& label) {
           const auto size = std::ranges::distance(label);
           return size >= 1 && size <= 63;
         });
}

}  // namespace freehold::net

#include "filter/milter_settings.hpp"

namespace freehold::filter::milter {

namespace {

constexpr std::string_view kInet = "inet:";
constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kLocalhost = "localhost:";
constexpr std::size_t kMaxSocketPath = 107;  // sun_path

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.starts_with(kUnix)) {
    text.remove_prefix(kUnix.size());
    if (!text.starts_with('/') || text.size() > kMaxSocketPath) return std::nullopt;
    return Address(std::filesystem::path(text));
  }
  if (!text.starts_with(kInet)) return std::nullopt;
  text.remove_prefix(kInet.size());
  std::string at(text);
  if (text.starts_with(kLocalhost)) at = "127.0.0.1:" + at.substr(kLocalhost.size());
  const auto endpoint = net::Endpoint::parse(at);
  if (!endpoint || endpoint->port == 0) return std::nullopt;
  return Address(*endpoint);
}

std::string text_of(const Address& address) {
  if (const auto* endpoint = std::get_if<net::Endpoint>(&address)) {
    return std::string(kInet) + endpoint->text();
  }
  return std::string(kUnix) + std::get<std::filesystem::path>(address).string();
}

}  // namespace freehold::filter::milter

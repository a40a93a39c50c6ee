#include "trust/report_uri.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/percent.hpp"
#include "net/dns_rdata.hpp"

namespace freehold::trust {

namespace {

constexpr std::size_t kMaxUri = 2048;
constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 50;

// "10m": RFC 7489, 6.2.
std::optional<std::uint64_t> size_of(std::string_view text) {
  constexpr std::string_view kUnits = "kmgt";
  std::uint64_t unit = 1;
  if (!text.empty() && !is_digit(text.back())) {
    const auto at = kUnits.find(ascii_lower(text.back()));
    if (at == std::string_view::npos) return std::nullopt;
    unit = std::uint64_t{1} << (10 * (at + 1));
    text.remove_suffix(1);
  }
  const auto number = parse_number(text);
  if (!number || *number == 0) return std::nullopt;
  return *number > kMaxSize / unit ? kMaxSize : *number * unit;
}

std::optional<ReportUri> mailto(std::string_view text) {
  text = text.substr(0, text.find('?'));  // RFC 6068: header fields are not ours to set
  const auto address = percent_decoded(text);
  if (!address || address->find_first_of(" \t\r\n<>,;\"\\()") != std::string::npos) {
    return std::nullopt;
  }
  const auto at = address->find('@');
  if (at == 0 || at == std::string::npos || at != address->rfind('@') || at > 64) {
    return std::nullopt;
  }
  ReportUri uri;
  uri.address = *address;
  uri.host = to_lower(address->substr(at + 1));
  if (!net::is_dns_name(uri.host)) return std::nullopt;
  return uri;
}

std::optional<ReportUri> https(std::string_view text) {
  if (!text.starts_with("//")) return std::nullopt;
  text.remove_prefix(2);
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  std::string_view target = text.substr(end);
  target = target.substr(0, target.find('#'));
  ReportUri uri;
  uri.scheme = ReportUri::Scheme::https;
  if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    const auto port = parse_number(authority.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return std::nullopt;
    uri.port = static_cast<std::uint16_t>(*port);
    authority = authority.substr(0, colon);
  }
  uri.host = to_lower(authority);
  const bool usual = std::ranges::all_of(uri.host, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
  if (!usual || !net::is_dns_name(uri.host)) return std::nullopt;  // no user, no address literal
  uri.target = (target.starts_with('/') ? "" : "/") + std::string(target);
  return uri;
}

}  // namespace

std::optional<ReportUri> parse_report_uri(std::string_view text) {
  text = trim(text);
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  if (text.size() > kMaxUri || !visible) return std::nullopt;
  std::uint64_t max_size = 0;
  if (const auto mark = text.rfind('!'); mark != std::string_view::npos) {
    const auto size = size_of(text.substr(mark + 1));
    if (!size) return std::nullopt;  // "!" has to be escaped otherwise
    max_size = *size;
    text = text.substr(0, mark);
  }
  std::optional<ReportUri> uri;
  if (istarts_with(text, "mailto:")) uri = mailto(text.substr(7));
  if (istarts_with(text, "https:")) uri = https(text.substr(6));
  if (uri) uri->max_size = max_size;
  return uri;
}

std::vector<ReportUri> parse_report_uris(std::string_view text, std::size_t most) {
  std::vector<ReportUri> out;
  while (!text.empty() && out.size() < most) {
    const auto comma = std::min(text.find(','), text.size());
    if (auto uri = parse_report_uri(text.substr(0, comma))) out.push_back(std::move(*uri));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

}  // namespace freehold::trust

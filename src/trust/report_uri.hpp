#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::trust {

// Where a domain wants its reports: a mailto: or https: URI of a "rua" tag.
struct ReportUri {
  enum class Scheme : std::uint8_t { mailto, https } scheme = Scheme::mailto;
  std::string address;  // mailto: the address
  std::string host;     // in lower case; of the address or of the URL
  std::uint16_t port = 443;
  std::string target;          // https: path and query
  std::uint64_t max_size = 0;  // RFC 7489, 6.2: octets as sent; 0: no limit

  bool operator==(const ReportUri&) const = default;
};

// Nothing for other schemes and what is malformed. A "!10m" at the end is DMARC's limit of size.
[[nodiscard]] std::optional<ReportUri> parse_report_uri(std::string_view text);
// URIs with commas between; what cannot be used is left out, and what comes after `most`.
[[nodiscard]] std::vector<ReportUri> parse_report_uris(std::string_view text, std::size_t most);

}  // namespace freehold::trust

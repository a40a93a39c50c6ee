#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::trust {

enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };
[[nodiscard]] std::string_view dmarc_policy_name(DmarcPolicy policy);

// Whether the domain says to be a public suffix (RFC 9989, 4.7: psd).
enum class DmarcPsd : std::uint8_t { unknown, yes, no };

// Where reports are wanted.
struct DmarcUri {
  std::string uri;
  std::optional<std::uint64_t> max_bytes{};  // RFC 7489, 6.2; RFC 9989 has no sizes any more

  // Of a mailto URI, decoded; "" of any other.
  [[nodiscard]] std::string mail_address() const;
  bool operator==(const DmarcUri&) const = default;
};

// A policy record with the tags of RFC 9989, 4.7 and those of RFC 7489, 6.3 that it has dropped.
struct DmarcRecord {
  std::optional<DmarcPolicy> policy{};       // p
  std::optional<DmarcPolicy> subdomains{};   // sp
  std::optional<DmarcPolicy> nonexistent{};  // np
  // There is no valid p, or an sp or np that is not valid: nothing is to be enforced (RFC 9989,
  // 4.10.1).
  bool broken = false;
  bool strict_dkim = false;  // adkim
  bool strict_spf = false;   // aspf
  bool testing = false;      // t
  DmarcPsd psd = DmarcPsd::unknown;
  unsigned percent = 100;                     // pct (RFC 7489)
  std::chrono::seconds interval{86400};       // ri (RFC 7489)
  std::string failure_options = "0";          // fo: "0", "1", "d", "s" with colons between them
  std::vector<DmarcUri> aggregate_reports{};  // rua: those that are valid
  std::vector<DmarcUri> failure_reports{};    // ruf
};

// Nothing when it is not one of version DMARC1. What is wrong behind the version is passed over; of
// a tag that stands twice the first counts.
[[nodiscard]] std::optional<DmarcRecord> parse_dmarc_record(std::string_view text);

}  // namespace freehold::trust

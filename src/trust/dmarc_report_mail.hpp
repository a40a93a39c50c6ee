#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "net/resolver.hpp"
#include "trust/dmarc_report.hpp"
#include "trust/report_uri.hpp"

namespace freehold::trust {

// Sending aggregate reports of DMARC (RFC 7489, 7.1 and 7.2; RFC 9990).

struct AggregateMail {
  std::string submitter;  // our domain, which also signs (DKIM) and is aligned
  std::string from;
  std::vector<std::string> to;
  Time now{};
};
// "our.example!their.example!1013662812!1013749130!id.xml.gz"
[[nodiscard]] std::string aggregate_filename(const AggregateReport& report,
                                             std::string_view submitter);
[[nodiscard]] std::string build_aggregate_mail(const AggregateReport& report,
                                               const AggregateMail& mail);
// Of the URIs those that take a mail of this size, in their order.
[[nodiscard]] std::vector<ReportUri> within_size(std::vector<ReportUri> uris,
                                                 std::uint64_t mail_size);

// "blue.example.com._report._dmarc.red.example.net"; empty when the name would be too long.
[[nodiscard]] std::string report_permission_name(std::string_view policy_domain,
                                                 std::string_view destination_host);
// Whether a destination outside of the policy's organizational domain wants its reports. The caller
// compares the organizational domains, and asks only when they differ.
struct ReportPermission {
  enum class Status : std::uint8_t { granted, refused, unknown } status = Status::refused;
  std::optional<std::vector<ReportUri>> instead;  // all at the destination's own host
};
[[nodiscard]] ReportPermission read_report_permission(const net::DnsAnswer<std::string>& answer,
                                                      std::string_view destination_host);
awaitable<ReportPermission> ask_report_permission(net::Resolver& resolver,
                                                  std::string policy_domain,
                                                  std::string destination_host);

// When within the hours after a day ends its report goes out, so that not all reports of the world
// come at midnight: always the same for the same pair of domains.
[[nodiscard]] std::chrono::seconds report_delay(std::string_view policy_domain,
                                                std::string_view submitter,
                                                std::chrono::seconds spread);

}  // namespace freehold::trust

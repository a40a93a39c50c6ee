#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "net/resolver.hpp"
#include "trust/report_uri.hpp"
#include "trust/transport_policy.hpp"

namespace freehold::trust {

// RFC 8460: what became of the TLS of a day's deliveries, told to the domain they went to.

struct TlsFailure {
  std::string result_type;  // of 4.3, or a newer one
  std::string sending_ip;
  std::string mx_host;
  std::string mx_helo;
  std::string receiving_ip;
  std::string information;  // additional-information
  std::string reason_code;  // failure-reason-code
  std::uint64_t sessions = 0;

  bool operator==(const TlsFailure&) const = default;
};

struct TlsPolicyResult {
  TlsPolicyType type = TlsPolicyType::none;
  std::string domain;
  std::vector<std::string> policy;    // its text by lines, or TLSA records
  std::vector<std::string> mx_hosts;  // the policy's patterns
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  std::vector<TlsFailure> details;

  bool operator==(const TlsPolicyResult&) const = default;
};

struct TlsReport {
  std::string organization;
  std::string contact;
  std::string id;
  Time begin{};
  Time end{};  // 4.1: the last second
  std::vector<TlsPolicyResult> policies;

  bool operator==(const TlsReport&) const = default;
};

[[nodiscard]] std::string write_tls_report(const TlsReport& report);  // JSON (4.4)
// Nothing when it is no report. Lists and texts beyond our limits are cut. Unknown members are
// passed over.
[[nodiscard]] std::optional<TlsReport> parse_tls_report(std::string_view json);
// The same from a mail's part or a POST: JSON, or JSON packed by gzip (5.3, 5.4).
[[nodiscard]] std::optional<TlsReport> read_tls_report(std::string_view bytes);

// "_smtp._tls.<domain>" (3): where reports are wanted; empty: nowhere.
[[nodiscard]] std::vector<ReportUri> parse_tls_report_record(const std::vector<std::string>& texts);
struct TlsReportWish {
  bool failed = false;  // the lookup: ask again later
  std::vector<ReportUri> uris;
};
awaitable<TlsReportWish> look_up_tls_report(net::Resolver& resolver, std::string domain);

// The mail that carries a report (5.3). It is to be signed by DKIM for `submitter`, and to be sent
// whatever the TLS of its own destination is like, which is what it may be about.
struct TlsReportMail {
  std::string submitter;  // our domain
  std::string domain;     // that it is about
  std::string from;
  std::vector<std::string> to;
  Time now{};
};
[[nodiscard]] std::string build_tls_report_mail(const TlsReport& report, const TlsReportMail& mail);
// "our.example!their.example!1013662812!1013749130!id.json.gz" (5.1)
[[nodiscard]] std::string tls_report_filename(const TlsReport& report, std::string_view submitter,
                                              std::string_view domain);

inline constexpr std::string_view kTlsReportGzip = "application/tlsrpt+gzip";
inline constexpr std::string_view kTlsReportJson = "application/tlsrpt+json";

}  // namespace freehold::trust

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "store/transaction.hpp"
#include "trust/complaints.hpp"
#include "trust/return_paths.hpp"

namespace freehold::trust {

// Reports that others send to the addresses which our records name.

// The local parts that take reports at each of our domains, unless somebody has that address:
// "dmarc-reports", "tls-reports", "abuse-reports".
[[nodiscard]] bool is_report_address(std::string_view local_part);

enum class ReportKind : std::uint8_t {
  none,       // no report, or one that cannot be read
  repeated,   // it was here before
  dmarc,      // RFC 9990, RFC 7489
  tls,        // RFC 8460
  complaint,  // RFC 5965
};
[[nodiscard]] std::string_view to_string(ReportKind kind);

// Whose mail a report may be about.
struct ReportTaker {
  const ReturnPaths& return_paths;
  std::function<bool(std::string_view domain)> is_our_domain;
  Time now;
};

struct TakenReport {
  ReportKind kind = ReportKind::none;
  std::optional<Complaint> complaint{};  // a new one
};

// Reads a whole message and keeps the summary of the first report that is attached to it. Takes
// memory and time up to the limits of reports: for the pool.
[[nodiscard]] TakenReport take_report(store::Transaction& tx, std::string_view message,
                                      const ReportTaker& taker);

}  // namespace freehold::trust

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "trust/tls_report.hpp"

namespace freehold::trust {

// The day's outcomes in the store, until they have been reported; and what others have reported.

// One session. The policy's texts are kept from the first one of the day.
struct TlsSession {
  std::string domain;  // policy domain: the destination, for TLSA the MX host (RFC 8460, 4.2)
  TlsPolicyType type = TlsPolicyType::none;
  std::vector<std::string> policy{};
  std::vector<std::string> mx_hosts{};
  std::optional<TlsFailure> failure{};  // its count is not looked at; nothing: a success
};
// Bounded per day, domain and policy: a session of a domain too many is not counted, a failure of a
// kind too many is counted in the sums only.
void count_tls_session(store::Transaction& tx, store::keys::Day day, const TlsSession& session);

[[nodiscard]] std::vector<std::string> tls_result_domains(const store::Reader& from,
                                                          store::keys::Day day);
[[nodiscard]] std::vector<TlsPolicyResult> read_tls_results(const store::Reader& from,
                                                            store::keys::Day day,
                                                            std::string_view domain);
void forget_tls_results(store::Transaction& tx, store::keys::Day day, std::string_view domain);
// The whole report for a domain; the id is the same for the same day, so that a repetition after a
// crash is known as one.
[[nodiscard]] TlsReport make_tls_report(std::vector<TlsPolicyResult> results, store::keys::Day day,
                                        std::string_view domain, std::string_view organization,
                                        std::string_view contact, std::string_view submitter);

// A report that came in.
struct TlsReportSummary {
  std::string organization;
  std::string id;
  Time begin{};
  Time end{};
  Time received{};
  std::vector<std::string> domains;
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  std::vector<TlsFailure> details;
};
[[nodiscard]] TlsReportSummary summarize(const TlsReport& report, Time received);
// Under its day (`day_of_report`); the same report twice is kept once. False: it was there.
bool keep_summary(store::Transaction& tx, const TlsReportSummary& summary);
[[nodiscard]] std::vector<TlsReportSummary> read_tls_summaries(const store::Reader& from,
                                                               store::keys::Day first,
                                                               store::keys::Day last,
                                                               std::size_t most);

}  // namespace freehold::trust

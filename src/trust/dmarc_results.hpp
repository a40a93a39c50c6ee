#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "trust/dmarc_report.hpp"

namespace freehold::trust {

// The day's DMARC results in the store, until they have been reported; and what others have
// reported of mail from us.

// One message. Equal ones (count not looked at) become one row. Texts that are too long are cut.
// Bounded per day and domain: what is too much is not counted. The policy and `rua` that came last
// are those of the report (RFC 9990: the final configuration).
void count_dmarc_result(store::Transaction& tx, store::keys::Day day, const AggregatePolicy& policy,
                        std::string_view rua, const AggregateRow& row);

[[nodiscard]] std::vector<std::string> dmarc_result_domains(const store::Reader& from,
                                                            store::keys::Day day);
struct DmarcResults {
  AggregatePolicy policy;
  std::string rua;
  std::vector<AggregateRow> rows;
  std::uint64_t uncounted = 0;
};
[[nodiscard]] std::optional<DmarcResults> read_dmarc_results(const store::Reader& from,
                                                             store::keys::Day day,
                                                             std::string_view domain);
void forget_dmarc_results(store::Transaction& tx, store::keys::Day day, std::string_view domain);
// The whole report; the id is the same for the same day, so that a repetition after a crash is
// known as one.
[[nodiscard]] AggregateReport make_aggregate_report(DmarcResults results, store::keys::Day day,
                                                    std::string_view organization,
                                                    std::string_view email,
                                                    std::string_view submitter);

// A report that came in.
struct DmarcReportSummary {
  std::string organization;
  std::string id;
  std::string domain;
  Time begin{};
  Time end{};
  Time received{};
  std::uint64_t messages = 0;
  std::uint64_t passed = 0;
  std::vector<AggregateRow> failed;  // the most frequent rows that did not pass
};
[[nodiscard]] DmarcReportSummary summarize(const AggregateReport& report, Time received);
// Under the day it begins on; the same report twice is kept once. False: it was there.
bool keep_summary(store::Transaction& tx, const DmarcReportSummary& summary);
[[nodiscard]] std::vector<DmarcReportSummary> read_dmarc_summaries(const store::Reader& from,
                                                                   store::keys::Day first,
                                                                   store::keys::Day last,
                                                                   std::size_t most);

}  // namespace freehold::trust

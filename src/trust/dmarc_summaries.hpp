#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "trust/dmarc_report.hpp"

namespace freehold::trust {

// What others have reported of mail that says to be from a domain, in the store.

struct DmarcReportSummary {
  std::string organization;
  std::string id;
  std::string domain;
  Time begin{};
  Time end{};
  Time received{};
  std::uint64_t messages = 0;
  std::uint64_t passed = 0;
  std::vector<AggregateRow> rows;  // those that did not pass first, then the most frequent; not all
};
[[nodiscard]] DmarcReportSummary summarize(const AggregateReport& report, Time received);
// By DKIM or by SPF, in alignment.
[[nodiscard]] bool has_passed(const AggregateRow& row);

// Under its day (`day_of_report`); the same report twice is kept once. False: it was there.
bool keep_summary(store::Transaction& tx, const DmarcReportSummary& summary);
// Those of some days, the oldest first, at most `most`.
[[nodiscard]] std::vector<DmarcReportSummary> read_dmarc_summaries(const store::Reader& from,
                                                                   store::keys::Day first,
                                                                   store::keys::Day last,
                                                                   std::size_t most);

// Who sent how much in the name of which domain, and what became of it, by all reports together.
struct DmarcSource {
  std::string domain;
  std::string ip;  // empty: of sources that were not told apart
  std::string header_from;
  std::string dkim;
  std::string spf;
  std::string disposition;
  std::uint64_t messages = 0;
};
// Of the reports of some days; by domain, then the most frequent first.
[[nodiscard]] std::vector<DmarcSource> read_dmarc_sources(const store::Reader& from,
                                                          store::keys::Day first,
                                                          store::keys::Day last);

}  // namespace freehold::trust

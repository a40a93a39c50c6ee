#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "trust/dmarc_report.hpp"

namespace freehold::trust {

// The day's DMARC results in the store, until they have been reported.

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

}  // namespace freehold::trust

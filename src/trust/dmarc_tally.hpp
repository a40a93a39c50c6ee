#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "store/engine.hpp"
#include "store/lane.hpp"
#include "trust/disposition.hpp"
#include "trust/dmarc_report.hpp"
#include "trust/examination.hpp"

namespace freehold::trust {

// What the checks of a message say in a report to the domain that it claims to be from.
[[nodiscard]] AggregatePolicy reported_policy(const DmarcVerdict& dmarc);
[[nodiscard]] AggregateRow reported_row(const Findings& findings, const Claim& claim,
                                        const Disposition& disposition,
                                        std::string_view recipient_domain);

// Counts messages for the daily reports without a message waiting for it: rows are kept in memory
// and written together now and then. What a crash loses are counts. Owned by the wiring, used from
// every thread.
class DmarcTally {
 public:
  DmarcTally(store::Engine& engine, const Clock& clock) : clock_(clock), lane_(engine) {}

  // Nothing happens when the domain wants no reports.
  void add(const Findings& findings, const Claim& claim, const Disposition& disposition,
           std::string_view recipient_domain);
  awaitable<void> flush();

 private:
  struct Counted {
    Time at;
    AggregatePolicy policy;
    std::string rua;
    AggregateRow row;
  };

  const Clock& clock_;
  store::Lane lane_;
  std::mutex mutex_;
  std::vector<Counted> counted_;
};

}  // namespace freehold::trust

#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.hpp"
#include "store/keys.hpp"
#include "store/reader.hpp"
#include "store/transaction.hpp"

namespace freehold::trust {

// What is kept of reports, ours and others', is kept by the day.

inline constexpr std::chrono::days kReportsKept{400};  // others': a year and what goes before it
inline constexpr std::chrono::days kResultsKept{3};    // ours, after an outage; older help nobody

// All rows of a table from `first` to `last`, both included.
[[nodiscard]] store::Range of_days(store::keys::Table table, store::keys::Day first,
                                   store::keys::Day last);

// The day under which a report of others is kept: the one it begins on. One that claims to be of
// the future or from long ago is kept as if it was of the nearest day that can be.
[[nodiscard]] store::keys::Day day_of_report(Time begin, Time received);

// Erases what is older than is kept, at most `most` rows; returns how many.
std::size_t erase_old_reports(store::Transaction& tx, Time now, std::size_t most);

}  // namespace freehold::trust

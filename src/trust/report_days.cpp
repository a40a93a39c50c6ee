#include "trust/report_days.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::trust {

namespace keys = store::keys;

namespace {

using keys::Table;

struct Kept {
  Table table;
  std::chrono::days how_long;
};
constexpr Kept kKept[] = {
    {Table::complaint, kReportsKept},    {Table::dmarc_reported, kReportsKept},
    {Table::tls_reported, kReportsKept}, {Table::dmarc_domain, kResultsKept},
    {Table::dmarc_result, kResultsKept}, {Table::tls_result, kResultsKept},
};

keys::Day day_at(Time time) { return std::chrono::floor<std::chrono::days>(time); }

}  // namespace

store::Range of_days(Table table, keys::Day first, keys::Day last) {
  return {keys::of_day(table, first), keys::of_day(table, last + std::chrono::days(1))};
}

keys::Day day_of_report(Time begin, Time received) {
  const auto today = day_at(received);
  return std::clamp(day_at(begin), today - kReportsKept, today);
}

std::size_t erase_old_reports(store::Transaction& tx, Time now, std::size_t most) {
  std::size_t gone = 0;
  for (const auto& [table, how_long] : kKept) {
    std::vector<std::string> old;
    const store::Range range{keys::table(table), keys::of_day(table, day_at(now) - how_long)};
    tx.scan(range, [&](std::string_view key, std::string_view) {
      if (gone + old.size() == most) return false;
      old.emplace_back(key);
      return true;
    });
    gone += old.size();
    for (auto& key : old) tx.erase(std::move(key));
  }
  return gone;
}

}  // namespace freehold::trust

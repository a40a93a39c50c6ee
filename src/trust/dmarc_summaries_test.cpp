#include "trust/dmarc_summaries.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "store/testing/temporary_store.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

using std::chrono::days;
using store::keys::Day;

constexpr Day kDay{days(20'000)};
constexpr Time kReceived = kDay + days(1);

AggregateRow row(std::string ip, std::uint64_t count, std::string dkim = "fail") {
  AggregateRow out;
  out.source_ip = std::move(ip);
  out.count = count;
  out.dkim = std::move(dkim);
  out.spf = "fail";
  out.disposition = out.dkim == "pass" ? "none" : "reject";
  out.header_from = "ours.test";
  return out;
}

AggregateReport report(std::string id, std::vector<AggregateRow> rows,
                       std::string domain = "ours.test") {
  AggregateReport out;
  out.organization = "big.example";
  out.id = std::move(id);
  out.begin = kDay;
  out.end = kDay + std::chrono::hours(24);
  out.policy.domain = std::move(domain);
  out.rows = std::move(rows);
  return out;
}

class DmarcSummariesTest : public ::testing::Test {
 protected:
  void keep(const AggregateReport& report) {
    store::Transaction tx(store_.engine().latest());
    EXPECT_TRUE(keep_summary(tx, summarize(report, kReceived)));
    ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  }
  std::vector<DmarcSource> sources() {
    return read_dmarc_sources(store_.engine().latest(), kDay, kDay);
  }

  store::testing::TemporaryStore store_;
};

TEST_F(DmarcSummariesTest, WhatDidNotPassComesFirstThenWhatIsMost) {
  const auto summary = summarize(
      report("1", {row("192.0.2.1", 90, "pass"), row("192.0.2.2", 1), row("192.0.2.3", 5)}),
      kReceived);
  EXPECT_EQ(summary.messages, 96U);
  EXPECT_EQ(summary.passed, 90U);
  ASSERT_EQ(summary.rows.size(), 3U);
  EXPECT_EQ(summary.rows[0].source_ip, "192.0.2.3");
  EXPECT_EQ(summary.rows[1].source_ip, "192.0.2.2");
  EXPECT_EQ(summary.rows[2].source_ip, "192.0.2.1");
}

TEST_F(DmarcSummariesTest, AReportIsKeptOnceAndWhole) {
  const auto summary = summarize(report("1", {row("192.0.2.1", 3)}), kReceived);
  store::Transaction tx(store_.engine().latest());
  EXPECT_TRUE(keep_summary(tx, summary));
  EXPECT_FALSE(keep_summary(tx, summary));
  ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  const auto kept = read_dmarc_summaries(store_.engine().latest(), kDay, kDay, 10);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].domain, "ours.test");
  EXPECT_EQ(kept[0].organization, "big.example");
  EXPECT_EQ(kept[0].begin, summary.begin);
  EXPECT_EQ(kept[0].received, kReceived);
  EXPECT_EQ(kept[0].rows, summary.rows);
}

TEST_F(DmarcSummariesTest, SourcesAreAddedUpOverReports) {
  keep(report("1", {row("192.0.2.1", 3), row("192.0.2.2", 4, "pass")}));
  keep(report("2", {row("192.0.2.1", 2), row("192.0.2.1", 7, "pass")}));
  keep(report("3", {row("192.0.2.1", 1)}, "also.test"));
  const auto all = sources();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].domain, "also.test");
  EXPECT_EQ(all[1].ip, "192.0.2.1");
  EXPECT_EQ(all[1].messages, 7U);
  EXPECT_EQ(all[1].dkim, "pass");
  EXPECT_EQ(all[2].messages, 5U);
  EXPECT_EQ(all[2].disposition, "reject");
  EXPECT_EQ(all[3].ip, "192.0.2.2");
}

TEST_F(DmarcSummariesTest, WhatIsNotToldApartIsStillCounted) {
  std::vector<AggregateRow> rows;
  for (std::size_t i = 0; i < kMaxSummaryRows + 10; ++i) {
    rows.push_back(row("2001:db8::" + std::to_string(i), i == 0 ? 100 : 1));
  }
  keep(report("1", rows));
  const auto all = sources();
  ASSERT_EQ(all.size(), kMaxSummaryRows + 1);
  EXPECT_EQ(all[0].messages, 100U);
  EXPECT_EQ(all[1].ip, "");
  EXPECT_EQ(all[1].messages, 10U);
}

}  // namespace
}  // namespace freehold::trust

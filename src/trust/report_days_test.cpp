#include "trust/report_days.hpp"

#include <gtest/gtest.h>

#include <string>

#include "store/testing/temporary_store.hpp"
#include "trust/complaints.hpp"
#include "trust/dmarc_results.hpp"
#include "trust/dmarc_summaries.hpp"
#include "trust/tls_results.hpp"

namespace freehold::trust {
namespace {

using std::chrono::days;
using store::keys::Day;

constexpr Day kToday{days(20'000)};
constexpr std::size_t kMany = 100;

class ReportDaysTest : public ::testing::Test {
 protected:
  void commit() { ASSERT_TRUE(store_.engine().commit_blocking(tx_.take())); }
  const store::Reader& latest() { return store_.engine().latest(); }

  void keep_dmarc(Time begin, Time received, std::string id) {
    DmarcReportSummary summary;
    summary.id = std::move(id);
    summary.domain = "example.test";
    summary.begin = begin;
    summary.received = received;
    EXPECT_TRUE(keep_summary(tx_, summary));
  }

  store::testing::TemporaryStore store_;
  store::Transaction tx_{store_.engine().latest()};
};

TEST_F(ReportDaysTest, ReportsOfTheFutureAndOfLongAgoAreKeptUnderADayThatCanBe) {
  EXPECT_EQ(day_of_report(kToday - days(3), kToday), kToday - days(3));
  EXPECT_EQ(day_of_report(kToday + days(900'000), kToday), kToday);
  EXPECT_EQ(day_of_report(Time{}, kToday), kToday - kReportsKept);
  EXPECT_EQ(day_of_report(Time::min(), kToday), kToday - kReportsKept);
}

TEST_F(ReportDaysTest, WhatIsTooOldIsErasedAndNothingElse) {
  keep_dmarc(kToday - days(1), kToday, "new");
  keep_dmarc(Time{}, kToday, "claims to be old");
  keep_dmarc(kToday - days(401), kToday - days(401), "old");
  for (const Time received : {Time(kToday - days(400)), Time(kToday - days(401))}) {
    Complaint complaint;
    complaint.sender = "user@example.test";
    complaint.received = received;
    EXPECT_TRUE(keep_complaint(tx_, complaint));
  }
  for (const Day day : {kToday - days(3), kToday - days(4)}) {
    AggregatePolicy policy;
    policy.domain = "their.test";
    count_dmarc_result(tx_, day, policy, "mailto:them@their.test", {});
    count_tls_session(tx_, day, {"their.test"});
  }
  commit();

  // Of DMARC results a counter, the domain and its row; of TLS results a counter and the domain.
  constexpr std::size_t old = 1 + 1 + 3 + 2;
  EXPECT_EQ(erase_old_reports(tx_, kToday, 2), 2U);
  commit();
  EXPECT_EQ(erase_old_reports(tx_, kToday, kMany), old - 2);
  commit();
  EXPECT_EQ(erase_old_reports(tx_, kToday, kMany), 0U);

  const Day before = kToday - days(500);
  EXPECT_EQ(read_dmarc_summaries(latest(), before, kToday, kMany).size(), 2U);
  EXPECT_EQ(read_complaints(latest(), before, kToday, kMany).size(), 1U);
  EXPECT_EQ(dmarc_result_domains(latest(), kToday - days(3)).size(), 1U);
  EXPECT_TRUE(read_dmarc_results(latest(), kToday - days(3), "their.test"));
  EXPECT_EQ(tls_result_domains(latest(), kToday - days(3)).size(), 1U);
  EXPECT_FALSE(read_dmarc_results(latest(), kToday - days(4), "their.test"));
  EXPECT_TRUE(tls_result_domains(latest(), kToday - days(4)).empty());
}

}  // namespace
}  // namespace freehold::trust

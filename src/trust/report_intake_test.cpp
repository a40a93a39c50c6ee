#include "trust/report_intake.hpp"

#include <gtest/gtest.h>

#include "message/transfer_encoding.hpp"
#include "store/testing/temporary_store.hpp"
#include "trust/dmarc_results.hpp"
#include "trust/packing.hpp"

namespace freehold::trust {
namespace {

const Time kNow = from_millis(1'700'000'000'000);  // Tue, 14 Nov 2023 22:13:20

std::string report_mail() {
  AggregateReport report;
  report.organization = "Others";
  report.email = "dmarc@others.example";
  report.id = "1";
  report.begin = from_millis(1'699'920'000'000);
  report.end = from_millis(1'700'006'399'000);
  report.policy.domain = "example.org";
  report.policy.p = "reject";
  AggregateRow row;
  row.source_ip = "192.0.2.1";
  row.count = 7;
  row.disposition = "none";
  row.dkim = "pass";
  row.spf = "fail";
  row.header_from = "example.org";
  report.rows.push_back(row);
  return "From: dmarc@others.example\r\nSubject: Report Domain: example.org\r\n"
         "Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         message::encode_base64(gzip(write_aggregate(report)));
}

TEST(ReportIntake, KnowsTheAddressesThatOurRecordsName) {
  EXPECT_TRUE(is_report_address("DMARC-reports"));
  EXPECT_TRUE(is_report_address("tls-reports"));
  EXPECT_FALSE(is_report_address("reports"));
}

TEST(ReportIntake, KeepsAnAggregateReportOnce) {
  store::testing::TemporaryStore store;
  store::Transaction tx(store.engine().latest());
  EXPECT_EQ(take_report(tx, report_mail(), kNow), ReportKind::dmarc);
  EXPECT_EQ(take_report(tx, report_mail(), kNow), ReportKind::repeated);
  ASSERT_TRUE(store.engine().commit_blocking(tx.take()));
  const store::keys::Day day = std::chrono::floor<std::chrono::days>(kNow);
  const auto kept = read_dmarc_summaries(store.engine().latest(), day, day, 10);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].domain, "example.org");
  EXPECT_EQ(kept[0].messages, 7U);
}

TEST(ReportIntake, TakesNothingFromOrdinaryMail) {
  store::testing::TemporaryStore store;
  store::Transaction tx(store.engine().latest());
  EXPECT_EQ(take_report(tx, "Subject: hi\r\n\r\nhello\r\n", kNow), ReportKind::none);
  EXPECT_EQ(take_report(tx, "Content-Type: application/gzip\r\n\r\nnot packed", kNow),
            ReportKind::none);
  EXPECT_FALSE(tx.changed());
}

}  // namespace
}  // namespace freehold::trust

#include "trust/report_intake.hpp"

#include <gtest/gtest.h>

#include "message/transfer_encoding.hpp"
#include "store/testing/temporary_store.hpp"
#include "trust/dmarc_summaries.hpp"
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

class Clocked {
 public:
  ManualClock clock{kNow};
  ReturnPaths paths{{"secret"}, clock};
  ReportTaker taker{paths, [](std::string_view domain) { return domain == "example.org"; }, kNow};
};

std::string complaint(const std::string& mail_from, const std::string& from) {
  return "From: fbl@others.example\r\nMIME-Version: 1.0\r\n"
         "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
         "--b\r\nContent-Type: text/plain\r\n\r\nSpam.\r\n"
         "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
         "User-Agent: Others/1.0\r\nVersion: 1\r\nOriginal-Mail-From: <" +
         mail_from +
         ">\r\nOriginal-Rcpt-To: <kim@others.example>\r\n\r\n"
         "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: " +
         from + "\r\nMessage-ID: <m1@example.org>\r\nSubject: buy\r\n\r\nbuy\r\n--b--\r\n";
}

TEST(ReportIntake, KnowsTheAddressesThatOurRecordsName) {
  EXPECT_TRUE(is_report_address("DMARC-reports"));
  EXPECT_TRUE(is_report_address("tls-reports"));
  EXPECT_FALSE(is_report_address("reports"));
}

TEST(ReportIntake, KeepsAnAggregateReportOnce) {
  store::testing::TemporaryStore store;
  store::Transaction tx(store.engine().latest());
  EXPECT_EQ(take_report(tx, report_mail(), Clocked().taker).kind, ReportKind::dmarc);
  EXPECT_EQ(take_report(tx, report_mail(), Clocked().taker).kind, ReportKind::repeated);
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
  EXPECT_EQ(take_report(tx, "Subject: hi\r\n\r\nhello\r\n", Clocked().taker).kind,
            ReportKind::none);
  EXPECT_EQ(
      take_report(tx, "Content-Type: application/gzip\r\n\r\nnot packed", Clocked().taker).kind,
      ReportKind::none);
  EXPECT_FALSE(tx.changed());
}

TEST(ReportIntake, AComplaintIsLinkedToAccountAndMessageByOurTag) {
  store::testing::TemporaryStore store;
  store::Transaction tx(store.engine().latest());
  const Clocked house;
  const auto path = house.paths.tagged("anna@example.org", QueueId(77));
  const auto taken = take_report(tx, complaint(path, "anna@example.org"), house.taker);
  ASSERT_TRUE(taken.complaint);
  EXPECT_EQ(taken.complaint->sender, "anna@example.org");
  EXPECT_EQ(taken.complaint->message, QueueId(77));
  EXPECT_EQ(take_report(tx, complaint(path, "anna@example.org"), house.taker).kind,
            ReportKind::repeated);
  ASSERT_TRUE(store.engine().commit_blocking(tx.take()));
  const store::keys::Day day = std::chrono::floor<std::chrono::days>(kNow);
  const auto kept = read_complaints(store.engine().latest(), day, day, 10);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].recipient, "kim@others.example");
  EXPECT_EQ(kept[0].message_id, "m1@example.org");
}

TEST(ReportIntake, AComplaintWithoutOurTagProvesNoMessageAndOneOfOthersIsNotKept) {
  store::testing::TemporaryStore store;
  store::Transaction tx(store.engine().latest());
  const Clocked house;
  const auto bare = take_report(tx, complaint("", "anna@example.org"), house.taker);
  ASSERT_TRUE(bare.complaint);
  EXPECT_EQ(bare.complaint->sender, "anna@example.org");
  EXPECT_FALSE(bare.complaint->message);
  EXPECT_EQ(take_report(tx, complaint("x@others.example", "y@others.example"), house.taker).kind,
            ReportKind::none);
}

}  // namespace
}  // namespace freehold::trust

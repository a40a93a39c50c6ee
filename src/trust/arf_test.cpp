#include "trust/arf.hpp"

#include <gtest/gtest.h>

#include "message/builder.hpp"

namespace freehold::trust {
namespace {

// In the manner of RFC 5965, appendix B.2.
const std::string kReport =
    "From: <abusedesk@isp.test>\r\n"
    "Date: Thu, 8 Mar 2005 17:40:36 EDT\r\n"
    "Subject: FW: Earn money\r\n"
    "To: <abuse@ours.test>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/report; report-type=feedback-report;\r\n"
    "     boundary=\"part1\"\r\n"
    "\r\n"
    "--part1\r\n"
    "Content-Type: text/plain; charset=\"US-ASCII\"\r\n"
    "\r\n"
    "This is an email abuse report.\r\n"
    "--part1\r\n"
    "Content-Type: message/feedback-report\r\n"
    "\r\n"
    "Feedback-Type: Abuse\r\n"
    "User-Agent: SomeGenerator/1.0\r\n"
    "Version: 1\r\n"
    "Original-Mail-From: <somespammer@ours.test>\r\n"
    "Original-Rcpt-To: <user@isp.test>\r\n"
    "Original-Rcpt-To: other@isp.test\r\n"
    "Arrival-Date: Thu, 8 Mar 2005 14:00:00 EDT\r\n"
    "Reporting-MTA: dns; mail.isp.test\r\n"
    "Source-IP: 192.0.2.1\r\n"
    "Authentication-Results: mail.isp.test;\r\n"
    "               spf=fail smtp.mail=somespammer@ours.test\r\n"
    "Reported-Domain: ours.test\r\n"
    "Reported-Uri: http://ours.test/earn_money.html\r\n"
    "Reported-Uri: mailto:user@isp.test\r\n"
    "Incidents: 3\r\n"
    "Removal-Recipient: user@isp.test\r\n"
    "\r\n"
    "--part1\r\n"
    "Content-Type: message/rfc822\r\n"
    "Content-Disposition: inline\r\n"
    "\r\n"
    "From: Some One <somespammer@ours.test>\r\n"
    "Received: from mail by mail.isp.test; Thu, 8 Mar 2005 14:00:00 -0400\r\n"
    "To: <Undisclosed Recipients>, user@isp.test\r\n"
    "Subject: Earn money\r\n"
    "MIME-Version: 1.0\r\n"
    "Message-ID: <8787KJKJ3K4J3K4J3K4J3.mail@ours.test>\r\n"
    "\r\n"
    "Spam Spam Spam\r\n"
    "--part1--\r\n";

std::optional<FeedbackReport> read(const std::string& message) {
  return parse_feedback(message, message::parse(message));
}
std::string with(std::string_view what, std::string_view by) {
  std::string out = kReport;
  const auto at = out.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return out.replace(at, what.size(), by);
}

TEST(Feedback, IsReadWhole) {
  const auto report = read(kReport);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->type, "abuse");
  EXPECT_EQ(report->user_agent, "SomeGenerator/1.0");
  EXPECT_EQ(report->version, "1");
  EXPECT_EQ(report->original_mail_from, "somespammer@ours.test");
  EXPECT_EQ(report->original_rcpt_to,
            (std::vector<std::string>{"user@isp.test", "other@isp.test"}));
  EXPECT_EQ(report->reporting_mta, "mail.isp.test");
  EXPECT_EQ(report->source_ip, "192.0.2.1");
  EXPECT_EQ(rfc3339(report->arrival.value()), "2005-03-08T18:00:00Z");
  EXPECT_EQ(report->incidents, 3U);
  EXPECT_EQ(report->reported_domains, std::vector<std::string>{"ours.test"});
  EXPECT_EQ(report->reported_uris.size(), 2U);
  EXPECT_NE(report->authentication_results.find("spf=fail"), std::string::npos);
  EXPECT_EQ(report->message_id, "8787KJKJ3K4J3K4J3K4J3.mail@ours.test");
  EXPECT_EQ(report->from, "somespammer@ours.test");
  EXPECT_EQ(report->subject, "Earn money");
}

TEST(Feedback, TheOriginalsHeaderAloneIsEnough) {
  const auto report =
      read(with("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->message_id, "8787KJKJ3K4J3K4J3K4J3.mail@ours.test");
}

TEST(Feedback, MayBeEncoded) {
  const std::string fields = "Feedback-Type: fraud\r\nUser-Agent: x\r\nVersion: 1\r\n";
  const auto part = message::Entity::file("message/feedback-report", fields);
  message::HeaderWriter header;
  header.raw("From", "a@isp.test");
  const std::string mail = message::build_message(
      header, message::Entity::multipart("report", {message::Entity::text("x"), part},
                                         {{"report-type", "feedback-report"}}));
  const auto report = read(mail);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->type, "fraud");
  EXPECT_EQ(report->message_id, "");
  EXPECT_EQ(report->incidents, 1U);
}

TEST(Feedback, AnAuthenticationFailureSaysWhich) {
  const auto report =
      read(with("Feedback-Type: Abuse", "Feedback-Type: auth-failure\r\nAuth-Failure: DMARC"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->type, "auth-failure");
  EXPECT_EQ(report->auth_failure, "dmarc");
}

TEST(Feedback, OtherMailIsNone) {
  EXPECT_FALSE(read("From: a@b.test\r\n\r\nHello\r\n"));
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read(with("report-type=feedback-report", "report-type=delivery-status")));
  EXPECT_FALSE(read(with("Feedback-Type: Abuse\r\n", "")));
  EXPECT_FALSE(read(with("Content-Type: message/feedback-report", "Content-Type: text/plain")));
  // A report within a report is somebody else's.
  message::HeaderWriter header;
  header.raw("From", "a@isp.test");
  const std::string wrapped = message::build_message(
      header, message::Entity::multipart("report", {message::Entity::message(kReport)},
                                         {{"report-type", "feedback-report"}}));
  EXPECT_FALSE(read(wrapped));
}

TEST(Feedback, IsOursByMessageOrSender) {
  const auto knows = [](std::string_view id) {
    return id == "8787KJKJ3K4J3K4J3K4J3.mail@ours.test";
  };
  const auto never = [](std::string_view) { return false; };
  const auto ours = [](std::string_view domain) { return domain == "ours.test"; };
  FeedbackReport report = read(kReport).value();
  EXPECT_EQ(origin_of(report, knows, never), FeedbackOrigin::message);
  EXPECT_EQ(origin_of(report, never, ours), FeedbackOrigin::sender);
  EXPECT_EQ(origin_of(report, never, never), FeedbackOrigin::foreign);
  report.original_mail_from.clear();
  EXPECT_EQ(origin_of(report, never, ours), FeedbackOrigin::sender);
  report.from = "x@else.test";
  EXPECT_EQ(origin_of(report, never, ours), FeedbackOrigin::foreign);
  report.message_id.clear();
  EXPECT_EQ(
      origin_of(report, [](std::string_view) { return true; }, never), FeedbackOrigin::foreign);
}

}  // namespace
}  // namespace freehold::trust

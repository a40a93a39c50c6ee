#include "message/dsn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "message/date.hpp"
#include "message/parser.hpp"
#include "message/transfer_encoding.hpp"

namespace freehold::message {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Time kNow = parse_date("23 Nov 2026 20:47:06 +0000")->at;

Dsn failure() {
  Dsn dsn;
  dsn.reporting_mta = "mail.example.org";
  dsn.from = "mailer-daemon@example.org";
  dsn.to = "alice@example.org";
  dsn.envelope_id = "QQ314159";
  dsn.subject = "Grüße";
  dsn.message_id = "1@example.org";
  dsn.arrival = kNow - std::chrono::hours(1);
  dsn.now = kNow;
  dsn.original = "Subject: x\r\nFrom: alice@example.org\r\n\r\nthe secret body\r\n";
  dsn.recipients = {{.final_recipient = "bob@example.net",
                     .original_recipient = "rfc822;robert@example.net",
                     .action = DsnAction::failed,
                     .status = "5.1.1",
                     .remote_mta = "mx.example.net",
                     .diagnostic = "550 5.1.1 No such user",
                     .last_attempt = kNow}};
  return dsn;
}

std::string part_text(const std::string& message, std::size_t index) {
  const Parsed parsed = parse(message);
  const Part& part = parsed.parts.at(index);
  return decode_transfer(std::string_view(message).substr(part.body_begin, part.size()),
                         part.transfer());
}

TEST(Dsn, TellsProgramsWhatRfc3464Asks) {
  const std::string message = build_dsn(failure());
  const Parsed parsed = parse(message);
  ASSERT_EQ(parsed.parts.size(), 4U);
  EXPECT_TRUE(parsed.parts[0].is("multipart", "report"));
  EXPECT_EQ(*find_parameter(parsed.parts[0].parameters, "report-type"), "delivery-status");
  EXPECT_TRUE(parsed.parts[2].is("message", "delivery-status"));
  EXPECT_EQ(part_text(message, 2),
            "Original-Envelope-Id: QQ314159\r\n"
            "Reporting-MTA: dns; mail.example.org\r\n"
            "Arrival-Date: Mon, 23 Nov 2026 19:47:06 +0000\r\n"
            "\r\n"
            "Original-Recipient: rfc822;robert@example.net\r\n"
            "Final-Recipient: rfc822; bob@example.net\r\n"
            "Action: failed\r\n"
            "Status: 5.1.1\r\n"
            "Remote-MTA: dns; mx.example.net\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n"
            "Last-Attempt-Date: Mon, 23 Nov 2026 20:47:06 +0000\r\n");
  EXPECT_EQ(parsed.header.get("auto-submitted"), "auto-replied");
  EXPECT_EQ(parsed.envelope.references, std::vector<std::string>{"1@example.org"});
  EXPECT_EQ(parsed.envelope.decoded_subject(), "Undelivered mail: Grüße");
  EXPECT_FALSE(parsed.has_attachment);
}

TEST(Dsn, TellsPeopleWhatHappenedAndWhatToDo) {
  const std::string text = part_text(build_dsn(failure()), 1);
  EXPECT_THAT(text, HasSubstr("could not be delivered"));
  EXPECT_THAT(text, HasSubstr("<bob@example.net>"));
  EXPECT_THAT(text, HasSubstr("The server mx.example.net said:"));
  EXPECT_THAT(text, HasSubstr("550 5.1.1 No such user"));
  EXPECT_THAT(text, HasSubstr("What to do: Check the address"));
}

TEST(Dsn, ReturnsTheHeaderOrTheWholeMessage) {
  Dsn dsn = failure();
  const std::string headers = build_dsn(dsn);
  EXPECT_TRUE(parse(headers).parts[3].is("text", "rfc822-headers"));
  EXPECT_THAT(headers, Not(HasSubstr("the secret body")));
  dsn.returned = DsnReturn::full;
  const std::string full = build_dsn(dsn);
  EXPECT_TRUE(parse(full).parts[3].is("message", "rfc822"));
  EXPECT_EQ(part_text(full, 3), dsn.original);
}

TEST(Dsn, SaysUntilWhenADelayedMessageIsTried) {
  Dsn dsn = failure();
  dsn.recipients[0].action = DsnAction::delayed;
  dsn.recipients[0].status = "4.4.1";
  dsn.recipients[0].remote_mta.clear();
  dsn.recipients[0].diagnostic = "connection timed out";
  dsn.recipients[0].will_retry_until = kNow + std::chrono::hours(96);
  const std::string message = build_dsn(dsn);
  EXPECT_THAT(part_text(message, 1), HasSubstr("be tried until Fri, 27 Nov 2026 20:47:06 +0000."));
  EXPECT_THAT(part_text(message, 2),
              HasSubstr("Will-Retry-Until: Fri, 27 Nov 2026 20:47:06 +0000"));
  EXPECT_THAT(part_text(message, 2),
              HasSubstr("Diagnostic-Code: x-freehold; connection timed out"));
  EXPECT_THAT(part_text(message, 2), Not(HasSubstr("Remote-MTA")));
  EXPECT_EQ(parse(message).envelope.decoded_subject(), "Delayed mail: Grüße");
}

TEST(Dsn, NamesEveryActionAndRecipient) {
  const std::pair<DsnAction, std::string> cases[] = {{DsnAction::failed, "failed"},
                                                     {DsnAction::delayed, "delayed"},
                                                     {DsnAction::delivered, "delivered"},
                                                     {DsnAction::relayed, "relayed"},
                                                     {DsnAction::expanded, "expanded"}};
  Dsn all = failure();
  all.recipients.clear();
  for (const auto& [action, name] : cases) {
    DsnRecipient recipient;
    recipient.final_recipient = name + "@example.net";
    recipient.action = action;
    recipient.status = "2.0.0";
    all.recipients.push_back(recipient);
  }
  const std::string message = build_dsn(all);
  for (const auto& [action, name] : cases) {
    EXPECT_THAT(part_text(message, 1), HasSubstr("<" + name + "@example.net>"));
    EXPECT_THAT(part_text(message, 2), HasSubstr("Action: " + name));
  }
}

TEST(Dsn, TakesTheFormsOfRfc6533ForAddressesInUtf8) {
  Dsn dsn = failure();
  dsn.recipients[0].final_recipient = "jürgen@exämple.net";
  dsn.original = "Subject: ü\r\n\r\nx\r\n";
  const std::string message = build_dsn(dsn);
  const Parsed parsed = parse(message);
  EXPECT_TRUE(parsed.parts[2].is("message", "global-delivery-status"));
  EXPECT_TRUE(parsed.parts[3].is("message", "global-headers"));
  EXPECT_EQ(parsed.parts[0].encoding, "8bit");
  EXPECT_THAT(part_text(message, 2), HasSubstr("Final-Recipient: utf-8; jürgen@exämple.net"));
}

TEST(Dsn, LetsNothingFromOutsideBreakOut) {
  Dsn dsn = failure();
  dsn.recipients[0].diagnostic = "550 no\r\n\r\nAction: delivered\r\n\xff\x01";
  dsn.recipients[0].remote_mta = "mx\r\nStatus: 2.0.0";
  dsn.subject = "x\r\nBcc: victim@example.org";
  const std::string message = build_dsn(dsn);
  EXPECT_THAT(part_text(message, 2), Not(HasSubstr("\nAction: delivered")));
  EXPECT_THAT(part_text(message, 2), Not(HasSubstr("\nStatus: 2.0.0")));
  EXPECT_EQ(parse(message).header.find("bcc"), nullptr);
  EXPECT_FALSE(parse(message).eight_bit);
}

}  // namespace
}  // namespace freehold::message

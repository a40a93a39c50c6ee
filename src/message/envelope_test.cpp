#include "message/envelope.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

const Header kHeader(
    "Date: Thu, 26 Nov 2026 09:00:00 +0000\r\nSubject: Re: Tea\r\nFrom: Anna "
    "<anna@here.example>\r\n"
    "To: bert@there.example\r\nTo: carla@there.example\r\nMessage-ID: <2@here.example>\r\n"
    "In-Reply-To: <1@there.example>\r\nReferences: <0@there.example> <1@there.example>\r\n\r\n");

TEST(Envelope, HasAllOfIt) {
  const auto envelope = make_envelope(kHeader);
  EXPECT_EQ(envelope.subject, "Re: Tea");
  ASSERT_TRUE(envelope.sent_at);
  EXPECT_EQ(to_millis(envelope.sent_at->at), 1'795'683'600'000);
  EXPECT_EQ(envelope.from.size(), 1U);
  EXPECT_EQ(envelope.to.size(), 2U);
  EXPECT_EQ(envelope.message_ids, std::vector<std::string>{"2@here.example"});
  EXPECT_EQ(envelope.in_reply_to_ids, std::vector<std::string>{"1@there.example"});
  EXPECT_EQ(envelope.references.size(), 2U);
}

TEST(Envelope, HasOnlyThePartsThatAreWanted) {
  const auto subject = make_envelope(kHeader, {.date = false, .addresses = false, .ids = false});
  EXPECT_EQ(subject.subject, "Re: Tea");
  EXPECT_TRUE(subject.date.empty());
  EXPECT_FALSE(subject.sent_at);
  EXPECT_TRUE(subject.from.empty() && subject.to.empty());
  EXPECT_TRUE(subject.message_ids.empty() && subject.in_reply_to_ids.empty());
  EXPECT_TRUE(subject.references.empty());

  const auto others = make_envelope(kHeader, {.subject = false});
  EXPECT_TRUE(others.subject.empty());
  EXPECT_TRUE(others.sent_at);
  EXPECT_EQ(others.to.size(), 2U);
  EXPECT_EQ(others.references.size(), 2U);
}

}  // namespace
}  // namespace freehold::message

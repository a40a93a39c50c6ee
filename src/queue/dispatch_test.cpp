#include "queue/dispatch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailstore/check.hpp"
#include "message/parser.hpp"
#include "net/testing/dns_world.hpp"
#include "queue/testing/fake_world.hpp"

namespace freehold::queue {
namespace {

using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::outcome;

class DispatchTest : public ::testing::Test {
 protected:
  DispatchTest() {
    house.add_domain("here.example");
    anna = house.add_account("anna@here.example");
    EXPECT_TRUE(house.run(mailstore.create_default_mailboxes(anna)));
  }
  void TearDown() override {
    EXPECT_THAT(mailstore::check(house.store.engine(), false).findings, IsEmpty());
  }

  awaitable<std::shared_ptr<const mailstore::Message>> message() {
    mailstore::Intake intake(house.store.engine());
    EXPECT_TRUE(intake.append("Subject: hi\r\nMessage-ID: <1@a>\r\n\r\nhello\r\n"));
    auto made = co_await intake.finish(house.pool);
    co_return *made;
  }
  Addressee addressee(const std::string& address, std::uint32_t notify = kNotifyDefault) {
    Addressee out;
    out.recipient = {address, {}, notify};
    const auto parsed = *directory::Address::parse(address);
    const auto resolved = house.directory.resolve(parsed);
    out.destination = resolved.destination;
    if (resolved.lookup == directory::Lookup::not_local) out.destination.remote = {address};
    return out;
  }
  std::vector<Result<>> deliver(std::string sender, std::vector<Addressee> to) {
    return house.run(deliver_all(std::move(sender), std::move(to)));
  }
  // The messages in the inbox, as they are read there.
  std::vector<std::string> inbox() {
    std::vector<std::string> texts;
    const auto box = mailstore.mailbox(anna, "INBOX");
    for (const auto& entry : mailstore.snapshot(anna, box->id)->all()) {
      const auto opened = mailstore.open(anna, entry.email);
      texts.push_back(opened ? opened->prefix + opened->body.all() : "gone");
    }
    return texts;
  }

  FakeWorld world;
  directory::testing::House& house = world.house;
  mailstore::Mailstore mailstore{house.store.engine(), house.pool, house.clock};
  net::testing::DnsWorld dns;
  trust::KeyRing keys{house.store.engine(), dns, house.pool, house.clock};
  Dispatch dispatch{mailstore, house.directory, *world.queue, keys, "mx.here.example", house.clock};
  AccountId anna;

 private:
  awaitable<std::vector<Result<>>> deliver_all(std::string sender, std::vector<Addressee> to) {
    Envelope envelope;
    envelope.sender = std::move(sender);
    auto made = co_await message();
    co_return co_await dispatch.deliver(std::move(made), std::move(envelope), std::move(to));
  }
};

TEST_F(DispatchTest, BringsLocalMailIntoTheInbox) {
  const auto results = deliver("bert@away.example", {addressee("anna+x@here.example")});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_TRUE(results[0]);
  ASSERT_EQ(inbox().size(), 1U);
  EXPECT_EQ(inbox()[0],
            "Return-Path: <bert@away.example>\r\nDelivered-To: anna+x@here.example\r\n"
            "Subject: hi\r\nMessage-ID: <1@a>\r\n\r\nhello\r\n");
  EXPECT_EQ(world.queue->size(), 0U);
}

TEST_F(DispatchTest, QueuesRemoteMailOnceForAll) {
  const auto results = deliver(
      "anna@here.example", {addressee("a@away.example", kNotifyNever), addressee("b@b.example")});
  EXPECT_TRUE(results.at(0));
  EXPECT_TRUE(results.at(1));
  const auto queued = world.queue->list(10);
  ASSERT_EQ(queued.size(), 1U);
  EXPECT_EQ(queued[0].sender, "anna@here.example");
  ASSERT_EQ(queued[0].recipients.size(), 2U);
  EXPECT_EQ(queued[0].recipients[1].address, "b@b.example");
  EXPECT_THAT(inbox(), IsEmpty());
}

TEST_F(DispatchTest, FollowsAListToBoth) {
  house.add_alias("list@here.example", {"anna@here.example", "x@away.example"});
  const auto results = deliver("bert@away.example", {addressee("list@here.example")});
  EXPECT_TRUE(results.at(0));
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(world.queue->size(), 1U);
}

TEST_F(DispatchTest, OneWhoIsOverQuotaDoesNotHinderTheOthers) {
  EXPECT_TRUE(house.run(house.directory.set_quota("anna@here.example", 1)));
  const auto results =
      deliver("bert@away.example", {addressee("anna@here.example"), addressee("x@away.example")});
  ASSERT_FALSE(results.at(0));
  EXPECT_EQ(results.at(0).error().kind, Problem::Kind::denied);
  EXPECT_TRUE(results.at(1));
  EXPECT_EQ(world.queue->size(), 1U);
}

TEST_F(DispatchTest, ReportsADeliveryHereToWhoAskedForIt) {
  const auto results =
      deliver("anna@here.example", {addressee("anna@here.example", kNotifySuccess)});
  EXPECT_TRUE(results.at(0));
  ASSERT_EQ(inbox().size(), 2U);
  EXPECT_THAT(inbox()[1], HasSubstr("Action: delivered\r\n"));
  EXPECT_TRUE(deliver("", {addressee("anna@here.example", kNotifySuccess)}).at(0));
  EXPECT_EQ(inbox().size(), 3U);  // no report to <>
}

TEST_F(DispatchTest, AFailureComesBackToItsSenderAsAReport) {
  MessageView view;
  view.sender = "anna@here.example";
  view.arrived_at = house.clock.now();
  Envelope envelope;
  envelope.sender = view.sender;
  envelope.envelope_id = "env-7";
  const auto original = house.run(message());
  EXPECT_TRUE(deliver("bert@away.example", {addressee("anna@here.example")}).at(0));  // stores it
  Report report;
  report.recipient.address = "bert@away.example";
  report.outcome = outcome(Outcome::State::failed);
  report.last_attempt = house.clock.now();
  EXPECT_TRUE(house.run(dispatch.send_report(view, envelope, original->body.hash, {report})));

  ASSERT_EQ(inbox().size(), 2U);
  const auto text = inbox()[1];
  EXPECT_TRUE(text.starts_with("Return-Path: <>\r\n")) << text;
  const auto parsed = message::parse(text);
  ASSERT_EQ(parsed.parts.size(), 4U) << text;
  EXPECT_TRUE(parsed.parts[0].is("multipart", "report"));
  EXPECT_TRUE(parsed.parts[2].is("message", "delivery-status"));
  EXPECT_THAT(text, HasSubstr("Final-Recipient: rfc822; bert@away.example\r\n"));
  EXPECT_THAT(text, HasSubstr("Original-Envelope-Id: env-7\r\n"));
  EXPECT_THAT(text, HasSubstr("Status: 5.1.1\r\n"));
  EXPECT_THAT(text, HasSubstr("Message-ID: <1@a>\r\n"));
}

TEST_F(DispatchTest, AReportToARemoteSenderIsQueuedFromNobody) {
  MessageView view;
  view.sender = "bert@away.example";
  Envelope envelope;
  envelope.sender = view.sender;
  Report report;
  report.recipient.address = "nobody@here.example";
  report.outcome = outcome(Outcome::State::failed);
  EXPECT_TRUE(house.run(dispatch.send_report(view, envelope, sha256("never stored"), {report})));
  const auto queued = world.queue->list(10);
  ASSERT_EQ(queued.size(), 1U);
  EXPECT_EQ(queued[0].sender, "");
  EXPECT_EQ(queued[0].recipients.at(0).address, "bert@away.example");

  envelope.sender = "gone@here.example";  // nobody is there to hear it: that is the end of it
  EXPECT_TRUE(house.run(dispatch.send_report(view, envelope, sha256("never stored"), {report})));
  envelope.sender = "";
  EXPECT_TRUE(house.run(dispatch.send_report(view, envelope, sha256("never stored"), {report})));
  EXPECT_EQ(world.queue->size(), 1U);
}

}  // namespace
}  // namespace freehold::queue

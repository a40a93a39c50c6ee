#include "smtp/paused_mail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guard/sending.hpp"
#include "net/testing/dns_world.hpp"
#include "queue/testing/fake_world.hpp"

namespace freehold::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PausedMailTest : public ::testing::Test {
 protected:
  PausedMailTest() {
    house.add_domain("here.example");
    owner = house.add_account("olga@here.example");  // postmaster too: she was the first
    anna = house.add_account("anna@here.example");
    EXPECT_TRUE(house.run(mailstore.create_default_mailboxes(owner)));
    EXPECT_TRUE(house.run(mailstore.create_default_mailboxes(anna)));
  }
  std::vector<std::string> inbox(AccountId account) {
    std::vector<std::string> texts;
    const auto box = mailstore.mailbox(account, "INBOX");
    for (const auto& entry : mailstore.snapshot(account, box->id)->all()) {
      const auto opened = mailstore.open(account, entry.email);
      texts.push_back(opened ? opened->prefix + opened->body.all() : "gone");
    }
    return texts;
  }

  queue::testing::FakeWorld world;
  directory::testing::House& house = world.house;
  mailstore::Mailstore mailstore{house.store.engine(), house.pool, house.clock};
  net::testing::DnsWorld dns;
  trust::KeyRing keys{house.store.engine(), dns, house.pool, house.clock};
  queue::Dispatch dispatch{mailstore, house.directory,   *world.queue,
                           keys,      "mx.here.example", house.clock};
  QueuedPausedMail mail{*world.queue,    dispatch,          mailstore,
                        house.directory, "mx.here.example", house.clock};
  AccountId owner;
  AccountId anna;
};

awaitable<bool> tell(QueuedPausedMail& mail, directory::AccountInfo account) {
  co_await mail.tell(std::move(account), "60 messages in an hour", 12);
  co_return true;
}

TEST_F(PausedMailTest, TheUserAndTheOwnerAreTold) {
  house.run(tell(mail, *house.directory.account(anna)));
  ASSERT_THAT(inbox(anna), SizeIs(1));
  ASSERT_THAT(inbox(owner), SizeIs(1));
  const auto text = inbox(anna).front();
  EXPECT_THAT(text, StartsWith("Return-Path: <>\r\n"));
  EXPECT_THAT(text, HasSubstr("Subject: Sending is paused for anna@here.example\r\n"));
  EXPECT_THAT(text, HasSubstr("Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(text, HasSubstr("60 messages in an hour"));
  EXPECT_THAT(text, HasSubstr("freehold account release anna@here.example"));
}

TEST_F(PausedMailTest, AnOwnerWhoIsTheUserIsToldOnce) {
  house.run(tell(mail, *house.directory.account(owner)));
  EXPECT_THAT(inbox(owner), SizeIs(1));
}

TEST_F(PausedMailTest, OnlyWhatAHostHasSaidCountsAgainstTheSender) {
  guard::Sending sending(house.store.engine(), house.directory, house.clock);
  using State = queue::Outcome::State;
  queue::Job job;
  job.envelope.account = anna;
  note_outcomes(sending, job,
                {{State::failed, "5.1.1", "550 5.1.1 no such user", "mx.away.example", {}},
                 {State::failed, "5.7.1", "550 5.7.1 spam", "mx.away.example", {}},
                 {State::failed, "4.4.7", "it could not be delivered in the time allowed", {}, {}},
                 {State::deferred, "4.7.1", "450 4.7.1 greylisted", "mx.away.example", {}},
                 {State::delivered, "2.0.0", "250 2.0.0 fine", "mx.away.example", {}}});
  EXPECT_EQ(sending.picture(anna).hour.bounces, 2U);
  EXPECT_EQ(sending.picture(anna).hour.refused_as_spam, 1U);
  job.envelope.account = AccountId();  // mail from outside that was forwarded
  note_outcomes(sending, job, {{State::failed, "5.1.1", "550", "mx.away.example", {}}});
}

}  // namespace
}  // namespace freehold::smtp

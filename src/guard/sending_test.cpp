#include "guard/sending.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/testing/house.hpp"
#include "guard/brake.hpp"
#include "guard/limits.hpp"

namespace freehold::guard {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

class SendingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    house.add_domain("example.org");
    anna = house.add_account("anna@example.org");
    bert = house.add_account("bert@example.org");
    open();
  }
  void open() {
    sending = std::make_unique<Sending>(house.store.engine(), house.directory, house.clock);
  }

  // Why it was refused, or "".
  std::string send(AccountId who, std::vector<std::string> to,
                   std::string_view from = "192.0.2.1") {
    return sending->admit({who, ip(from), std::move(to), 0}).value_or("");
  }
  std::string send_to_strangers(AccountId who, int count, std::string_view from = "192.0.2.1") {
    std::vector<std::string> to;
    for (int i = 0; i < count; ++i)
      to.push_back("stranger" + std::to_string(++strangers) + "@a.example");
    return send(who, std::move(to), from);
  }
  void limit(directory::SendLimits limits) {
    ASSERT_TRUE(house.run(house.directory.set_send_limits("anna@example.org", limits)));
  }

  directory::testing::House house;
  AccountId anna;
  AccountId bert;
  std::unique_ptr<Sending> sending;
  int strangers = 0;
};

TEST_F(SendingTest, ARecipientIsNewOnce) {
  EXPECT_TRUE(sending->is_new(anna, "x@a.example"));
  EXPECT_EQ(send(anna, {"x@a.example", "x@a.example"}), "");
  EXPECT_FALSE(sending->is_new(anna, "x@a.example"));
  EXPECT_TRUE(sending->is_new(bert, "x@a.example"));
  EXPECT_EQ(sending->picture(anna).hour.new_recipients, 1U);
  EXPECT_EQ(send(anna, {"x@a.example"}), "");
  EXPECT_EQ(sending->picture(anna).hour.new_recipients, 1U);
  EXPECT_EQ(sending->picture(anna).hour.messages, 2U);
}

TEST_F(SendingTest, MessagesInAnHourAreLimitedAndTheWindowSlides) {
  limit({.messages_per_hour = 3,
         .messages_per_day = {},
         .new_recipients_per_hour = {},
         .new_recipients_per_day = {}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send(anna, {"x@a.example"}), "");
    house.clock.advance(15min);
  }
  EXPECT_EQ(send(anna, {"x@a.example"}),
            "anna@example.org has sent 3 of at most 3 messages in an hour; try later");
  EXPECT_EQ(send(bert, {"x@a.example"}), "");
  house.clock.advance(15min);
  EXPECT_EQ(send(anna, {"x@a.example"}), "");  // the first is more than an hour ago
  EXPECT_NE(send(anna, {"x@a.example"}), "");
}

TEST_F(SendingTest, MessagesInADayAreLimited) {
  limit({.messages_per_hour = {},
         .messages_per_day = 5,
         .new_recipients_per_hour = {},
         .new_recipients_per_day = {}});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(send(anna, {"x@a.example"}), "");
    house.clock.advance(2h);
  }
  EXPECT_THAT(send(anna, {"x@a.example"}), HasSubstr("5 of at most 5 messages in a day"));
  house.clock.advance(15h);
  EXPECT_EQ(send(anna, {"x@a.example"}), "");
}

TEST_F(SendingTest, NewRecipientsAreLimitedAlreadyWhenTheyAreNamed) {
  limit({.messages_per_hour = {},
         .messages_per_day = {},
         .new_recipients_per_hour = 10,
         .new_recipients_per_day = {}});
  EXPECT_EQ(send_to_strangers(anna, 8), "");
  EXPECT_FALSE(sending->refuse_recipient(anna, 2));
  EXPECT_THAT(sending->refuse_recipient(anna, 3).value_or(""),
              HasSubstr("8 of at most 10 messages to new recipients in an hour"));
  EXPECT_NE(send_to_strangers(anna, 3), "");
  EXPECT_EQ(send_to_strangers(anna, 2), "");
  EXPECT_EQ(send(anna, {"stranger1@a.example"}), "");  // no stranger any more
}

TEST_F(SendingTest, ADomainsAccountsShareItsLimits) {
  ASSERT_TRUE(house.run(
      house.directory.set_domain_send_limits("example.org", {.messages_per_hour = 2,
                                                             .messages_per_day = {},
                                                             .new_recipients_per_hour = {},
                                                             .new_recipients_per_day = {}})));
  EXPECT_EQ(send(anna, {"x@a.example"}), "");
  EXPECT_EQ(send(bert, {"x@a.example"}), "");
  EXPECT_EQ(send(anna, {"x@a.example"}),
            "example.org has sent 2 of at most 2 messages in an hour; try later");
}

TEST_F(SendingTest, WithoutLimitsOfItsOwnAnAccountHasTheDefaults) {
  for (std::uint64_t i = 0; i < kMessagesPerHour; ++i) ASSERT_EQ(send(anna, {"x@a.example"}), "");
  EXPECT_NE(send(anna, {"x@a.example"}), "");
}

TEST_F(SendingTest, WhatIsCountedOutlivesARestart) {
  limit({.messages_per_hour = 3,
         .messages_per_day = {},
         .new_recipients_per_hour = {},
         .new_recipients_per_day = {}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send_to_strangers(anna, 2), "");
  house.run(sending->save());
  EXPECT_FALSE(sending->is_new(anna, "stranger1@a.example"));
  open();
  EXPECT_FALSE(sending->is_new(anna, "stranger1@a.example"));
  EXPECT_EQ(sending->picture(anna).hour.new_recipients, 6U);
  EXPECT_NE(send(anna, {"x@a.example"}), "");
  // Of the domain too.
  ASSERT_TRUE(house.run(
      house.directory.set_domain_send_limits("example.org", {.messages_per_hour = 3,
                                                             .messages_per_day = {},
                                                             .new_recipients_per_hour = {},
                                                             .new_recipients_per_day = {}})));
  EXPECT_NE(send(bert, {"x@a.example"}), "");
}

TEST_F(SendingTest, TheMostRecentRecipientsAreKeptInMind) {
  limit({.messages_per_hour = 100'000,
         .messages_per_day = 100'000,
         .new_recipients_per_hour = 100'000,
         .new_recipients_per_day = 100'000});
  ASSERT_TRUE(house.run(
      house.directory.set_domain_send_limits("example.org", {.messages_per_hour = 100'000,
                                                             .messages_per_day = 100'000,
                                                             .new_recipients_per_hour = 100'000,
                                                             .new_recipients_per_day = 100'000})));
  EXPECT_EQ(send_to_strangers(anna, 15'000), "");
  house.run(sending->save());
  house.clock.advance(24h);
  EXPECT_EQ(send_to_strangers(anna, 15'000), "");
  house.run(sending->save());
  EXPECT_FALSE(sending->is_new(anna, "stranger29999@a.example"));
  int forgotten = 0;
  for (int i = 1; i <= 15'000; ++i) {
    forgotten += sending->is_new(anna, "stranger" + std::to_string(i) + "@a.example") ? 1 : 0;
  }
  EXPECT_EQ(forgotten, 12'000);  // 18,000 are left
}

TEST_F(SendingTest, ThePictureHasWhatIsUsual) {
  for (int day = 0; day < 3; ++day) {
    for (int i = 0; i <= day; ++i) send(anna, {"x@a.example"});
    house.clock.advance(24h);
  }
  send(anna, {"x@a.example"});
  const auto seen = sending->picture(anna);
  EXPECT_EQ(seen.days_known, 3U);
  EXPECT_EQ(seen.usual_busiest_hour, 3U);
  EXPECT_EQ(seen.usual_busiest_day, 3U);
  EXPECT_EQ(seen.hour.messages, 1U);
}

TEST_F(SendingTest, NetworksAreNewUntilTheyAreKnown) {
  send(anna, {"x@a.example"}, "192.0.2.1");  // the first tells nothing
  send(anna, {"x@a.example"}, "192.0.2.1");
  EXPECT_EQ(sending->picture(anna).hour.new_networks, 0U);
  send(anna, {"x@a.example"}, "198.51.100.1");
  send(anna, {"x@a.example"}, "198.51.100.1");
  EXPECT_EQ(sending->picture(anna).hour.new_networks, 1U);
}

// Writes down what is asked of it.
class FakePausedMail final : public PausedMail {
 public:
  std::vector<std::string> done;

  awaitable<Result<std::size_t>> hold(AccountId) override {
    done.emplace_back("hold");
    co_return std::size_t{7};
  }
  awaitable<Result<std::size_t>> release(AccountId) override {
    done.emplace_back("release");
    co_return std::size_t{7};
  }
  awaitable<void> tell(directory::AccountInfo account, std::string, std::size_t held) override {
    done.push_back("tell " + account.name + " of " + std::to_string(held));
    co_return;
  }
};

class BrakeTest : public SendingTest {
 protected:
  void SetUp() override {
    SendingTest::SetUp();
    brake = std::make_unique<Brake>(house.directory, *sending, mail);
  }
  void send_like_a_thief() {
    for (int i = 0; i < 60; ++i) ASSERT_EQ(send_to_strangers(anna, 1), "");
  }
  std::string check(AccountId who) { return house.run(brake->check(who)).value_or(""); }

  FakePausedMail mail;
  std::unique_ptr<Brake> brake;
};

TEST_F(BrakeTest, AnAccountThatSendsLikeAStolenOneIsPausedOnce) {
  EXPECT_EQ(check(anna), "");
  send_like_a_thief();
  EXPECT_THAT(check(anna), HasSubstr("60 messages in an hour"));
  EXPECT_THAT(check(anna), HasSubstr("sending is paused"));
  EXPECT_THAT(mail.done, ElementsAre("hold", "tell anna@example.org of 7"));
  EXPECT_EQ(check(bert), "");
  const auto log = house.directory.audit({}, 10, {.action = "account.pause"});
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(text(log[0].actor), "system");
  EXPECT_THAT(log[0].details, HasSubstr("60 messages in an hour"));
}

TEST_F(BrakeTest, ItStaysPausedUntilAPersonReleasesIt) {
  send_like_a_thief();
  ASSERT_NE(check(anna), "");
  house.clock.advance(24h * 3);
  EXPECT_NE(check(anna), "");
  ASSERT_TRUE(house.run(brake->release("anna@example.org", {})));
  EXPECT_EQ(check(anna), "");
  EXPECT_EQ(mail.done.back(), "release");
  EXPECT_FALSE(house.run(brake->release("anna@example.org", {})));
}

TEST_F(BrakeTest, WhoWasReleasedIsNotPausedAgainForTheSame) {
  send_like_a_thief();
  ASSERT_NE(check(anna), "");
  ASSERT_TRUE(house.run(brake->release("anna@example.org", {})));
  EXPECT_EQ(check(anna), "");
  EXPECT_EQ(send_to_strangers(anna, 1), "");
  EXPECT_EQ(check(anna), "");
}

TEST_F(BrakeTest, WhatComesBackIsLookedAtBetweenMessages) {
  ASSERT_EQ(send_to_strangers(anna, 100), "");
  EXPECT_EQ(check(anna), "");
  sending->note_outcomes(anna, 30, 0);
  house.run(brake->check_all());
  EXPECT_THAT(mail.done, ElementsAre("hold", "tell anna@example.org of 7", "hold"));
  mail.done.clear();
  house.run(brake->check_all());
  EXPECT_THAT(mail.done, IsEmpty());
}

TEST_F(BrakeTest, AfterACrashTheMailOfPausedAccountsIsHeldAgain) {
  ASSERT_TRUE(house.run(house.directory.pause(anna, "test", directory::Actor::system())));
  house.run(brake->resume());
  EXPECT_THAT(mail.done, ElementsAre("hold"));
}

TEST_F(BrakeTest, TheOwnerPausesToo) {
  ASSERT_TRUE(house.run(brake->pause("anna@example.org", "on holiday", {})));
  EXPECT_THAT(check(anna), HasSubstr("on holiday"));
  EXPECT_FALSE(house.run(brake->pause("nobody@example.org", "", {})));
}

}  // namespace
}  // namespace freehold::guard

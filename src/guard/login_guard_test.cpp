#include "guard/login_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/testing/house.hpp"
#include "guard/known_clients.hpp"
#include "guard/limits.hpp"

namespace freehold::guard {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

class LoginGuardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    house.add_domain("example.org");
    house.add_account("anna@example.org");
  }
  bool login(std::string_view from, const std::string& password,
             const std::string& name = "anna@example.org") {
    return house.run(guard.password({ip(from), directory::Scope::imap}, {name, {}, password, 0}))
        .has_value();
  }
  milliseconds delay(std::string_view from, const std::string& name = "anna@example.org") {
    return guard.delay({ip(from), directory::Scope::imap}, name);
  }
  // A distributed guesser: each try from another network.
  void guess(int times) {
    for (int i = 0; i < times; ++i) {
      login("10.0.0." + std::to_string(i + 1), "guess number " + std::to_string(i));
    }
  }
  awaitable<void> pretend_to_sleep(milliseconds time) {
    slept.push_back(time);
    co_return;
  }

  directory::testing::House house;
  Bans bans{house.store.engine(), {}, house.clock};
  std::vector<milliseconds> slept;
  LoginGuard guard{house.directory, bans, house.clock,
                   [this](milliseconds time) { return pretend_to_sleep(time); }};
};

TEST_F(LoginGuardTest, AFewMistakesCostNothing) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(login("192.0.2.1", "typo " + std::to_string(i)));
  EXPECT_TRUE(login("192.0.2.1", "correct horse"));
  EXPECT_LE(slept.size(), 1U);
}

TEST_F(LoginGuardTest, GuessingFromManyNetworksIsMadeSlow) {
  guess(12);
  ASSERT_GT(slept.size(), 6U);
  EXPECT_TRUE(std::ranges::is_sorted(slept));
  EXPECT_EQ(slept.back(), kLongestLoginDelay);
  EXPECT_EQ(delay("192.0.2.99"), kLongestLoginDelay);
}

TEST_F(LoginGuardTest, TheAccountIsNeverLocked) {
  guess(30);
  EXPECT_TRUE(login("192.0.2.1", "correct horse"));  // late, but in
  EXPECT_EQ(slept.back(), kLongestLoginDelay);
}

TEST_F(LoginGuardTest, WhereTheAccountLogsInFromItDoesNotWait) {
  ASSERT_TRUE(login("192.0.2.1", "correct horse"));
  guess(15);
  slept.clear();
  EXPECT_TRUE(login("192.0.2.1", "correct horse"));
  EXPECT_TRUE(slept.empty());
  EXPECT_EQ(delay("192.0.2.2"), kLongestLoginDelay);
  house.clock.advance(24h * 31);
  guess(15);
  EXPECT_GT(delay("192.0.2.1"), 0ms);  // long ago
}

TEST_F(LoginGuardTest, LoopbackAndTheOwnersAddressesDoNotWait) {
  guess(12);
  EXPECT_EQ(delay("127.0.0.1"), 0ms);
  EXPECT_GT(delay("192.0.2.1"), 0ms);
}

TEST_F(LoginGuardTest, AUsersLoginsDoNotHelpThoseWhoGuess) {
  guess(12);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(login("192.0.2.1", "correct horse"));
  EXPECT_EQ(delay("10.9.9.9"), kLongestLoginDelay);
}

TEST_F(LoginGuardTest, FailuresAreForgottenWithTime) {
  guess(10);
  house.clock.advance(1h);
  EXPECT_EQ(delay("10.9.9.9"), 0ms);
}

TEST_F(LoginGuardTest, TheGuessersNetworkIsBanned) {
  for (int i = 0; i < 10; ++i) login("192.0.2.66", "guess " + std::to_string(i));
  EXPECT_TRUE(bans.is_banned(ip("192.0.2.66")));
}

TEST_F(LoginGuardTest, GuessingOneNameAfterTheOtherIsSeenToo) {
  for (int i = 0; i < 10; ++i) {
    login("192.0.2.66", "Summer2026!", "user" + std::to_string(i) + "@example.org");
  }
  EXPECT_TRUE(bans.is_banned(ip("192.0.2.66")));
}

TEST_F(LoginGuardTest, AProgramThatRepeatsItsOldPasswordIsNotGuessing) {
  for (int i = 0; i < 15; ++i) EXPECT_FALSE(login("192.0.2.1", "the old password"));
  EXPECT_FALSE(bans.is_banned(ip("192.0.2.1")));
  EXPECT_EQ(delay("192.0.2.1"), 0ms);
}

TEST_F(LoginGuardTest, AWrongPasswordFromHomeWeighsLess) {
  ASSERT_TRUE(login("192.0.2.1", "correct horse"));
  for (int i = 0; i < 30; ++i) login("192.0.2.1", "guess " + std::to_string(i));
  EXPECT_FALSE(bans.is_banned(ip("192.0.2.1")));
  for (int i = 30; i < 50; ++i) login("192.0.2.1", "guess " + std::to_string(i));
  EXPECT_TRUE(bans.is_banned(ip("192.0.2.1")));
}

TEST_F(LoginGuardTest, ScramIsPacedAndCountedToo) {
  const LoginSource source{ip("192.0.2.66"), directory::Scope::smtp};
  for (int i = 0; i < 10; ++i) {
    house.run(guard.scram_keys(source, "anna@example.org"));
    EXPECT_FALSE(house.run(guard.scram_outcome(source, {"anna@example.org", {}, {}, 0}, false)));
  }
  EXPECT_FALSE(slept.empty());
  EXPECT_TRUE(bans.is_banned(ip("192.0.2.66")));
  EXPECT_TRUE(house.run(guard.scram_outcome(source, {"anna@example.org", {}, {}, 0}, true)));
}

TEST_F(LoginGuardTest, NobodyActsForAnother) {
  EXPECT_FALSE(
      house.run(guard.password({ip("192.0.2.1"), directory::Scope::imap},
                               {"anna@example.org", "bert@example.org", "correct horse", 0})));
  EXPECT_TRUE(
      house.run(guard.password({ip("192.0.2.1"), directory::Scope::imap},
                               {"anna@example.org", "ANNA@example.org", "correct horse", 0})));
}

TEST(KnownClientsTest, AreForgottenAfterAWeek) {
  ManualClock clock(from_millis(1'700'000'000'000));
  KnownClients clients(clock);
  clients.remember(ip("2001:db8::1"));
  EXPECT_TRUE(clients.knows(ip("2001:db8::2")));
  EXPECT_FALSE(clients.knows(ip("2001:db8:0:1::2")));
  clock.advance(24h * 7);
  EXPECT_FALSE(clients.knows(ip("2001:db8::1")));
}

}  // namespace
}  // namespace freehold::guard

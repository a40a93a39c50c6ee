#include "guard/bans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/testing/run.hpp"
#include "guard/limits.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::guard {
namespace {

using namespace std::chrono_literals;
using freehold::testing::run;

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

class BansTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    BanSettings settings;
    settings.allow = {*net::Network::parse("198.51.100.7"), *net::Network::parse("2001:db8:a::1")};
    settings.proxies = {*net::Network::parse("203.0.113.0/24")};
    bans = std::make_unique<Bans>(store.engine(), settings, clock);
  }
  void restart() {
    bans.reset();
    store.reopen();
    open();
  }
  void offend(std::string_view who, Offence what, int times) {
    for (int i = 0; i < times; ++i) bans->offend(ip(who), what);
  }
  bool banned(std::string_view who) { return bans->is_banned(ip(who)); }

  store::testing::TemporaryStore store;
  ManualClock clock{from_millis(1'700'000'000'000)};
  std::unique_ptr<Bans> bans;
};

TEST_F(BansTest, TenWrongPasswordsInARowAreOneTooMany) {
  offend("192.0.2.1", Offence::wrong_password, 9);
  EXPECT_FALSE(banned("192.0.2.1"));
  offend("192.0.2.1", Offence::wrong_password, 1);
  EXPECT_TRUE(banned("192.0.2.1"));
  EXPECT_FALSE(banned("192.0.2.2"));
}

TEST_F(BansTest, PointsAreForgottenWithTime) {
  for (int i = 0; i < 100; ++i) {  // a mistake every five minutes
    offend("192.0.2.1", Offence::wrong_password, 1);
    clock.advance(5min);
  }
  EXPECT_FALSE(banned("192.0.2.1"));
}

TEST_F(BansTest, DifferentOffencesAddUp) {
  offend("192.0.2.1", Offence::early_talk, 2);
  offend("192.0.2.1", Offence::unknown_user, 9);
  EXPECT_FALSE(banned("192.0.2.1"));
  offend("192.0.2.1", Offence::unknown_user, 1);
  EXPECT_TRUE(banned("192.0.2.1"));
}

TEST_F(BansTest, EachBanOfTheSameAddressIsLonger) {
  for (const auto time : kBanTimes) {
    offend("192.0.2.1", Offence::early_talk, 4);
    ASSERT_EQ(bans->list().size(), 1U);
    EXPECT_EQ(bans->list()[0].until - clock.now(), time);
    clock.advance(time - 1s);
    EXPECT_TRUE(banned("192.0.2.1"));
    clock.advance(1s);
    EXPECT_FALSE(banned("192.0.2.1"));
  }
  offend("192.0.2.1", Offence::early_talk, 4);
  EXPECT_EQ(bans->list()[0].until - clock.now(), kBanTimes.back());  // the longest
}

TEST_F(BansTest, AfterAQuietMonthAnAddressBeginsAnew) {
  offend("192.0.2.1", Offence::early_talk, 4);
  clock.advance(1h);
  offend("192.0.2.1", Offence::early_talk, 4);
  EXPECT_EQ(bans->list()[0].strikes, 2U);
  clock.advance(24h * 31);
  run(bans->save());
  offend("192.0.2.1", Offence::early_talk, 4);
  EXPECT_EQ(bans->list()[0].strikes, 1U);
}

TEST_F(BansTest, WhatOpenSessionsDoDuringABanIsTheSameBan) {
  offend("192.0.2.1", Offence::early_talk, 40);
  EXPECT_EQ(bans->list()[0].strikes, 1U);
}

TEST_F(BansTest, AnIpv6CustomerIsBannedWithAllHisAddresses) {
  offend("2001:db8:1:2::1", Offence::early_talk, 2);
  offend("2001:db8:1:2::2", Offence::early_talk, 2);
  EXPECT_TRUE(banned("2001:db8:1:2:3:4:5:6"));
  EXPECT_FALSE(banned("2001:db8:1:3::1"));
  EXPECT_EQ(text_of_prefix(bans->list()[0].prefix), "2001:db8:1:2::/64");
}

TEST_F(BansTest, TheOwnerProxiesAndLoopbackAreNeverBanned) {
  for (const char* who : {"198.51.100.7", "203.0.113.9", "127.0.0.1", "::1"}) {
    offend(who, Offence::harvest, 100);
    EXPECT_FALSE(banned(who)) << who;
    const auto added = run(bans->add(ip(who), 1h, "test", {}));
    ASSERT_FALSE(added) << who;
    EXPECT_EQ(added.error().kind, Problem::Kind::denied);
  }
}

TEST_F(BansTest, AnAllowedAddressGetsInThoughItsNeighboursAreBanned) {
  offend("2001:db8:a::2", Offence::harvest, 2);
  EXPECT_TRUE(banned("2001:db8:a::2"));
  EXPECT_FALSE(banned("2001:db8:a::1"));
}

TEST_F(BansTest, BansAndStrikesOutliveARestart) {
  offend("192.0.2.1", Offence::early_talk, 4);
  offend("2001:db8::1", Offence::early_talk, 4);
  run(bans->save());
  restart();
  EXPECT_TRUE(banned("192.0.2.1"));
  EXPECT_TRUE(banned("2001:db8::9"));
  clock.advance(10min);
  EXPECT_FALSE(banned("192.0.2.1"));
  offend("192.0.2.1", Offence::early_talk, 4);
  EXPECT_EQ(bans->list()[0].strikes, 2U);
}

TEST_F(BansTest, TheOwnerBansAndLifts) {
  ASSERT_TRUE(run(bans->add(ip("192.0.2.1"), 2h, "a nuisance", {})));
  EXPECT_TRUE(banned("192.0.2.1"));
  restart();
  EXPECT_TRUE(banned("192.0.2.1"));
  ASSERT_TRUE(run(bans->lift(ip("192.0.2.1"), {})));
  EXPECT_FALSE(banned("192.0.2.1"));
  EXPECT_FALSE(run(bans->lift(ip("192.0.2.1"), {})));
  restart();
  EXPECT_FALSE(banned("192.0.2.1"));
  const auto log = directory::list_audit(store.engine().latest(), {}, 10);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].details, "until 2023-11-15T00:13:20Z: a nuisance");
}

TEST_F(BansTest, MemoryIsBoundedWhoeverComes) {
  log::configure(log::Level::error, log::Format::text);
  for (std::uint32_t i = 0; i < kMostOffenders + 1000; ++i) {
    const auto b = [i](unsigned shift) { return static_cast<std::uint8_t>(i >> shift); };
    bans->offend(net::IpAddress::v4({10, b(16), b(8), b(0)}), Offence::harvest, 2);
  }
  EXPECT_LE(bans->list().size(), kMostBans);
  EXPECT_GT(bans->list().size(), kMostBans / 2);
}

}  // namespace
}  // namespace freehold::guard

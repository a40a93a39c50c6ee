#include "filter/reputation.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "base/testing/run.hpp"
#include "filter/limits.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::filter {
namespace {

using freehold::testing::run;

class ReputationTest : public ::testing::Test {
 protected:
  double points(const Origin& origin) { return reputations_->look(ann_, origin).points; }
  void count(const Origin& origin, bool bad, int times) {
    for (int i = 0; i < times; ++i) reputations_->count(ann_, origin, bad, 1);
  }

  store::testing::TemporaryStore store_;
  ManualClock clock_{from_millis(1'800'000'000'000)};
  std::optional<Reputations> reputations_{std::in_place, store_.engine(), clock_};
  AccountId ann_{1}, bob_{2};
  Origin shop_{.address = "news@shop.example",
               .from_domain = "shop.example",
               .spf_domain = "shop.example",
               .dkim_domains = {"shop.example"},
               .ip = net::IpAddress::parse("192.0.2.7").value(),
               .proven = true};
};

TEST_F(ReputationTest, OfAStrangerIsNoneAtAll) {
  const Reputation reputation = reputations_->look(ann_, shop_);
  EXPECT_EQ(reputation.points, 0);
  EXPECT_TRUE(reputation.first_time);
  EXPECT_TRUE(reputation.parts.empty());
}

TEST_F(ReputationTest, GrowsSurerWithMail) {
  count(shop_, true, 1);
  const double once = points(shop_);
  count(shop_, true, 20);
  EXPECT_GT(once, 0);
  EXPECT_GT(points(shop_), once);
  EXPECT_FALSE(reputations_->look(ann_, shop_).first_time);
}

TEST_F(ReputationTest, OfAGoodSenderIsGood) {
  count(shop_, false, 20);
  EXPECT_LT(points(shop_), -2);
}

TEST_F(ReputationTest, IsHalvedInAMonth) {
  count(shop_, false, 8);
  clock_.advance(kReputationHalfLife);
  EXPECT_NEAR(reputations_->look(ann_, shop_).parts.at(0).counts.good, 4, 0.001);
}

TEST_F(ReputationTest, OfAnAddressIsEachAccountsOwnAndOfADomainShared) {
  count(shop_, false, 8);
  const Reputation bobs = reputations_->look(bob_, shop_);
  EXPECT_TRUE(bobs.first_time);
  EXPECT_LT(bobs.points, 0);
}

TEST_F(ReputationTest, OfAForgedNameIsNotTheGoodOneOfItsOwner) {
  count(shop_, false, 50);
  Origin forged{.address = "news@shop.example",
                .from_domain = "shop.example",
                .ip = net::IpAddress::parse("203.0.113.9").value(),
                .proven = false};
  EXPECT_EQ(points(forged), 0);
  count(forged, true, 20);
  const Reputation owners = reputations_->look(bob_, shop_);
  for (const auto& part : owners.parts) EXPECT_LE(part.points, 0) << part.identity;
}

TEST_F(ReputationTest, CountsTheNetworkOfAnIp) {
  count(shop_, true, 30);
  Origin neighbour;
  neighbour.ip = net::IpAddress::parse("192.0.2.99").value();
  EXPECT_GT(points(neighbour), 0);
  EXPECT_EQ(network_of(net::IpAddress::parse("2001:db8:1:2::3").value()).text(), "2001:db8:1::");
}

TEST_F(ReputationTest, IsTakenBackWithANegativeWeight) {
  count(shop_, true, 1);
  reputations_->count(ann_, shop_, true, -1);
  EXPECT_EQ(points(shop_), 0);
}

TEST_F(ReputationTest, LastsAfterAFlush) {
  count(shop_, true, 3);
  const double before = points(shop_);
  ASSERT_TRUE(run(reputations_->flush()));
  EXPECT_EQ(reputations_->pending(), 0U);
  EXPECT_DOUBLE_EQ(points(shop_), before);
  reputations_.reset();
  store_.reopen();
  reputations_.emplace(store_.engine(), clock_);
  EXPECT_DOUBLE_EQ(points(shop_), before);
}

TEST_F(ReputationTest, ThatHasDecayedToNothingIsRemoved) {
  count(shop_, true, 1);
  ASSERT_TRUE(run(reputations_->flush()));
  EXPECT_EQ(reputations_->expire(100).value(), 0U);
  clock_.advance(kReputationHalfLife * 10);
  EXPECT_EQ(reputations_->expire(4).value(), 4U);
  EXPECT_EQ(reputations_->expire(4).value(), 2U) << "goes on where the last call has ended";
  EXPECT_EQ(reputations_->expire(4).value(), 0U);
}

TEST_F(ReputationTest, KeepsNoMoreInMemoryThanItsLimit) {
  for (std::size_t i = 0; i < kMaxPendingReputations; ++i) {
    reputations_->count(
        ann_, {.address = std::to_string(i) + "@x.example", .from_domain = "x.example"}, false, 1);
  }
  EXPECT_LE(reputations_->pending(), kMaxPendingReputations);
  ASSERT_TRUE(run(reputations_->flush()));
  EXPECT_EQ(reputations_->pending(), 0U);
}

}  // namespace
}  // namespace freehold::filter

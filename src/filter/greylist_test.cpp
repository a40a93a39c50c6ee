#include "filter/greylist.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "filter/limits.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::filter {
namespace {

using namespace std::chrono_literals;
using Answer = GreyDecision::Answer;
using freehold::testing::run;

class GreylistTest : public ::testing::Test {
 protected:
  GreyDecision ask(std::string_view ip, const std::string& sender,
                   const std::string& recipient = "ann@home.example") {
    return run(greylist_.ask(net::IpAddress::parse(ip).value(), sender, recipient)).value();
  }
  Answer answer(std::string_view ip, const std::string& sender,
                const std::string& recipient = "ann@home.example") {
    return ask(ip, sender, recipient).answer;
  }

  store::testing::TemporaryStore store_;
  ManualClock clock_{from_millis(1'800'000'000'000)};
  Greylist greylist_{store_.engine(), clock_};
};

TEST_F(GreylistTest, LetsThroughWhoComesBackInTime) {
  EXPECT_EQ(ask("192.0.2.1", "a@x.example").wait, 240s);
  clock_.advance(1min);
  const GreyDecision early = ask("192.0.2.1", "a@x.example");
  EXPECT_EQ(early.answer, Answer::defer);
  EXPECT_EQ(early.wait, 180s) << "counted from the first attempt";
  clock_.advance(3min);
  EXPECT_EQ(answer("192.0.2.1", "a@x.example"), Answer::pass);
  clock_.advance(24h * 35);
  EXPECT_EQ(answer("192.0.2.1", "a@x.example"), Answer::pass) << "remembered for 36 days";
  clock_.advance(24h * 36);
  EXPECT_EQ(answer("192.0.2.1", "a@x.example"), Answer::defer) << "and no longer";
}

TEST_F(GreylistTest, BeginsAnewWhenTheSecondAttemptComesTooLate) {
  EXPECT_EQ(answer("192.0.2.1", "a@x.example"), Answer::defer);
  clock_.advance(kGreyRetry);
  EXPECT_EQ(answer("192.0.2.1", "a@x.example"), Answer::defer);
}

TEST_F(GreylistTest, TakesAnotherHostOfTheNetworkForTheSameClient) {
  for (const auto& [first, second] :
       {std::pair("192.0.2.1", "192.0.2.200"), std::pair("2001:db8:1:2::3", "2001:db8:1:2:9::4")}) {
    EXPECT_EQ(answer(first, "b@x.example"), Answer::defer);
    clock_.advance(5min);
    EXPECT_EQ(answer(second, "b@x.example"), Answer::pass) << second;
  }
  EXPECT_EQ(answer("198.51.100.1", "b@x.example"), Answer::defer);
}

TEST_F(GreylistTest, KnowsASenderWhoseNumbersChange) {
  EXPECT_EQ(answer("192.0.2.1", "bounce-123-9@x.example"), Answer::defer);
  clock_.advance(5min);
  EXPECT_EQ(answer("192.0.2.1", "bounce-4567-8@x.example"), Answer::pass);
}

TEST_F(GreylistTest, KnowsANetworkThatHasPassedOften) {
  for (std::uint32_t i = 0; i < kGreyKnownAfter; ++i) {
    const std::string sender = std::string(1, static_cast<char>('a' + i)) + "@x.example";
    EXPECT_EQ(answer("192.0.2.1", sender), Answer::defer);
    clock_.advance(5min);
    EXPECT_EQ(answer("192.0.2.1", sender), Answer::pass);
  }
  EXPECT_EQ(answer("192.0.2.1", "new@y.example", "bob@home.example"), Answer::pass);
}

TEST_F(GreylistTest, ForgetsWhatIsTooOld) {
  EXPECT_EQ(answer("192.0.2.1", "a@x.example"), Answer::defer);
  EXPECT_EQ(greylist_.expire(10).value(), 0U);
  clock_.advance(kGreyRetry);
  EXPECT_EQ(greylist_.expire(10).value(), 1U);
}

}  // namespace
}  // namespace freehold::filter

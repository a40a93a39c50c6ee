#include "net/answer_cache.hpp"

#include <arpa/nameser.h>
#include <gtest/gtest.h>

namespace freehold::net {
namespace {

using namespace std::chrono_literals;

RawAnswer found(std::string record, std::chrono::seconds time_to_live) {
  RawAnswer answer;
  answer.status = DnsStatus::found;
  answer.records = {std::move(record)};
  answer.time_to_live = time_to_live;
  return answer;
}

class AnswerCacheTest : public ::testing::Test {
 protected:
  bool knows(const std::string& name, AnswerCache::Moment at) {
    return cache.find(name, ns_t_txt, at).has_value();
  }
  AnswerCache cache{2};
  const AnswerCache::Moment now{};
};

TEST_F(AnswerCacheTest, AnAnswerIsKnownForItsTimeToLive) {
  cache.keep("example.org", ns_t_txt, found("x", 60s), now);
  EXPECT_TRUE(knows("Example.ORG", now + 59s));
  EXPECT_FALSE(cache.find("example.org", ns_t_mx, now)) << "of another type";
  EXPECT_FALSE(knows("example.org", now + 60s));
  cache.keep("example.org", ns_t_txt, found("x", 48h), now);
  EXPECT_FALSE(knows("example.org", now + 1h)) << "no longer than an hour";
}

TEST_F(AnswerCacheTest, WhatFailedIsAskedAgainSoon) {
  cache.keep("example.org", ns_t_txt, {}, now);
  EXPECT_TRUE(knows("example.org", now + 4s));
  EXPECT_FALSE(knows("example.org", now + 5s));
}

TEST_F(AnswerCacheTest, TheOneNotAskedForLongestGoes) {
  cache.keep("a.example", ns_t_txt, found("a", 60s), now);
  cache.keep("b.example", ns_t_txt, found("b", 60s), now);
  EXPECT_TRUE(knows("a.example", now));
  cache.keep("c.example", ns_t_txt, found("c", 60s), now);
  EXPECT_FALSE(knows("b.example", now));
  EXPECT_TRUE(knows("a.example", now));
  EXPECT_TRUE(knows("c.example", now));
}

TEST_F(AnswerCacheTest, WhatIsHugeOrMayNotBeKeptIsNot) {
  cache.keep("a.example", ns_t_txt, found(std::string(20'000, 'x'), 60s), now);
  EXPECT_FALSE(knows("a.example", now));
  cache.keep("a.example", ns_t_txt, found("x", 0s), now);
  EXPECT_FALSE(knows("a.example", now));
}

}  // namespace
}  // namespace freehold::net

#include "net/bounded_resolver.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"

namespace freehold::net {
namespace {

TEST(BoundedResolver, AsksUntilTheTimeIsOverAndThenNoMore) {
  testing::DnsWorld world;
  world.txt("a.example", "text");
  BoundedResolver in_time(world, after(std::chrono::minutes(1)));
  EXPECT_EQ(freehold::testing::run(in_time.txt("a.example")).status, DnsStatus::found);
  BoundedResolver late(world, after(std::chrono::seconds(-1)));
  const auto answer = freehold::testing::run(late.txt("a.example"));
  EXPECT_EQ(answer.status, DnsStatus::failed);
  EXPECT_EQ(answer.error, "the time for lookups is over");
  EXPECT_EQ(world.questions(), 1U);
}

}  // namespace
}  // namespace freehold::net

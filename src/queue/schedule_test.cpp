#include "queue/schedule.hpp"

#include <gtest/gtest.h>

namespace freehold::queue {
namespace {

using namespace std::chrono_literals;

TEST(Schedule, WaitsDoubleUpToTheLongest) {
  const Schedule schedule;
  const auto now = from_millis(1'000'000);
  const auto middle = [&](std::uint32_t attempts) {
    const auto wait = std::min<std::chrono::milliseconds>(2min * (1 << (attempts - 1)), 4h);
    return static_cast<std::uint64_t>(wait.count() / 5);  // the chance that gives no jitter
  };
  EXPECT_EQ(schedule.next(now, 1, middle(1)) - now, 2min);
  EXPECT_EQ(schedule.next(now, 2, middle(2)) - now, 4min);
  EXPECT_EQ(schedule.next(now, 3, middle(3)) - now, 8min);
  EXPECT_EQ(schedule.next(now, 9, middle(9)) - now, 4h);
  EXPECT_EQ(schedule.next(now, 25, middle(9)) - now, 4h);
}

TEST(Schedule, JitterStaysWithinAFifth) {
  const Schedule schedule;
  const auto now = from_millis(0);
  for (std::uint64_t chance = 0; chance < 1'000'000; chance += 997) {
    const auto wait = schedule.next(now, 1, chance) - now;
    EXPECT_GE(wait, 96s);
    EXPECT_LE(wait, 144s);
  }
}

}  // namespace
}  // namespace freehold::queue

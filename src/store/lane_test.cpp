#include "store/lane.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/bytes.hpp"
#include "base/testing/run.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::store {
namespace {

using freehold::testing::run;
using freehold::testing::run_all;

std::uint64_t next_number(Transaction& tx) {
  const auto seen = tx.get("Xn");
  if (!tx.has_changed("Xn")) tx.assertions().require_unchanged("Xn", seen);
  const std::uint64_t number = seen ? read_u64(*seen) : 0;
  std::string next;
  append_u64(next, number + 1);
  tx.put("Xn", next);
  return number;
}

// Draws a number; every third fails after it has drawn.
awaitable<std::int64_t> draw(Lane& lane, int who) {
  std::uint64_t number = 0;
  const auto outcome = co_await lane.run([who, &number](Transaction& tx) -> Result<> {
    number = next_number(tx);
    tx.put("Y" + std::to_string(who), "drawn");
    if (who % 3 == 0) return problem(Problem::Kind::denied, "not for you");
    return {};
  });
  if (!outcome) {
    EXPECT_EQ(outcome.error().kind, Problem::Kind::denied);
    co_return -1;
  }
  co_return static_cast<std::int64_t>(number);
}

TEST(Lane, EachOfHundredsDrawsANumberOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  testing::TemporaryStore store;
  Lane lane(store.engine());
  std::mutex mutex;
  std::multiset<std::int64_t> drawn;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        std::vector<awaitable<std::int64_t>> tasks;
        for (int i = 0; i < kEach; ++i) tasks.push_back(draw(lane, t * kEach + i));
        const auto numbers = run_all(std::move(tasks));
        const std::lock_guard lock(mutex);
        drawn.insert(numbers.begin(), numbers.end());
      });
    }
  }
  std::int64_t fine = 0;
  for (int who = 0; who < kThreads * kEach; ++who) {
    const bool there = store.engine().latest().get("Y" + std::to_string(who)).has_value();
    EXPECT_EQ(there, who % 3 != 0) << who;
    fine += who % 3 != 0 ? 1 : 0;
  }
  for (std::int64_t number = 0; number < fine; ++number) EXPECT_EQ(drawn.count(number), 1U);
  EXPECT_EQ(read_u64(*store.engine().latest().get("Xn")), static_cast<std::uint64_t>(fine));
}

awaitable<Result<>> change(Lane& lane, Lane::Change change) {
  co_return co_await lane.run(std::move(change));
}

TEST(Lane, AChangeIsMadeAgainAfterAConflict) {
  testing::TemporaryStore store;
  Lane lane(store.engine());
  int tries = 0;
  const auto outcome = run(change(lane, [&](Transaction& tx) -> Result<> {
    (void)next_number(tx);
    if (++tries <= 3) {  // another process is quicker
      Batch batch;
      std::string value;
      append_u64(value, static_cast<std::uint64_t>(tries) * 100);
      batch.put("Xn", value);
      EXPECT_TRUE(store.engine().commit_blocking(std::move(batch)));
    }
    return {};
  }));
  EXPECT_TRUE(outcome);
  EXPECT_EQ(tries, 4);
  EXPECT_EQ(read_u64(*store.engine().latest().get("Xn")), 301U);
}

TEST(Lane, AConflictThatNeverEndsIsReported) {
  testing::TemporaryStore store;
  Lane lane(store.engine());
  const auto never = [](Transaction& tx) -> Result<> {
    tx.put("Xa", "1");
    tx.assertions().require_present("Xnone");
    return {};
  };
  const auto outcome = run(change(lane, never));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Problem::Kind::conflict);
  EXPECT_EQ(store.engine().latest().get("Xa"), std::nullopt);
  EXPECT_TRUE(run(change(lane, [](Transaction& tx) -> Result<> {
    tx.put("Xa", "2");
    return {};
  })));
}

TEST(Lane, AFailingChangeTakesItsAssertionsWithIt) {
  testing::TemporaryStore store;
  Lane lane(store.engine());
  std::vector<awaitable<Result<>>> tasks;
  tasks.push_back(change(lane, [](Transaction& tx) -> Result<> {
    tx.put("Xa", "1");
    return {};
  }));
  tasks.push_back(change(lane, [](Transaction& tx) -> Result<> {
    tx.assertions().require_present("Xnone");
    return problem(Problem::Kind::invalid, "no");
  }));
  tasks.push_back(change(lane, [](Transaction&) -> Result<> { throw ReadError("broken"); }));
  tasks.push_back(change(lane, [](Transaction& tx) -> Result<> {
    tx.put("Xb", "1");
    return {};
  }));
  const auto outcomes = run_all(std::move(tasks));
  EXPECT_TRUE(outcomes[0]);
  EXPECT_EQ(outcomes[1].error().kind, Problem::Kind::invalid);
  EXPECT_EQ(outcomes[2].error().kind, Problem::Kind::corrupt);
  EXPECT_TRUE(outcomes[3]);
  EXPECT_EQ(store.engine().latest().get("Xa"), "1");
  EXPECT_EQ(store.engine().latest().get("Xb"), "1");
}

TEST(Lane, AGroupThatWouldGrowTooLongIsCommittedInParts) {
  testing::TemporaryStore store;
  Lane lane(store.engine());
  std::vector<awaitable<Result<>>> tasks;
  for (int i = 0; i < 12; ++i) {
    tasks.push_back(change(lane, [i](Transaction& tx) -> Result<> {
      tx.put("X" + std::to_string(i), std::string(std::size_t{1} << 20, 'x'));
      return {};
    }));
  }
  for (const auto& outcome : run_all(std::move(tasks))) EXPECT_TRUE(outcome);
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(store.engine().latest().get("X" + std::to_string(i)));
}

TEST(Lane, AReadingChangeNeedsNoCommit) {
  testing::TemporaryStore store;
  Lane lane(store.engine());
  std::optional<std::string> seen = "nothing yet";
  EXPECT_TRUE(run(change(lane, [&](Transaction& tx) -> Result<> {
    seen = tx.get("Xnone");
    return {};
  })));
  EXPECT_EQ(seen, std::nullopt);
}

}  // namespace
}  // namespace freehold::store

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/testing/run.hpp"
#include "directory/directory.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::directory::testing {

// A directory over a store of its own, at a time that stands still.
class House {
 public:
  store::testing::TemporaryStore store;
  Pool pool{2};
  ManualClock clock{from_millis(1'700'000'000'000)};  // Tue, 14 Nov 2023 22:13:20
  Directory directory{store.engine(), pool, clock};

  template <class T>
  static T run(awaitable<T> task) {
    return freehold::testing::run(std::move(task));
  }

  void add_domain(const std::string& name, const std::string& alias_of = {}) {
    const auto added = run(directory.add_domain(name, alias_of));
    EXPECT_TRUE(added) << added.error().text();
  }
  AccountId add_account(const std::string& address, std::uint64_t quota = 0) {
    const auto added = run(directory.add_account(address, "correct horse", "", quota));
    EXPECT_TRUE(added) << added.error().text();
    return added ? added->id : AccountId();
  }
  void add_alias(const std::string& address, const std::vector<std::string>& targets) {
    const auto set = run(directory.set_alias(address, targets));
    EXPECT_TRUE(set) << set.error().text();
  }
};

}  // namespace freehold::directory::testing

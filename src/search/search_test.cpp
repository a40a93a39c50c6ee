#include "search/search.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "mailstore/testing/account_house.hpp"

namespace freehold::search {
namespace {

using mailstore::testing::AccountHouse;
using mailstore::testing::mail;
using namespace std::chrono_literals;

class Searching : public ::testing::Test {
 protected:
  AccountHouse house;
  store::testing::TemporaryFolder folder;
  std::unique_ptr<Search> search = make();

  [[nodiscard]] std::unique_ptr<Search> make() {
    return std::make_unique<Search>(house.mailstore, Settings{folder.path() / "search", {}});
  }
  [[nodiscard]] Candidates find(const std::string& needle, bool fuzzy = false) {
    return house.run(search->find(house.anna, {Query::Scope::text, needle, fuzzy}));
  }
  [[nodiscard]] Search::Status status() { return house.run(search->status(house.anna)); }
  // The index follows in its own time; a test waits for that.
  [[nodiscard]] bool comes_true(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(10ms);
    }
    return true;
  }
};

TEST_F(Searching, FollowsTheMailByItself) {
  const auto one = house.append("INBOX", mail("alpha")).email;
  EXPECT_TRUE(comes_true([&] { return status().documents == 1; }));
  EXPECT_EQ(find("alpha").possible, std::vector{one});
}

TEST_F(Searching, FindsTheNewestFuzzilyAtOnce) {
  const auto one = house.append("INBOX", mail("alpha")).email;
  const auto found = find("alpha", true);
  ASSERT_EQ(found.hits.size(), 1u);
  EXPECT_EQ(found.hits[0].email, one);
}

TEST_F(Searching, TakesUpWhatCameWhileItWasAway) {
  search.reset();
  house.append("INBOX", mail("alpha"));
  search = make();
  EXPECT_TRUE(comes_true([&] { return status().documents == 1; }));
}

TEST_F(Searching, RebuildsOnDemand) {
  const auto one = house.append("INBOX", mail("alpha")).email;
  EXPECT_TRUE(comes_true([&] { return status().complete; }));
  house.run(search->rebuild(house.anna));
  EXPECT_TRUE(comes_true([&] { return status().complete; }));
  EXPECT_EQ(find("alpha").possible, std::vector{one});
}

TEST_F(Searching, RebuildsALostIndexAfterASearch) {
  house.append("INBOX", mail("alpha"));
  EXPECT_TRUE(comes_true([&] { return status().complete; }));
  std::filesystem::remove_all(folder.path() / "search");
  static_cast<void>(find("alpha"));
  EXPECT_TRUE(comes_true([&] { return find("alpha").usable; }));
}

TEST_F(Searching, ErasesAnIndexForGood) {
  house.append("INBOX", mail("alpha"));
  EXPECT_TRUE(comes_true([&] { return status().complete; }));
  ASSERT_TRUE(house.run(house.mailstore.erase_account(house.anna)));
  house.run(search->erase(house.anna));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "search" / "1"));
}

TEST_F(Searching, RemovesIndexesWithoutAnAccount) {
  search.reset();
  std::filesystem::create_directories(folder.path() / "search" / "77");
  search = make();
  EXPECT_TRUE(
      comes_true([&] { return !std::filesystem::exists(folder.path() / "search" / "77"); }));
}

}  // namespace
}  // namespace freehold::search

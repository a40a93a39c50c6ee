#include "store/transaction.hpp"

#include <gtest/gtest.h>

#include "store/testing/temporary_store.hpp"

namespace freehold::store {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

Entries scan(const Reader& reader, const Range& range, std::size_t most = 100) {
  Entries out;
  reader.scan(range, [&](std::string_view key, std::string_view value) {
    out.emplace_back(key, value);
    return out.size() < most;
  });
  return out;
}

Entries scan_backwards(const Reader& reader, const Range& range, std::size_t most = 100) {
  Entries out;
  reader.scan_backwards(range, [&](std::string_view key, std::string_view value) {
    out.emplace_back(key, value);
    return out.size() < most;
  });
  return out;
}

class TransactionTest : public ::testing::Test {
 protected:
  // What is on disk: Xb=1 Xd=1 Xf=1, and keys of other tables around them.
  void SetUp() override {
    Batch batch;
    for (const char* key : {"Xb", "Xd", "Xf", "A1", "Z1"}) batch.put(key, "1");
    ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  }

  testing::TemporaryStore store;
  const Range all = prefix_range("X");
};

TEST_F(TransactionTest, ReadsItsOwnWrites) {
  Transaction tx(store.engine().latest());
  EXPECT_FALSE(tx.changed());
  EXPECT_EQ(tx.get("Xb"), "1");
  tx.put("Xb", "2");
  tx.put("Xn", "");
  tx.erase("Xd");
  EXPECT_EQ(tx.get("Xb"), "2");
  EXPECT_EQ(tx.get("Xn"), "");
  EXPECT_EQ(tx.get("Xd"), std::nullopt);
  EXPECT_EQ(tx.get("Xf"), "1");
  EXPECT_TRUE(tx.changed());
  EXPECT_TRUE(tx.has_changed("Xd"));
  EXPECT_FALSE(tx.has_changed("Xf"));
  EXPECT_EQ(store.engine().latest().get("Xb"), "1");
  const std::vector<std::string> keys = {"Xb", "Xd", "Xf", "Xzz"};
  EXPECT_EQ(tx.multi_get(keys),
            (std::vector<std::optional<std::string>>{"2", std::nullopt, "1", std::nullopt}));
}

TEST_F(TransactionTest, ScansMergeBothWays) {
  const struct {
    const char* name;
    std::vector<std::pair<std::string, std::optional<std::string>>> changes;
    Entries merged;
  } table[] = {
      {"nothing", {}, {{"Xb", "1"}, {"Xd", "1"}, {"Xf", "1"}}},
      {"before, between, after",
       {{"Xa", "2"}, {"Xc", "2"}, {"Xg", "2"}},
       {{"Xa", "2"}, {"Xb", "1"}, {"Xc", "2"}, {"Xd", "1"}, {"Xf", "1"}, {"Xg", "2"}}},
      {"overwritten", {{"Xd", "2"}}, {{"Xb", "1"}, {"Xd", "2"}, {"Xf", "1"}}},
      {"erased", {{"Xb", std::nullopt}, {"Xf", std::nullopt}}, {{"Xd", "1"}}},
      {"all erased", {{"Xb", std::nullopt}, {"Xd", std::nullopt}, {"Xf", std::nullopt}}, {}},
      {"erased what never was", {{"Xc", std::nullopt}}, {{"Xb", "1"}, {"Xd", "1"}, {"Xf", "1"}}},
      {"outside of the range", {{"W", "2"}, {"Y", "2"}}, {{"Xb", "1"}, {"Xd", "1"}, {"Xf", "1"}}},
  };
  for (const auto& [name, changes, merged] : table) {
    Transaction tx(store.engine().latest());
    for (const auto& [key, value] : changes) {
      if (value) {
        tx.put(key, *value);
      } else {
        tx.erase(key);
      }
    }
    EXPECT_EQ(scan(tx, all), merged) << name;
    EXPECT_EQ(scan_backwards(tx, all), Entries(merged.rbegin(), merged.rend())) << name;
    for (std::size_t most = 1; most <= merged.size(); ++most) {
      const auto count = static_cast<std::ptrdiff_t>(most);
      EXPECT_EQ(scan(tx, all, most), Entries(merged.begin(), merged.begin() + count)) << name;
      EXPECT_EQ(scan_backwards(tx, all, most), Entries(merged.rbegin(), merged.rbegin() + count))
          << name;
    }
  }
}

TEST_F(TransactionTest, ARangeIsHalfOpen) {
  Transaction tx(store.engine().latest());
  tx.put("Xc", "2");
  EXPECT_EQ(scan(tx, {"Xb", "Xd"}), (Entries{{"Xb", "1"}, {"Xc", "2"}}));
  EXPECT_EQ(scan_backwards(tx, {"Xc", "Xf"}), (Entries{{"Xd", "1"}, {"Xc", "2"}}));
  EXPECT_TRUE(scan(tx, {"Xg", "Xz"}).empty());
  EXPECT_TRUE(scan_backwards(tx, {"Xg", "Xz"}).empty());
}

TEST_F(TransactionTest, AVisitMayChangeWhatItVisits) {
  Transaction tx(store.engine().latest());
  tx.put("Xc", "2");
  std::string visited;
  tx.scan(all, [&](std::string_view key, std::string_view) {
    visited.append(key);
    tx.erase(std::string(key));
    return true;
  });
  EXPECT_EQ(visited, "XbXcXdXf");
  EXPECT_TRUE(scan(tx, all).empty());
}

TEST_F(TransactionTest, RollsBackToASavepointWithItsAssertions) {
  Transaction tx(store.engine().latest());
  tx.put("Xb", "2");
  tx.assertions().require_present("Xb");
  const auto savepoint = tx.savepoint();
  tx.put("Xb", "3");
  tx.put("Xb", "4");
  tx.put("Xn", "new");
  tx.erase("Xn");
  tx.erase("Xd");
  tx.assertions().require_absent("Xq");
  tx.assertions().require_equals("Xd", "1");
  tx.roll_back(savepoint);
  EXPECT_EQ(tx.get("Xb"), "2");
  EXPECT_EQ(tx.get("Xn"), std::nullopt);
  EXPECT_FALSE(tx.has_changed("Xn"));
  EXPECT_EQ(tx.get("Xd"), "1");
  const Batch batch = tx.take();
  ASSERT_EQ(batch.changes().size(), 1U);
  EXPECT_EQ(batch.changes()[0].key, "Xb");
  EXPECT_EQ(batch.changes()[0].value, "2");
  EXPECT_EQ(batch.assertions().size(), 1U);
}

TEST_F(TransactionTest, NestedSavepointsUnwindOneByOne) {
  Transaction tx(store.engine().latest());
  const auto outer = tx.savepoint();
  tx.put("Xb", "2");
  const auto inner = tx.savepoint();
  tx.erase("Xb");
  tx.roll_back(inner);
  EXPECT_EQ(tx.get("Xb"), "2");
  tx.roll_back(outer);
  EXPECT_EQ(tx.get("Xb"), "1");
  EXPECT_FALSE(tx.changed());
  EXPECT_TRUE(tx.take().empty());
}

TEST_F(TransactionTest, TakenItIsEmptyAndTheBatchIsWhole) {
  Transaction tx(store.engine().latest());
  tx.put("Xb", "2");
  tx.erase("Xd");
  ASSERT_TRUE(store.engine().commit_blocking(tx.take()));
  EXPECT_FALSE(tx.changed());
  EXPECT_EQ(scan(store.engine().latest(), all), (Entries{{"Xb", "2"}, {"Xf", "1"}}));
}

}  // namespace
}  // namespace freehold::store

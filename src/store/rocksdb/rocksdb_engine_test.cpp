#include <gtest/gtest.h>

#include <fstream>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/testing/run.hpp"
#include "schema/store.pb.h"
#include "store/engine.hpp"
#include "store/format.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::store {
namespace {

namespace fs = std::filesystem;
using testing::small_settings;
using testing::TemporaryFolder;
using testing::TemporaryStore;

std::string concatenated(const Reader& reader, const Range& range, bool backwards = false) {
  std::string out;
  const auto visit = [&out](std::string_view key, std::string_view value) {
    out.append(key).append("=").append(value).append(" ");
    return true;
  };
  if (backwards) {
    reader.scan_backwards(range, visit);
  } else {
    reader.scan(range, visit);
  }
  return out;
}

TEST(Engine, CommitsABatchWhole) {
  TemporaryStore store;
  Batch batch;
  batch.put("Xa", "1");
  batch.put("Xb", "");
  batch.put("Ba", "a piece");  // the three columns are one key space
  batch.put("Ca", "a bulk piece");
  batch.erase("Xc");
  ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  const auto& latest = store.engine().latest();
  EXPECT_EQ(latest.get("Xa"), "1");
  EXPECT_EQ(latest.get("Xb"), "");
  EXPECT_EQ(latest.get("Xc"), std::nullopt);
  const std::vector<std::string> keys = {"Ca", "Xa", "Xq", "Ba"};
  EXPECT_EQ(latest.multi_get(keys), (std::vector<std::optional<std::string>>{
                                        "a bulk piece", "1", std::nullopt, "a piece"}));
}

TEST(Engine, TheLastChangeOfAKeyInABatchCounts) {
  TemporaryStore store;
  Batch batch;
  batch.put("Xa", "1");
  batch.erase("Xa");
  batch.put("Xa", "2");
  batch.put("Xb", "1");
  batch.erase("Xb");
  ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  EXPECT_EQ(store.engine().latest().get("Xa"), "2");
  EXPECT_EQ(store.engine().latest().get("Xb"), std::nullopt);
}

TEST(Engine, AnAssertionThatDoesNotHoldChangesNothing) {
  using That = Batch::Assertion::That;
  const struct {
    That that;
    const char* key;
    const char* value;
    bool holds;
  } table[] = {
      {That::absent, "Xnone", "", true},   {That::absent, "Xa", "", false},
      {That::present, "Xa", "", true},     {That::present, "Xnone", "", false},
      {That::present, "Xempty", "", true}, {That::equals, "Xa", "1", true},
      {That::equals, "Xa", "2", false},    {That::equals, "Xnone", "", false},
      {That::equals, "Xempty", "", true},  {That::absent, "Xempty", "", false},
  };
  TemporaryStore store;
  for (const auto& [that, key, value, holds] : table) {
    Batch before;
    before.put("Xa", "1");
    before.put("Xempty", "");
    ASSERT_TRUE(store.engine().commit_blocking(std::move(before)));
    Batch batch;
    batch.put("Xa", "changed");
    if (that == That::absent) batch.require_absent(key);
    if (that == That::present) batch.require_present(key);
    if (that == That::equals) batch.require_equals(key, value);
    const auto outcome = store.engine().commit_blocking(std::move(batch));
    EXPECT_EQ(outcome.has_value(), holds) << key;
    if (!holds) EXPECT_EQ(outcome.error().kind, Problem::Kind::conflict);
    EXPECT_EQ(store.engine().latest().get("Xa"), holds ? "changed" : "1") << key;
  }
}

TEST(Engine, ManyThreadsCountExactly) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  TemporaryStore store;
  auto& engine = store.engine();
  const auto increment = [&engine] {
    while (true) {
      const auto seen = engine.latest().get("Xn");
      std::string next;
      append_u64(next, seen ? read_u64(*seen) + 1 : 1);
      Batch batch;
      batch.require_unchanged("Xn", seen);
      batch.put("Xn", next);
      if (engine.commit_blocking(std::move(batch))) return;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&increment] {
        for (int n = 0; n < kEach; ++n) increment();
      });
    }
  }
  EXPECT_EQ(read_u64(*engine.latest().get("Xn")), std::uint64_t{kThreads * kEach});
}

awaitable<bool> put_once(Engine& engine, int number) {
  Batch batch;
  batch.require_absent("Xwinner");
  batch.put("Xwinner", std::to_string(number));
  batch.put("X" + std::to_string(number), "1");
  const auto outcome = co_await engine.commit(std::move(batch));
  co_return outcome.has_value();
}

TEST(Engine, OfManyCoroutinesThatWantTheSameOneGetsIt) {
  TemporaryStore store;
  std::vector<awaitable<bool>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(put_once(store.engine(), i));
  const auto outcomes = freehold::testing::run_all(std::move(tasks));
  EXPECT_EQ(std::ranges::count(outcomes, true), 1);
  const auto winner = store.engine().latest().get("Xwinner");
  ASSERT_TRUE(winner);
  EXPECT_TRUE(outcomes[std::stoul(*winner)]);
  EXPECT_EQ(concatenated(store.engine().latest(), {"X", "Xa"}), "X" + *winner + "=1 ");
}

TEST(Engine, ASnapshotDoesNotMove) {
  TemporaryStore store;
  Batch first;
  first.put("Xa", "1");
  first.put("Xb", "1");
  ASSERT_TRUE(store.engine().commit_blocking(std::move(first)));
  const auto snapshot = store.engine().snapshot();
  Batch second;
  second.put("Xa", "2");
  second.erase("Xb");
  second.put("Xc", "2");
  ASSERT_TRUE(store.engine().commit_blocking(std::move(second)));
  EXPECT_EQ(concatenated(*snapshot, prefix_range("X")), "Xa=1 Xb=1 ");
  EXPECT_EQ(snapshot->get("Xa"), "1");
  EXPECT_EQ(concatenated(store.engine().latest(), prefix_range("X")), "Xa=2 Xc=2 ");
}

TEST(Engine, ScansAreOrderedByBytesAndHalfOpen) {
  TemporaryStore store;
  Batch batch;
  for (const std::string_view key : {"Xb", "Xa", "X\xff", "X", "Xaa", "Y", "W"}) {
    batch.put(std::string(key), "");
  }
  ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  const auto& latest = store.engine().latest();
  EXPECT_EQ(concatenated(latest, prefix_range("X")), "X= Xa= Xaa= Xb= X\xff= ");
  EXPECT_EQ(concatenated(latest, prefix_range("X"), true), "X\xff= Xb= Xaa= Xa= X= ");
  EXPECT_EQ(concatenated(latest, {"Xa", "Xb"}), "Xa= Xaa= ");
  EXPECT_EQ(concatenated(latest, {"Xa", "Xb"}, true), "Xaa= Xa= ");
  EXPECT_EQ(concatenated(latest, {"Xb", ""}), "Xb= X\xff= Y= ");
  EXPECT_EQ(concatenated(latest, {"Xb", ""}, true), "Y= X\xff= Xb= ");
}

TEST(Engine, ReopenedItFindsAll) {
  TemporaryStore store;
  Batch batch;
  batch.put("Xa", "1");
  batch.put("Bb", "piece");
  ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  auto writer = store.engine().bulk_writer();
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->put("Ca", "bulk"));
  ASSERT_TRUE((*writer)->finish());
  store.reopen();
  EXPECT_EQ(store.engine().latest().get("Xa"), "1");
  EXPECT_EQ(store.engine().latest().get("Bb"), "piece");
  EXPECT_EQ(store.engine().latest().get("Ca"), "bulk");
}

TEST(Engine, WhatABulkWriterDoesNotFinishIsNeverSeen) {
  TemporaryStore store;
  {
    auto writer = store.engine().bulk_writer();
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->put("Ca", "bulk"));
    EXPECT_EQ(store.engine().latest().get("Ca"), std::nullopt);
  }
  EXPECT_EQ(store.engine().latest().get("Ca"), std::nullopt);
  for (const auto& file : fs::directory_iterator(store.path())) {
    EXPECT_FALSE(file.path().filename().string().starts_with("incoming-"));
  }
}

TEST(Engine, RemovesBulkFilesThatAKilledServerLeft) {
  TemporaryStore store;
  store.close();
  std::ofstream(store.path() / "incoming-0011.sst") << "half";
  std::ofstream(store.path() / "incoming-log") << "half";
  store.reopen();
  EXPECT_FALSE(fs::exists(store.path() / "incoming-0011.sst"));
  EXPECT_FALSE(fs::exists(store.path() / "incoming-log"));
}

TEST(Engine, ASecondOpenerIsToldThatItIsInUse) {
  TemporaryStore store;
  const auto second = open_rocksdb(small_settings(store.path()), true);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Problem::Kind::unavailable);
  EXPECT_NE(second.error().what.find("in use"), std::string::npos) << second.error().text();
}

TEST(Engine, IsNotMadeWhenItIsNotAskedFor) {
  const TemporaryFolder folder;
  const auto opened = open_rocksdb(small_settings(folder.path() / "none"), false);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Problem::Kind::not_found) << opened.error().text();
}

TEST(Engine, DamageIsNotTakenForAnotherProcess) {
  TemporaryStore store;
  Batch batch;
  batch.put("Xa", "1");
  ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  store.reopen();  // the log becomes a table file
  store.close();
  for (const auto& file : fs::directory_iterator(store.path())) {
    if (file.path().extension() != ".sst") continue;
    const auto size = fs::file_size(file.path());
    std::ofstream(file.path()) << std::string(size, 'x');
  }
  const auto opened = open_rocksdb(small_settings(store.path()), true);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Problem::Kind::corrupt) << opened.error().text();
}

TEST(Engine, ANewerFormatIsRefusedAndChangesNothing) {
  TemporaryStore store;
  schema::StoreFormat format;
  format.set_version(kFormatVersion + 1);
  format.set_written_by("99.0");
  Batch batch;
  batch.put(keys::format(), format.SerializeAsString());
  ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  const auto refused = prepare_format(store.engine());
  ASSERT_FALSE(refused);
  EXPECT_EQ(store.engine().latest().get(keys::format()), format.SerializeAsString());
  store.close();
  for (int i = 0; i < 2; ++i) {
    const auto opened = open_rocksdb(small_settings(store.path()), true);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Problem::Kind::denied);
    EXPECT_NE(opened.error().what.find("99.0"), std::string::npos) << opened.error().text();
  }
}

TEST(Engine, StampsANewStoreAndRefusesOneThatIsTooOld) {
  TemporaryStore store;
  EXPECT_EQ(read<schema::StoreFormat>(store.engine().latest(), keys::format())->version(),
            kFormatVersion);
  schema::StoreFormat older;
  older.set_version(kOldestFormat - 1);
  Batch batch;
  batch.put(keys::format(), older.SerializeAsString());
  ASSERT_TRUE(store.engine().commit_blocking(std::move(batch)));
  const auto refused = prepare_format(store.engine());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Problem::Kind::denied);
  EXPECT_EQ(store.engine().latest().get(keys::format()), older.SerializeAsString());
}

TEST(Engine, KnowsWhenTheDiskIsLow) {
  const TemporaryFolder folder;
  auto settings = small_settings(folder.path());
  settings.low_disk_bytes = ~std::uint64_t{0};
  const auto low = open_rocksdb(settings, true);
  ASSERT_TRUE(low);
  EXPECT_TRUE((*low)->disk_low());
  EXPECT_GT((*low)->usage().free, 0U);
  TemporaryStore roomy;
  EXPECT_FALSE(roomy.engine().disk_low());
  EXPECT_GT(roomy.engine().usage().used, 0U);
}

}  // namespace
}  // namespace freehold::store

#include "mailstore/index_chunk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/keys.hpp"
#include "store/reader.hpp"

namespace freehold::mailstore {
namespace {

using ::testing::ElementsAre;

IndexChunk::Row row(std::uint32_t uid, std::uint64_t modseq = 1) {
  return {Uid(uid),          EmailId(uid * 3ULL),  ModSeq(modseq),
          100ULL - uid % 64, from_millis(uid * 7), from_millis(-5)};
}

// UIDs 128, 130 and 191: the first, another and the last of the third chunk.
IndexChunk chunk() {
  IndexChunk made;
  made.insert(row(191), {kSeen, {"b"}});
  made.insert(row(128, 9), {kFlagged | kDeleted, {"a", "b"}});
  made.insert(row(130), {});
  return made;
}

TEST(IndexChunk, KeepsMessagesByUid) {
  const auto made = chunk();
  EXPECT_THAT(made.rows(), ElementsAre(row(128, 9), row(130), row(191)));
  EXPECT_EQ(made.rank(Uid(130)), 1U);
  EXPECT_EQ(made.rank(Uid(150)), 2U);
  EXPECT_TRUE(made.has(Uid(191)));
  EXPECT_FALSE(made.has(Uid(129)));
  EXPECT_EQ(made.flags(Uid(128)), (Flags{kFlagged | kDeleted, {"a", "b"}}));
  EXPECT_EQ(made.message(2).flags, (Flags{kSeen, {"b"}}));
  EXPECT_EQ(made.flags(Uid(130)), Flags{});
}

TEST(IndexChunk, IsReadAsItWasWritten) {
  auto made = chunk();
  made.share(Uid(130));
  const auto key = store::keys::index(AccountId(1), MailboxId(2), 2);
  EXPECT_EQ(IndexChunk::decode(key, made.encode()), made);
  EXPECT_EQ(IndexChunk::decode(key, IndexChunk().encode()), IndexChunk());
}

TEST(IndexChunk, ARecordThatLacksAColumnIsRefused) {
  const auto key = store::keys::index(AccountId(1), MailboxId(2), 2);
  EXPECT_THROW((void)IndexChunk::decode(key, "nonsense"), store::ReadError);
  auto bytes = chunk().encode();
  bytes.resize(bytes.size() - 5);
  EXPECT_THROW((void)IndexChunk::decode(key, bytes), store::ReadError);
}

TEST(IndexChunk, ChangesFlagsOfSomeAndSaysOfWhich) {
  auto made = chunk();
  const auto all = made.present();
  EXPECT_EQ(made.change_flags(all, FlagChange::add, {kSeen, {"b"}}, ModSeq(20)),
            IndexChunk::bit_of(Uid(128)) | IndexChunk::bit_of(Uid(130)));
  EXPECT_EQ(made.rows()[0].modseq, ModSeq(20));
  EXPECT_EQ(made.rows()[2].modseq, ModSeq(1));
  EXPECT_EQ(made.with(kSeen), all);
  EXPECT_EQ(made.change_flags(all, FlagChange::remove, {kFlagged, {"a", "x"}}, ModSeq(21)),
            IndexChunk::bit_of(Uid(128)));
  EXPECT_EQ(made.flags(Uid(128)), (Flags{kSeen | kDeleted, {"b"}}));
  EXPECT_EQ(made.flag_maps().keywords().size(), 1U);
  EXPECT_EQ(made.change_flags(IndexChunk::bit_of(Uid(191)), FlagChange::replace, {kDraft, {"z"}},
                              ModSeq(22)),
            IndexChunk::bit_of(Uid(191)));
  EXPECT_EQ(made.flags(Uid(191)), (Flags{kDraft, {"z"}}));
  EXPECT_EQ(
      made.change_flags(IndexChunk::bit_of(Uid(150)), FlagChange::add, {kSeen, {}}, ModSeq(23)),
      0U);
}

TEST(IndexChunk, SaysWhoseFlagsDiffer) {
  const auto one = chunk();
  EXPECT_EQ(one.flag_maps().differ(one.flag_maps()), 0U);
  const auto changed = [&](std::uint32_t uid, FlagChange how, const Flags& by) {
    auto other = one;
    other.change_flags(IndexChunk::bit_of(Uid(uid)), how, by, ModSeq(20));
    EXPECT_EQ(one.flag_maps().differ(other.flag_maps()), other.flag_maps().differ(one.flag_maps()));
    return one.flag_maps().differ(other.flag_maps());
  };
  EXPECT_EQ(changed(130, FlagChange::add, {kSeen, {}}), IndexChunk::bit_of(Uid(130)));
  EXPECT_EQ(changed(128, FlagChange::remove, {0, {"a"}}), IndexChunk::bit_of(Uid(128)));
  EXPECT_EQ(changed(191, FlagChange::add, {0, {"a0", "c"}}), IndexChunk::bit_of(Uid(191)));
  EXPECT_EQ(changed(191, FlagChange::add, {0, {"b"}}), 0U);
}

TEST(IndexChunk, IsTheSameButForSome) {
  const auto one = chunk();
  const auto some = IndexChunk::bit_of(Uid(130));
  auto other = one;
  other.change_flags(some, FlagChange::add, {kSeen, {}}, ModSeq(20));
  EXPECT_TRUE(one.is_same_but(other, some));
  EXPECT_FALSE(one.is_same_but(other, IndexChunk::bit_of(Uid(128))));
  other.erase(IndexChunk::bit_of(Uid(191)));
  EXPECT_FALSE(one.is_same_but(other, one.present()));
}

TEST(IndexChunk, WhatItKeepsOfItsRecordGoesWithItsRows) {
  const auto key = store::keys::index(AccountId(1), MailboxId(2), 2);
  auto made = chunk();
  static_cast<void>(made.encode());
  auto copy = made;
  copy.change_flags(copy.present(), FlagChange::add, {kAnswered, {"c"}}, ModSeq(20));
  EXPECT_EQ(IndexChunk::decode(key, copy.encode()), copy);
  copy.insert(row(150), {});
  EXPECT_EQ(IndexChunk::decode(key, copy.encode()), copy);
  copy.erase(IndexChunk::bit_of(Uid(128)));
  EXPECT_EQ(IndexChunk::decode(key, copy.encode()), copy);
  EXPECT_EQ(IndexChunk::decode(key, made.encode()), chunk());
}

TEST(IndexChunk, ErasesAndTakesPart) {
  auto made = chunk();
  EXPECT_THAT(made.only(IndexChunk::bit_of(Uid(191))).rows(), ElementsAre(row(191)));
  made.erase(IndexChunk::bit_of(Uid(128)));
  EXPECT_THAT(made.rows(), ElementsAre(row(130), row(191)));
  EXPECT_EQ(made.with(kDeleted), 0U);
  EXPECT_EQ(made.flag_maps().keywords().size(), 1U);
  made.erase(~IndexChunk::Bits{0});
  EXPECT_EQ(made, IndexChunk());
}

TEST(IndexChunk, AdoptsTheFlagsOfWhatBothHave) {
  auto mine = chunk();
  IndexChunk newer;
  newer.insert(row(128, 30), {kAnswered, {"new"}});
  newer.insert(row(140, 30), {kAnswered, {}});
  mine.adopt(newer);
  EXPECT_EQ(mine.flags(Uid(128)), (Flags{kAnswered, {"new"}}));
  EXPECT_EQ(mine.rows()[0].modseq, ModSeq(30));
  EXPECT_EQ(mine.flags(Uid(191)), (Flags{kSeen, {"b"}}));
  EXPECT_FALSE(mine.has(Uid(140)));
}

}  // namespace
}  // namespace freehold::mailstore

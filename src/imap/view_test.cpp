#include "imap/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace freehold::imap {
namespace {

using mailstore::IndexChunk;
using mailstore::MailboxSnapshot;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Message {
  std::uint32_t uid;
  std::uint64_t modseq = 1;
};

// As the mailstore brings it forward from `before`: only chunks that differ are other objects.
View::Snapshot snapshot(const std::vector<Message>& messages, View::Snapshot before = nullptr) {
  std::map<std::uint32_t, IndexChunk> chunks;
  if (before) {
    for (const auto& slot : before->slots()) chunks[slot.number] = {};
  }
  for (const auto& [uid, modseq] : messages) {
    chunks[IndexChunk::number_of(Uid(uid))].insert(
        {Uid(uid), EmailId(uid), ModSeq(modseq), 1, {}, {}}, {});
  }
  auto made =
      before ? std::make_shared<MailboxSnapshot>(*before) : std::make_shared<MailboxSnapshot>();
  std::vector<MailboxSnapshot::Replacement> replaced;
  for (auto& [number, chunk] : chunks) {
    const auto known = made->chunk(number);
    if (!known || *known != chunk)
      replaced.push_back({number, std::make_shared<const IndexChunk>(std::move(chunk))});
  }
  made->replace(std::move(replaced));
  return made;
}

View view_with(const View::Snapshot& told) { return {AccountId(1), {}, false, told}; }
View view_of(std::initializer_list<std::uint32_t> uids) {
  std::vector<Message> messages;
  for (const auto uid : uids) messages.push_back({uid});
  return view_with(snapshot(messages));
}

TEST(View, KnowsTheUidsOfIndexes) {
  const auto view = view_of({2, 4, 70, 71, 700});
  const std::vector<std::size_t> indexes{0, 2, 3, 4};
  EXPECT_THAT(view.messages().uids(indexes), ElementsAre(Uid(2), Uid(70), Uid(71), Uid(700)));
  EXPECT_THAT(view.messages().uids({}), IsEmpty());
}

TEST(View, SelectsByNumberAndByUid) {
  const auto view = view_of({2, 4, 6});
  const struct {
    const char* set;
    bool by_uid;
    bool valid;
    std::vector<std::size_t> indexes;
  } table[] = {
      {"1:3", false, true, {0, 1, 2}},
      {"*", false, true, {2}},
      {"2:*", false, true, {1, 2}},
      {"3,1", false, true, {0, 2}},
      {"4", false, false, {}},
      {"1:4", false, false, {0, 1, 2}},
      {"1:3", true, true, {0}},
      {"*", true, true, {2}},
      {"7:*", true, true, {2}},
      {"5:*", true, true, {2}},
      {"3", true, true, {}},
      {"2,6,100", true, true, {0, 2}},
      {"1:4294967295", true, true, {0, 1, 2}},
  };
  for (const auto& [text, by_uid, valid, indexes] : table) {
    const auto set = *SequenceSet::parse(text);
    EXPECT_EQ(view.valid(set, by_uid), valid) << text;
    if (valid) EXPECT_EQ(view.select(set, by_uid), indexes) << text;
  }
  const auto empty = view_of({});
  EXPECT_THAT(empty.select(*SequenceSet::parse("1:*"), true), IsEmpty());
  EXPECT_FALSE(empty.valid(*SequenceSet::parse("1"), false));
}

TEST(View, SelectsWhatHasChanged) {
  const auto view = view_with(snapshot({{2, 7}, {4, 9}, {70, 3}, {130, 8}, {131, 9}}));
  const SequenceSet all{{{1, SequenceSet::kStar}}, false};
  const auto since = [&](std::uint64_t modseq, const SequenceSet& set = {{{1, 999}}, false}) {
    return view.select(set, true, {ModSeq(modseq), {}});
  };
  EXPECT_THAT(view.select(all, false, {ModSeq(7), {}}), ElementsAre(1, 3, 4));
  EXPECT_THAT(since(8), ElementsAre(1, 4));
  EXPECT_THAT(since(8, {{{3, 130}}, false}), ElementsAre(1));
  EXPECT_THAT(since(9), IsEmpty());
  EXPECT_THAT(since(0), ElementsAre(0, 1, 2, 3, 4));
}

TEST(View, TellsExpungesSoThatEachNumberIsRightInItsTurn) {
  const auto told = snapshot({{2}, {4}, {600}, {800}});
  auto view = view_with(told);
  const auto news = view.apply(snapshot({{4}, {800}}, told));
  EXPECT_THAT(news.expunged, ElementsAre(3, 1));
  EXPECT_THAT(news.vanished, ElementsAre(Uid(2), Uid(600)));
  EXPECT_FALSE(news.exists);
  EXPECT_EQ(view.count(), 2U);
  EXPECT_EQ(view.sequence_of(Uid(800)), 2U);
  EXPECT_EQ(view.sequence_of(Uid(600)), std::nullopt);
}

TEST(View, TellsNewAndChangedMessages) {
  const auto told = snapshot({{2}, {4}, {100}});
  auto view = view_with(told);
  const auto news = view.apply(snapshot({{4, 6}, {9, 7}, {100}, {200, 7}}, told));
  EXPECT_TRUE(news.exists);
  EXPECT_THAT(news.expunged, ElementsAre(1));
  EXPECT_THAT(news.updated, ElementsAre(0));
  EXPECT_THAT(news.added, ElementsAre(1, 3));
  EXPECT_EQ(view.largest_uid(), 200U);
}

TEST(View, WhatTheClientKnowsIsNotToldAgain) {
  const auto told = snapshot({{2}, {4}});
  auto view = view_with(told);
  IndexChunk mine;
  mine.insert({Uid(4), EmailId(4), ModSeq(6), 1, {}, {}}, {mailstore::kSeen, {}});
  view.note({{std::make_shared<const IndexChunk>(mine), mine.present()}});
  EXPECT_TRUE(view.at(1).flags.has(mailstore::kSeen));
  EXPECT_FALSE(view.at(0).flags.has(mailstore::kSeen));
  const auto newest = snapshot({{2}, {4, 6}}, told);
  const auto news = view.apply(newest);
  EXPECT_THAT(news.updated, IsEmpty());
  EXPECT_FALSE(news.exists);
  EXPECT_THAT(view.apply(newest).updated, IsEmpty());
}

TEST(View, ADeletedMailboxIsGone) {
  auto view = view_of({2});
  (void)view.apply(nullptr);
  EXPECT_TRUE(view.gone());
  EXPECT_EQ(view.count(), 1U);
}

}  // namespace
}  // namespace freehold::imap

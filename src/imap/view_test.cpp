#include "imap/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freehold::imap {
namespace {

using mailstore::IndexedMessage;
using mailstore::MailboxChanges;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

IndexedMessage message(std::uint32_t uid, std::uint64_t modseq = 1) {
  IndexedMessage out;
  out.uid = Uid(uid);
  out.email = EmailId(uid);
  out.modseq = ModSeq(modseq);
  return out;
}

View view_of(std::vector<std::uint32_t> uids) {
  View::Messages messages;
  for (const auto uid : uids) messages.push_back(message(uid));
  return View(AccountId(1), {}, false, std::move(messages), ModSeq(1));
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

TEST(View, TellsExpungesSoThatEachNumberIsRightInItsTurn) {
  auto view = view_of({2, 4, 6, 8});
  MailboxChanges changes;
  changes.upto = ModSeq(5);
  changes.vanished = {Uid(2), Uid(3), Uid(6)};
  const auto news = view.apply(changes);
  EXPECT_THAT(news.expunged, ElementsAre(3, 1));
  EXPECT_THAT(news.vanished, ElementsAre(Uid(2), Uid(6)));
  EXPECT_FALSE(news.exists);
  EXPECT_EQ(view.count(), 2U);
  EXPECT_EQ(view.sequence_of(Uid(8)), 2U);
  EXPECT_EQ(view.sequence_of(Uid(6)), std::nullopt);
  EXPECT_EQ(view.upto(), ModSeq(5));
}

TEST(View, TellsNewAndChangedMessages) {
  auto view = view_of({2, 4});
  MailboxChanges changes;
  changes.upto = ModSeq(7);
  changes.vanished = {Uid(2)};
  changes.changed = {message(4, 6), message(9, 7)};
  const auto news = view.apply(changes);
  EXPECT_TRUE(news.exists);
  EXPECT_THAT(news.expunged, ElementsAre(1));
  EXPECT_THAT(news.updated, ElementsAre(0, 1));
  EXPECT_EQ(view.largest_uid(), 9U);
}

TEST(View, WhatTheClientKnowsIsNotToldAgain) {
  auto view = view_of({2, 4});
  view.note(message(4, 6));
  MailboxChanges changes;
  changes.upto = ModSeq(6);
  changes.changed = {message(4, 6)};
  const auto news = view.apply(changes);
  EXPECT_THAT(news.updated, IsEmpty());
  EXPECT_FALSE(news.exists);
  const auto again = view.apply(changes);
  EXPECT_THAT(again.updated, IsEmpty());
}

TEST(View, ADeletedMailboxIsGone) {
  auto view = view_of({2});
  MailboxChanges changes;
  changes.gone = true;
  (void)view.apply(changes);
  EXPECT_TRUE(view.gone());
}

}  // namespace
}  // namespace freehold::imap

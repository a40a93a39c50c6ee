#include "mailstore/annotations.hpp"

#include <gtest/gtest.h>

#include "mailstore/annotation_log.hpp"
#include "mailstore/testing/account_house.hpp"

namespace freehold::mailstore {
namespace {

class AnnotationsTest : public ::testing::Test {
 protected:
  Result<> set(MailboxId at, std::vector<AnnotationChange> changes) {
    return house.run(house.mailstore.annotate(house.anna, at, std::move(changes)));
  }
  std::string all(MailboxId at) {
    std::string text;
    for (const auto& [entry, value] : house.mailstore.annotations(house.anna, at)) {
      text += entry + "=" + value + " ";
    }
    return text;
  }

  testing::AccountHouse house;
};

TEST_F(AnnotationsTest, AreSetReplacedAndRemovedTogether) {
  const auto inbox = house.box("INBOX");
  ASSERT_TRUE(set(inbox, {{"/shared/b", "2"}, {"/private/a", ""}, {"/shared/c", "3"}}));
  EXPECT_EQ(all(inbox), "/private/a= /shared/b=2 /shared/c=3 ");
  ASSERT_TRUE(set(inbox, {{"/shared/b", {}}, {"/shared/c", "new"}, {"/shared/none", {}}}));
  EXPECT_EQ(all(inbox), "/private/a= /shared/c=new ");
  EXPECT_EQ(all({}), "");
}

TEST_F(AnnotationsTest, StandInTheChangeLog) {
  const auto inbox = house.box("INBOX");
  const auto begin = house.mailstore.modseq(house.anna);
  ASSERT_TRUE(set(inbox, {{"/shared/a", "1"}, {"/shared/b", {}}}));
  ASSERT_TRUE(set({}, {{"/private/c", "1"}}));
  const auto since = [&](ModSeq modseq) {
    return annotated_since(house.store.engine().latest(), house.anna, modseq);
  };
  const auto all = since(begin);
  const std::vector<AnnotatedEntry> expected{
      {inbox, "/shared/a"}, {inbox, "/shared/b"}, {MailboxId(), "/private/c"}};
  EXPECT_EQ(all.entries, expected);
  EXPECT_EQ(all.last, house.mailstore.modseq(house.anna));
  EXPECT_TRUE(since(all.last).entries.empty());
  EXPECT_EQ(since(all.last).last, all.last);
}

TEST_F(AnnotationsTest, FollowTheirMailbox) {
  ASSERT_TRUE(house.run(house.mailstore.create_mailbox(house.anna, "A/B")));
  const auto box = house.box("A/B");
  ASSERT_TRUE(set(box, {{"/shared/x", "1"}}));
  ASSERT_TRUE(house.run(house.mailstore.rename_mailbox(house.anna, "A", "C")));
  EXPECT_EQ(all(house.box("C/B")), "/shared/x=1 ");
  ASSERT_TRUE(house.run(house.mailstore.delete_mailbox(house.anna, "C/B")));
  EXPECT_EQ(all(box), "");
  EXPECT_EQ(set(box, {{"/shared/x", "1"}}).error().kind, Problem::Kind::not_found);
}

TEST_F(AnnotationsTest, AnAccountHasSoManyAndNoMore) {
  std::vector<AnnotationChange> many;
  for (std::size_t i = 0; i < kMaxAnnotations; ++i) {
    many.push_back({"/shared/" + std::to_string(i), "x"});
  }
  ASSERT_TRUE(set({}, many));
  const auto inbox = house.box("INBOX");
  EXPECT_EQ(set(inbox, {{"/shared/x", "1"}}).error().kind, Problem::Kind::denied);
  EXPECT_EQ(all(inbox), "");
  ASSERT_TRUE(set({}, {{"/shared/7", {}}}));
  EXPECT_TRUE(set(inbox, {{"/shared/x", "1"}}));
  const std::string large(kMaxAnnotationBytes, 'x');
  EXPECT_EQ(set(inbox, {{"/shared/x", large}}).error().kind, Problem::Kind::denied);
  EXPECT_EQ(all(inbox), "/shared/x=1 ");
}

}  // namespace
}  // namespace freehold::mailstore

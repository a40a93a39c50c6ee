#include "mailstore/mailbox_tree.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "mailstore/testing/account_house.hpp"

namespace freehold::mailstore {
namespace {

class MailboxTreeTest : public ::testing::Test {
 protected:
  void make(const std::string& path) {
    ASSERT_TRUE(house.run(house.mailstore.create_mailbox(house.anna, path)));
  }
  testing::AccountHouse house;
  MailboxTrees trees{house.mailstore.engine()};
};

TEST_F(MailboxTreeTest, IsTheSameUntilAMailboxChanges) {
  make("Work/2026");
  const auto first = trees.get(house.anna);
  const auto id = house.info("Work/2026").id;
  EXPECT_EQ(first->find("Work/2026"), id);
  EXPECT_EQ(first->path(id), "Work/2026");
  ASSERT_TRUE(house.run(house.mailstore.set_subscribed(house.anna, "Work", false)));
  ASSERT_TRUE(house.run(house.mailstore.rename_mailbox(house.anna, "Work", "Play")));
  trees.forget(house.anna);
  const auto second = trees.get(house.anna);
  EXPECT_NE(first, second);
  EXPECT_EQ(second->find("Work/2026"), std::nullopt);
  EXPECT_EQ(second->find("Play/2026"), id);
  EXPECT_EQ(trees.get(house.anna), second);
}

TEST_F(MailboxTreeTest, MailDoesNotChangeIt) {
  house.append("INBOX", testing::mail("one"));
  const auto before = trees.get(house.anna);
  house.append("INBOX", testing::mail("two"));
  EXPECT_EQ(trees.get(house.anna), before);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(trees.get(house.anna), before);  // asked again
}

TEST_F(MailboxTreeTest, WhatAnotherProcessChangedIsSeenWithinASecond) {
  const auto before = trees.get(house.anna);
  make("Elsewhere");  // by the mailstore, which has trees of its own
  EXPECT_TRUE(house.mailstore.mailbox(house.anna, "Elsewhere"));
  EXPECT_EQ(trees.get(house.anna), before);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_TRUE(trees.get(house.anna)->find("Elsewhere"));
}

TEST_F(MailboxTreeTest, KnowsWhatIsBelow) {
  make("a/b/c");
  const auto tree = trees.get(house.anna);
  const auto a = *tree->find("a"), b = *tree->find("a/b"), c = *tree->find("a/b/c");
  EXPECT_TRUE(tree->has_children(a));
  EXPECT_FALSE(tree->has_children(c));
  EXPECT_EQ(tree->height(a), 2U);
  EXPECT_EQ(tree->height(c), 0U);
  EXPECT_EQ(tree->parent(c), b);
  EXPECT_EQ(tree->find("a//c"), std::nullopt);
  EXPECT_EQ(tree->find(""), std::nullopt);
}

TEST_F(MailboxTreeTest, OnlyInboxIsFoundInAnyCase) {
  make("Inbox/below");
  const auto tree = trees.get(house.anna);
  EXPECT_TRUE(tree->find("iNBox"));
  EXPECT_TRUE(tree->find("inbox/below"));
  EXPECT_FALSE(tree->find("inbox/BELOW"));
  EXPECT_EQ(tree->of_role("inbox"), tree->find("INBOX"));
  EXPECT_EQ(tree->of_role(""), std::nullopt);
}

}  // namespace
}  // namespace freehold::mailstore

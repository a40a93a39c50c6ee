#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailstore/mailstore.hpp"
#include "mailstore/testing/account_house.hpp"

namespace freehold::mailstore {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::mail;
using Kind = Problem::Kind;

// After every test the store is sound.
class MailboxesTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(house.findings(), ""); }

  template <class T>
  void expect(Kind kind, awaitable<Result<T>> task) {
    const auto outcome = house.run(std::move(task));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, kind) << outcome.error().text();
  }
  void create(const std::string& path, const std::string& role = {}) {
    const auto made = house.run(mailstore.create_mailbox(anna, path, role));
    EXPECT_TRUE(made) << made.error().text();
  }
  std::vector<std::string> paths() {
    std::vector<std::string> all;
    for (const auto& info : mailstore.mailboxes(anna)) all.push_back(info.path);
    return all;
  }

  testing::AccountHouse house;
  Mailstore& mailstore = house.mailstore;
  const AccountId anna = house.anna;
};

TEST_F(MailboxesTest, TheDefaultOnesAreMadeOnce) {
  ASSERT_TRUE(house.run(mailstore.create_default_mailboxes(anna)));
  EXPECT_THAT(paths(), ElementsAre("Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"));
  EXPECT_EQ(house.info("INBOX").role, "inbox");
  EXPECT_EQ(house.info("Sent").role, "sent");
  EXPECT_TRUE(house.info("Sent").subscribed);
}

TEST_F(MailboxesTest, MissingParentsAreMadeToo) {
  create("Work/2026/November");
  EXPECT_TRUE(house.info("Work").has_children);
  EXPECT_TRUE(house.info("Work/2026").has_children);
  EXPECT_FALSE(house.info("Work/2026/November").has_children);
  EXPECT_EQ(house.info("Work/2026/November").parent, house.box("Work/2026"));
  const auto all = paths();
  EXPECT_LT(std::ranges::find(all, "Work"), std::ranges::find(all, "Work/2026"));
}

TEST_F(MailboxesTest, InboxIsOneHoweverItIsWritten) {
  EXPECT_EQ(house.box("inbox"), house.box("INBOX"));
  expect(Kind::exists, mailstore.create_mailbox(anna, "InBox"));
  create("inbox/Lists");
  EXPECT_EQ(house.info("INBOX/Lists").parent, house.box("INBOX"));
  create("Work/inbox");  // only at the top is it the inbox
  EXPECT_NE(house.box("Work/inbox"), house.box("INBOX"));
  EXPECT_FALSE(mailstore.mailbox(anna, "Work/INBOX"));
  EXPECT_FALSE(mailstore.mailbox(anna, "sent"));  // other names have their case
}

TEST_F(MailboxesTest, NamesHaveTheirRules) {
  std::string deep = "1";
  for (int i = 2; i <= 20; ++i) deep += "/" + std::to_string(i);
  create(deep);
  create(std::string(255, 'x'));
  create("Entw\xC3\xBCrfe & mehr");
  for (const auto& name : {std::string(), std::string("/"), std::string("a//b"), std::string("/a"),
                           std::string("a/"), std::string(256, 'x'), std::string("a\nb"),
                           std::string("a\0b", 3), std::string("a\x7F"), deep + "/21"}) {
    expect(Kind::invalid, mailstore.create_mailbox(anna, name));
    EXPECT_FALSE(mailstore.mailbox(anna, name));
  }
  expect(Kind::exists, mailstore.create_mailbox(anna, deep));
}

TEST_F(MailboxesTest, ARoleIsHeldByOneMailbox) {
  expect(Kind::exists, mailstore.create_mailbox(anna, "Other Sent", "sent"));
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Sent")));
  create("Other Sent", "sent");
  EXPECT_EQ(house.info("Other Sent").role, "sent");
}

TEST_F(MailboxesTest, ANameThatComesAgainHasANewUidValidity) {
  create("Old");
  const auto first = house.info("Old").uid_validity;
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Old")));
  create("Old");
  EXPECT_GT(house.info("Old").uid_validity, first);
}

TEST_F(MailboxesTest, ARenameTakesTheSubtreeAlong) {
  create("Work/2026");
  (void)house.append("Work/2026", mail("one"));
  const auto id = house.box("Work/2026");
  ASSERT_TRUE(house.run(mailstore.rename_mailbox(anna, "Work", "Past/Jobs")));
  EXPECT_FALSE(mailstore.mailbox(anna, "Work"));
  EXPECT_EQ(house.box("Past/Jobs/2026"), id);
  EXPECT_EQ(house.uids("Past/Jobs/2026").size(), 1U);
  EXPECT_TRUE(house.info("Past").has_children);
  expect(Kind::not_found, mailstore.rename_mailbox(anna, "Work", "Else"));
  expect(Kind::exists, mailstore.rename_mailbox(anna, "Past", "Sent"));
  expect(Kind::exists, mailstore.rename_mailbox(anna, "Past", "Past"));
  expect(Kind::invalid, mailstore.rename_mailbox(anna, "Past", "a//b"));
  expect(Kind::invalid, mailstore.rename_mailbox(anna, "Past", "Past/Jobs/Deeper"));
  EXPECT_EQ(house.box("Past/Jobs/2026"), id);
}

TEST_F(MailboxesTest, ARenameNeverMakesATreeTooDeepToBeNamed) {
  std::string deep = "1";
  for (int i = 2; i <= 15; ++i) deep += "/" + std::to_string(i);
  create(deep);
  create("a/b/c/d/e/f/g/h/i/j");
  expect(Kind::invalid, mailstore.rename_mailbox(anna, "a", deep + "/a"));
  ASSERT_TRUE(house.run(mailstore.rename_mailbox(anna, "a/b/c/d/e/f", deep + "/f")));
  EXPECT_TRUE(mailstore.mailbox(anna, deep + "/f/g/h/i/j"));
}

TEST_F(MailboxesTest, RenamingInboxMovesItsMailAndLeavesItThere) {
  (void)house.append("INBOX", mail("one"), {kSeen, {}});
  (void)house.append("INBOX", mail("two"), {kDeleted, {}});
  create("INBOX/Lists");
  ASSERT_TRUE(house.run(mailstore.rename_mailbox(anna, "INBOX", "Old/Inbox mail")));
  EXPECT_THAT(house.uids("INBOX"), IsEmpty());
  EXPECT_EQ(house.info("INBOX").role, "inbox");
  EXPECT_TRUE(mailstore.mailbox(anna, "INBOX/Lists"));
  EXPECT_EQ(house.uids("Old/Inbox mail").size(), 2U);
  EXPECT_EQ(house.info("Old/Inbox mail").unseen, 1U);
  EXPECT_EQ(house.append("INBOX", mail("three")).uid, Uid(3));
}

TEST_F(MailboxesTest, AMailboxIsDeletedWithItsMail) {
  create("Work/2026");
  (void)house.append("Work", mail("one"));
  const auto shared = house.append("Work", mail("two"));
  ASSERT_TRUE(
      house.run(mailstore.copy(anna, house.box("Work"), {shared.uid}, house.box("Archive"), 0)));
  expect(Kind::denied, mailstore.delete_mailbox(anna, "Work"));
  expect(Kind::denied, mailstore.delete_mailbox(anna, "inbox"));
  expect(Kind::not_found, mailstore.delete_mailbox(anna, "Nowhere"));
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Work/2026")));
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Work")));
  EXPECT_FALSE(mailstore.mailbox(anna, "Work"));
  EXPECT_EQ(mailstore.usage(anna).emails, 1U);
  EXPECT_TRUE(mailstore.open(anna, shared.email));
}

TEST_F(MailboxesTest, SubscriptionsAreKept) {
  ASSERT_TRUE(house.run(mailstore.set_subscribed(anna, "Junk", false)));
  EXPECT_FALSE(house.info("Junk").subscribed);
  ASSERT_TRUE(house.run(mailstore.set_subscribed(anna, "Junk", true)));
  EXPECT_TRUE(house.info("Junk").subscribed);
  expect(Kind::not_found, mailstore.set_subscribed(anna, "Nowhere", true));
}

}  // namespace
}  // namespace freehold::mailstore

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailstore/mailstore.hpp"
#include "mailstore/testing/account_house.hpp"

namespace freehold::mailstore {
namespace {

using ::testing::ElementsAre;
using testing::mail;

// After every test the store is sound.
class AppendTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(house.findings(), ""); }

  Mailstore::Incoming incoming(const std::string& text, const std::string& path = "INBOX") {
    Mailstore::Incoming one{house.message(text), {}};
    one.how.mailbox = house.box(path);
    return one;
  }
  Result<std::vector<Mailstore::Appended>> append(std::vector<Mailstore::Incoming> messages) {
    return house.run(mailstore.append(anna, std::move(messages)));
  }

  testing::AccountHouse house;
  Mailstore& mailstore = house.mailstore;
  const AccountId anna = house.anna;
};

TEST_F(AppendTest, SeveralComeInTheirOrderInOneChange) {
  const auto before = mailstore.modseq(anna);
  const auto done =
      append({incoming(mail("one")), incoming(mail("two")), incoming(mail("three"), "Sent")});
  ASSERT_TRUE(done);
  EXPECT_EQ((*done)[0].uid, Uid(1));
  EXPECT_EQ((*done)[1].uid, Uid(2));
  EXPECT_EQ((*done)[2].uid, Uid(1));
  EXPECT_EQ(mailstore.modseq(anna).value, before.value + 1);
}

TEST_F(AppendTest, OneThatDoesNotFitKeepsAllOut) {
  const auto text = mail("one");
  auto messages = std::vector{incoming(text), incoming(mail("two"))};
  for (auto& one : messages) one.how.quota_bytes = text.size() + 10;
  const auto done = append(std::move(messages));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Problem::Kind::denied);
  EXPECT_EQ(mailstore.usage(anna).emails, 0U);
  EXPECT_THAT(house.uids("INBOX"), ElementsAre());
}

TEST_F(AppendTest, OneTakesThePlaceOfAnother) {
  const auto old = house.append("Drafts", mail("old"));
  auto one = incoming(mail("new"), "Drafts");
  one.how.replaces = {house.box("Drafts"), old.uid};
  one.how.quota_bytes = mail("new").size();  // there is room for one of them only
  const auto done = append({std::move(one)});
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_THAT(house.uids("Drafts"), ElementsAre(Uid(2)));
  EXPECT_EQ(mailstore.usage(anna).emails, 1U);
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 1U);
}

TEST_F(AppendTest, WhatIsGoneIsNotReplaced) {
  auto one = incoming(mail("new"), "Drafts");
  one.how.replaces = {house.box("Drafts"), Uid(7)};
  const auto done = append({std::move(one)});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Problem::Kind::not_found);
  EXPECT_EQ(mailstore.usage(anna).emails, 0U);
}

}  // namespace
}  // namespace freehold::mailstore

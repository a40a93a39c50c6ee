#include "filter/contacts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "filter/limits.hpp"
#include "mailstore/testing/account_house.hpp"

namespace freehold::filter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ContactsTest : public ::testing::Test {
 protected:
  void write_to(AccountId who, std::string_view recipients) {
    contacts.note(who, message::parse_addresses(recipients));
  }
  void flush() { ASSERT_TRUE(house.run(contacts.flush())); }

  mailstore::testing::AccountHouse house;
  Contacts contacts{house.store.engine(), house.clock};
  const AccountId anna{1};
  const AccountId bert{2};
};

TEST_F(ContactsTest, DomainsAndWholeNamesAreKnownAtOnceAndLater) {
  write_to(anna, "Bob Smith <bob@Shop.example>, Joe <joe@two.example>, \"x@y z\" <z@shop.example>");
  for (int i = 0; i < 2; ++i) {
    const auto known = contacts.of(anna);
    EXPECT_THAT(known.domains, UnorderedElementsAre("shop.example", "two.example"));
    EXPECT_THAT(known.names, ElementsAre("Bob Smith"));
    EXPECT_THAT(contacts.of(bert).domains, IsEmpty());
    flush();
  }
}

TEST_F(ContactsTest, TheMostRecentAreKept) {
  write_to(anna, "a@old.example");
  flush();
  house.clock.advance(std::chrono::days(2));
  for (std::size_t i = 0; i < kMaxOwnNames; ++i) {
    write_to(anna, "a@d" + std::to_string(i) + ".example");
  }
  const auto known = contacts.of(anna);
  EXPECT_EQ(known.domains.size(), kMaxOwnNames);
  EXPECT_EQ(std::ranges::find(known.domains, "old.example"), known.domains.end());
}

TEST_F(ContactsTest, WhatIsOldAndWhoHasGoneIsForgotten) {
  write_to(anna, "a@one.example");
  write_to(bert, "a@two.example");
  flush();
  ASSERT_TRUE(house.run(contacts.forget_all(anna)));
  EXPECT_THAT(contacts.of(anna).domains, IsEmpty());
  EXPECT_THAT(contacts.of(bert).domains, ElementsAre("two.example"));
  EXPECT_EQ(contacts.expire(10).value(), 0U);
  house.clock.advance(kContactMemory + std::chrono::days(1));
  EXPECT_EQ(contacts.expire(10).value(), 1U);
  EXPECT_THAT(contacts.of(bert).domains, IsEmpty());
}

}  // namespace
}  // namespace freehold::filter

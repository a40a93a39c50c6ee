#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/directory.hpp"
#include "directory/testing/house.hpp"

namespace freehold::directory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GroupsTest : public ::testing::Test {
 protected:
  GroupsTest() {
    house.add_domain("example.org");
    anna = house.add_account("anna@example.org");
    const auto added = house.run(directory.add_group("Team@example.org", "The team", 5));
    EXPECT_TRUE(added);
    team = added ? added->id : AccountId();
  }

  Result<> set(const std::string& account, bool member) {
    return house.run(directory.set_member("team@example.org", account, member));
  }
  Problem::Kind refusal(const std::string& account, bool member) {
    const auto done = set(account, member);
    return done ? Problem::Kind::internal : done.error().kind;
  }

  testing::House house;
  Directory& directory = house.directory;
  AccountId anna, team;
};

TEST_F(GroupsTest, MembersComeAndGo) {
  EXPECT_THAT(directory.members(team), IsEmpty());
  ASSERT_TRUE(set("anna@example.org", true));
  EXPECT_THAT(directory.account(anna)->groups, ElementsAre(team));
  ASSERT_EQ(directory.members(team).size(), 1U);
  EXPECT_EQ(directory.members(team)[0].name, "anna@example.org");
  EXPECT_EQ(refusal("anna@example.org", true), Problem::Kind::exists);
  ASSERT_TRUE(set("anna@example.org", false));
  EXPECT_THAT(directory.account(anna)->groups, IsEmpty());
  EXPECT_EQ(refusal("anna@example.org", false), Problem::Kind::not_found);
}

TEST_F(GroupsTest, OnlyAccountsAreMembersAndOnlyOfGroups) {
  EXPECT_EQ(refusal("nobody@example.org", true), Problem::Kind::not_found);
  EXPECT_EQ(refusal("team@example.org", true), Problem::Kind::invalid);
  EXPECT_FALSE(house.run(directory.set_member("anna@example.org", "anna@example.org", true)));
  EXPECT_FALSE(house.run(directory.add_group("anna@example.org", {}, 0)));
  EXPECT_FALSE(house.run(directory.add_group("team@nowhere.example", {}, 0)));
}

TEST_F(GroupsTest, MailToItIsItsOwnAndNobodyLogsInAsIt) {
  const auto resolved = directory.resolve(*Address::parse("team+tag@example.org"));
  ASSERT_EQ(resolved.lookup, Lookup::found);
  EXPECT_EQ(resolved.destination.local[0].account, team);
  EXPECT_TRUE(directory.account(team)->group);
  EXPECT_EQ(directory.account(team)->quota_bytes, 5U);

  for (const auto* password : {"", "correct horse"})
    EXPECT_FALSE(house.run(directory.authenticate("team@example.org", password, Scope::imap)));
  EXPECT_FALSE(house.run(directory.set_password("team@example.org", "correct horse")));
  EXPECT_FALSE(house.run(directory.add_app_password("team@example.org", "phone", {Scope::imap})));
  EXPECT_FALSE(house.run(directory.proved("team@example.org", Scope::imap, 0)));
}

TEST_F(GroupsTest, MembersMaySendAsTheGroupAndAsWhatLeadsToIt) {
  house.add_alias("sales@example.org", {"team@example.org"});
  const auto may = [&](const char* address) {
    return directory.may_send_as(anna, *Address::parse(address));
  };
  EXPECT_FALSE(may("team@example.org"));
  ASSERT_TRUE(set("anna@example.org", true));
  for (const auto* address : {"team@example.org", "team+tag@example.org", "sales@example.org"})
    EXPECT_TRUE(may(address)) << address;
  ASSERT_TRUE(set("anna@example.org", false));
  EXPECT_FALSE(may("team@example.org"));
}

TEST_F(GroupsTest, AGroupThatIsRemovedHasNoMembersAnyMore) {
  ASSERT_TRUE(set("anna@example.org", true));
  ASSERT_TRUE(house.run(directory.remove_account("team@example.org")));
  EXPECT_THAT(directory.account(anna)->groups, IsEmpty());
  EXPECT_FALSE(directory.account(team));
}

}  // namespace
}  // namespace freehold::directory

#include "mailstore/rights.hpp"

#include <gtest/gtest.h>

#include "mailstore/identifiers.hpp"

namespace freehold::mailstore {
namespace {

constexpr AccountId kAnna(1), kBert(2), kCarl(3), kTeam(4);

Rights of(std::string_view letters) {
  const auto rights = Rights::parse(letters);
  EXPECT_TRUE(rights) << letters;
  return rights.value_or(Rights());
}

std::string of(const Subject& subject, AccountId owner, const Acl& acl) {
  return rights_of(subject, owner, acl).text();
}

TEST(Rights, AreReadAndWrittenAsLetters) {
  EXPECT_EQ(of("").text(), "");
  EXPECT_EQ(of("rl").text(), "lr");
  EXPECT_EQ(of("llll").text(), "l");
  EXPECT_EQ(of("lrswipkxtea"), Rights::all());
  EXPECT_EQ(Rights::all().text(), "lrswipkxteacd");
  for (const auto* letters : {"q", "lrL", "l r", "0", "+l", "l\xc3\xa4"})
    EXPECT_FALSE(Rights::parse(letters)) << letters;
}

TEST(Rights, OfRfc2086StandForThoseThatTookTheirPlace) {
  EXPECT_EQ(of("c"), Right::create | Right::remove);
  EXPECT_EQ(of("d"), Right::delete_messages | Right::expunge);
  EXPECT_EQ(of("k").text(), "kc");
  EXPECT_EQ(of("e").text(), "ed");
  EXPECT_EQ(of("lxt").text(), "lxtcd");
}

TEST(Rights, SayWhichFlagsMayBeChanged) {
  EXPECT_TRUE(of("lripkxea").flags().none());
  EXPECT_EQ(of("s").flags(), (FlagMask{kSeen, false}));
  EXPECT_EQ(of("t").flags(), (FlagMask{kDeleted, false}));
  EXPECT_EQ(of("w").flags(), (FlagMask{kAnswered | kFlagged | kDraft, true}));
  EXPECT_EQ(masked({kSeen | kFlagged, {"word"}}, of("s").flags()), (Flags{kSeen, {}}));
}

TEST(RightsOf, TheOwnerHasAllWhateverTheListSays) {
  const Acl acl{{kAnna, true, Rights::all()}, {{}, true, Rights::all()}};
  EXPECT_EQ(rights_of({kAnna, {}, true}, kAnna, acl), Rights::all());
}

TEST(RightsOf, OthersHaveWhatIsGivenToThemTheirGroupsAndEverybody) {
  const Acl acl{{kBert, false, of("s")}, {kTeam, false, of("w")}, {{}, false, of("lr")}};
  EXPECT_EQ(of({kBert, {}, true}, kAnna, acl), "lrs");
  EXPECT_EQ(of({kBert, {}, false}, kAnna, acl), "s");  // of another domain
  EXPECT_EQ(of({kCarl, {kTeam}, false}, kAnna, acl), "w");
  EXPECT_EQ(of({kBert, {kTeam}, true}, kAnna, acl), "lrsw");
  EXPECT_EQ(of({kCarl, {}, false}, kAnna, acl), "");
  EXPECT_EQ(of({kBert, {}, true}, kAnna, {}), "");
}

TEST(RightsOf, WhatIsTakenAwayFromAnyOfThemIsGone) {
  Acl acl{{kBert, false, of("lrsw")}, {kTeam, true, of("w")}};
  EXPECT_EQ(of({kBert, {kTeam}, true}, kAnna, acl), "lrs");
  EXPECT_EQ(of({kBert, {}, true}, kAnna, acl), "lrsw");
  acl.push_back({{}, true, of("s")});
  EXPECT_EQ(of({kBert, {kTeam}, true}, kAnna, acl), "lr");
  EXPECT_EQ(of({kBert, {kTeam}, false}, kAnna, acl), "lrs");
}

TEST(RightsOf, MembersOfAGroupHaveAllInItsMailboxesButToAdminister) {
  EXPECT_EQ(rights_of({kBert, {kTeam}, true}, kTeam, {}), kRightsOfMembers);
  EXPECT_FALSE(kRightsOfMembers.has(Right::administer));
  EXPECT_EQ(of({kCarl, {}, true}, kTeam, {}), "");
  // What is said of the group itself takes the place of that; of others it is added.
  EXPECT_EQ(of({kBert, {kTeam}, true}, kTeam, {{kTeam, false, of("lr")}}), "lr");
  EXPECT_EQ(of({kBert, {kTeam}, true}, kTeam, {{kTeam, false, {}}}), "");
  EXPECT_EQ(rights_of({kBert, {kTeam}, true}, kTeam, {{kBert, false, of("a")}}), Rights::all());
  EXPECT_EQ(of({kBert, {kTeam}, true}, kTeam, {{kTeam, true, of("kxte")}}), "lrswip");
}

TEST(ChangeRights, ReplacesAddsAndTakesAway) {
  const directory::AccountInfo anna{kAnna, "anna@example.org", {}, false, 0, {}, {}};
  Acl acl;
  ASSERT_TRUE(change_rights(acl, anna, {kBert, false}, RightsChange::add, of("lr")));
  ASSERT_TRUE(change_rights(acl, anna, {kBert, true}, RightsChange::replace, of("w")));
  ASSERT_TRUE(change_rights(acl, anna, {kBert, false}, RightsChange::add, of("s")));
  ASSERT_TRUE(change_rights(acl, anna, {kBert, false}, RightsChange::remove, of("l")));
  EXPECT_EQ(acl, (Acl{{kBert, false, of("rs")}, {kBert, true, of("w")}}));
  ASSERT_TRUE(change_rights(acl, anna, {kBert, false}, RightsChange::replace, {}));
  EXPECT_EQ(acl, (Acl{{kBert, true, of("w")}}));
  ASSERT_TRUE(remove_rights(acl, anna, {kBert, true}));
  EXPECT_TRUE(acl.empty());
}

TEST(ChangeRights, TheOwnersAreNotChanged) {
  const directory::AccountInfo anna{kAnna, "anna@example.org", {}, false, 0, {}, {}};
  Acl acl;
  EXPECT_FALSE(change_rights(acl, anna, {kAnna, false}, RightsChange::replace, of("lr")));
  EXPECT_FALSE(change_rights(acl, anna, {kAnna, true}, RightsChange::add, of("a")));
  EXPECT_FALSE(remove_rights(acl, anna, {kAnna, false}));
}

TEST(ChangeRights, OfAGroupBeginWithWhatItsMembersHave) {
  directory::AccountInfo team{kTeam, "team@example.org", {}, false, 0, {}, {}};
  team.group = true;
  Acl acl;
  ASSERT_TRUE(change_rights(acl, team, {kTeam, false}, RightsChange::remove, of("kxte")));
  EXPECT_EQ(acl, (Acl{{kTeam, false, of("lrswip")}}));
  ASSERT_TRUE(change_rights(acl, team, {kTeam, false}, RightsChange::replace, {}));
  EXPECT_EQ(acl, (Acl{{kTeam, false, {}}}));  // none, which is not the same as nothing said
}

TEST(ChangeRights, TheLengthOfAListIsBounded) {
  const directory::AccountInfo anna{kAnna, "anna@example.org", {}, false, 0, {}, {}};
  Acl acl;
  for (std::uint64_t n = 2; n < 252; ++n)
    ASSERT_TRUE(change_rights(acl, anna, {AccountId(n), false}, RightsChange::add, of("l"))) << n;
  EXPECT_FALSE(change_rights(acl, anna, {AccountId(999), false}, RightsChange::add, of("l")));
}

}  // namespace
}  // namespace freehold::mailstore

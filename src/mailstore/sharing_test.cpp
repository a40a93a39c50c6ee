#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailstore/testing/account_house.hpp"
#include "schema/mailstore.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {
namespace {

namespace keys = store::keys;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::mail;

constexpr auto kRead = Right::lookup | Right::read;

class SharingTest : public ::testing::Test {
 protected:
  SharingTest() { EXPECT_TRUE(house.run(house.mailstore.create_default_mailboxes(bert))); }

  void give(const std::string& path, AccountId who, Rights rights) {
    const auto done =
        house.run(house.mailstore.change_acl(anna, house.box(path), [&](Acl& acl) -> Result<> {
          set_rights(acl, anna, {who, false, rights});
          return {};
        }));
    EXPECT_TRUE(done);
  }
  MailboxId create(const std::string& path) {
    const auto made = house.run(house.mailstore.create_mailbox(anna, path));
    EXPECT_TRUE(made);
    return made ? *made : MailboxId();
  }
  MailboxId inbox_of(AccountId account) {
    return house.mailstore.mailbox(account, "INBOX").value_or(MailboxInfo()).id;
  }
  Result<Mailstore::Copied> copy(std::vector<Uid> uids, FlagMask may = {},
                                 std::uint64_t quota = 0) {
    return house.run(house.mailstore.copy_apart({anna, inbox_of(anna)}, std::move(uids),
                                                {bert, inbox_of(bert)}, may, quota));
  }
  std::vector<IndexedMessage> berts() {
    return house.mailstore.snapshot(bert, inbox_of(bert))->all();
  }

  testing::AccountHouse house;
  const AccountId anna = house.anna;
  const AccountId bert{2};
};

TEST_F(SharingTest, WhoIsNamedInAListFindsTheMailbox) {
  const auto work = create("Work");
  give("Work", bert, kRead);
  give("Work", AccountId(), kRead);
  EXPECT_EQ(house.mailstore.acl(anna, work),
            (Acl{{bert, false, kRead}, {AccountId(), false, kRead}}));
  EXPECT_THAT(house.mailstore.mailboxes_naming(bert), ElementsAre(OwnedMailbox{anna, work}));
  EXPECT_THAT(house.mailstore.mailboxes_naming(AccountId()), ElementsAre(OwnedMailbox{anna, work}));
  give("Work", bert, {});
  EXPECT_THAT(house.mailstore.mailboxes_naming(bert), IsEmpty());
  EXPECT_EQ(house.findings(), "");
}

TEST_F(SharingTest, AChangeOfRightsWakesThoseWhoLook) {
  create("Work");
  int woken = 0;
  const auto watch = house.mailstore.watch(anna, [&] { ++woken; });
  const auto before = house.mailstore.modseq(anna);
  give("Work", bert, kRead);
  EXPECT_EQ(woken, 1);
  EXPECT_GT(house.mailstore.modseq(anna), before);
}

TEST_F(SharingTest, AListGoesWithItsMailboxAndStaysWithItsName) {
  const auto work = create("Work");
  give("Work", bert, kRead);
  ASSERT_TRUE(house.run(house.mailstore.rename_mailbox(anna, "Work", "Play")));
  EXPECT_EQ(house.mailstore.acl(anna, work).size(), 1U);
  ASSERT_TRUE(house.run(house.mailstore.delete_mailbox(anna, "Play")));
  EXPECT_THAT(house.mailstore.acl(anna, work), IsEmpty());
  EXPECT_THAT(house.mailstore.mailboxes_naming(bert), IsEmpty());
  EXPECT_EQ(house.findings(), "");
}

TEST_F(SharingTest, ANewMailboxHasTheListOfItsParent) {
  create("Work");
  give("Work", bert, kRead);
  create("Work/a/b");
  EXPECT_EQ(house.mailstore.acl(anna, house.box("Work/a/b")), (Acl{{bert, false, kRead}}));
  EXPECT_EQ(house.mailstore.mailboxes_naming(bert).size(), 3U);
}

TEST_F(SharingTest, AnErasedAccountLeavesNoLists) {
  create("Work");
  give("Work", bert, kRead);
  give("INBOX", bert, kRead);
  ASSERT_TRUE(house.run(house.mailstore.set_subscribed(anna, {bert, inbox_of(bert)}, true)));
  ASSERT_TRUE(house.run(house.mailstore.erase_account(anna)));
  EXPECT_THAT(house.mailstore.acls(anna), IsEmpty());
  EXPECT_THAT(house.mailstore.mailboxes_naming(bert), IsEmpty());
  EXPECT_THAT(house.mailstore.subscriptions(anna), IsEmpty());
  EXPECT_EQ(house.findings(), "");
}

TEST_F(SharingTest, NobodysMailboxHasANameUnderWhichOthersAreShown) {
  for (const auto* path : {"Shared", "Shared/x", "Other Users", "Other Users/x"}) {
    EXPECT_FALSE(house.run(house.mailstore.create_mailbox(anna, path))) << path;
    EXPECT_FALSE(house.run(house.mailstore.rename_mailbox(anna, "Archive", path))) << path;
  }
  EXPECT_TRUE(house.run(house.mailstore.create_mailbox(anna, "x/Shared")));
}

TEST_F(SharingTest, ASubscriptionIsTheSubscribers) {
  const OwnedMailbox work{anna, create("Work")};
  ASSERT_TRUE(house.run(house.mailstore.set_subscribed(bert, work, true)));
  ASSERT_TRUE(house.run(house.mailstore.set_subscribed(bert, work, true)));
  EXPECT_THAT(house.mailstore.subscriptions(bert), ElementsAre(work));
  EXPECT_THAT(house.mailstore.subscriptions(anna), IsEmpty());
  ASSERT_TRUE(house.run(house.mailstore.set_subscribed(bert, work, false)));
  EXPECT_THAT(house.mailstore.subscriptions(bert), IsEmpty());
}

TEST_F(SharingTest, ACopyIntoAnotherAccountHasTheSameBodyAndItsOwnFlags) {
  (void)house.append("INBOX", mail("one"), {kSeen | kFlagged, {"word"}});
  const auto copied = copy({Uid(1), Uid(7)}, {kSeen, false});
  ASSERT_TRUE(copied);
  EXPECT_THAT(copied->from, ElementsAre(Uid(1)));
  EXPECT_THAT(copied->to, ElementsAre(Uid(1)));
  ASSERT_EQ(berts().size(), 1U);
  EXPECT_EQ(berts()[0].flags, (Flags{kSeen, {}}));
  const auto opened = house.mailstore.open(bert, berts()[0].email);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->body.all(), mail("one"));
  EXPECT_EQ(check(house.store.engine(), false).bodies, 1U);
  // It outlives the original.
  ASSERT_TRUE(house.run(house.mailstore.remove(anna, inbox_of(anna), {Uid(1)})));
  house.purge();
  (void)store::collect_unlinked(house.store.engine(), 100);
  EXPECT_TRUE(house.mailstore.open(bert, berts()[0].email));
  EXPECT_EQ(house.findings(), "");
}

TEST_F(SharingTest, ACopyJoinsTheThreadThatItsAnswersAreIn) {
  (void)house.append("INBOX", mail("one", "Message-ID: <1@x>\r\n"));
  (void)house.append("INBOX", mail("Re: one", "Message-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\n"));
  ASSERT_TRUE(copy({Uid(2)}));
  ASSERT_TRUE(copy({Uid(1)}));
  ASSERT_EQ(berts().size(), 2U);
  EXPECT_EQ(berts()[0].thread, berts()[1].thread);
}

TEST_F(SharingTest, TheQuotaOfACopyIsTheTargets) {
  (void)house.append("INBOX", mail("one"));
  (void)house.append("INBOX", mail("two"));
  const auto refused = copy({Uid(1), Uid(2)}, {}, mail("one").size());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Problem::Kind::denied);
  EXPECT_THAT(berts(), IsEmpty());  // all or nothing
  EXPECT_TRUE(copy({Uid(1)}, {}, mail("one").size()));
  EXPECT_EQ(house.findings(), "");
}

TEST_F(SharingTest, ManyAreCopiedInOrder) {
  (void)house.append("INBOX", mail("one"));
  std::vector<Uid> uids{Uid(1)};
  while (uids.size() < 1'000) {
    const auto doubled =
        house.run(house.mailstore.copy(anna, inbox_of(anna), uids, inbox_of(anna), 0));
    ASSERT_TRUE(doubled);
    uids.insert(uids.end(), doubled->to.begin(), doubled->to.end());
  }
  const auto copied = copy(uids);
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->from, uids);
  EXPECT_EQ(copied->to, uids);
  EXPECT_EQ(berts().size(), uids.size());
  EXPECT_EQ(house.findings(), "");
}

TEST_F(SharingTest, FlagsThatMayNotBeChangedStay) {
  (void)house.append("INBOX", mail("one"), {kFlagged | kDeleted, {"word"}});
  Mailstore::FlagUpdate update{FlagChange::replace, {kSeen | kAnswered, {"other"}}, {}, {}};
  update.may = Rights(Right::seen).flags();
  const auto set = [&] {
    return house.run(house.mailstore.update_flags(anna, inbox_of(anna), {Uid(1)}, update));
  };
  ASSERT_TRUE(set());
  EXPECT_EQ(house.index("INBOX")[0].flags, (Flags{kSeen | kFlagged | kDeleted, {"word"}}));
  update.may = Rights(Right::write).flags();
  ASSERT_TRUE(set());
  EXPECT_EQ(house.index("INBOX")[0].flags, (Flags{kSeen | kAnswered | kDeleted, {"other"}}));
  update.how = FlagChange::remove;
  update.flags = {kDeleted | kAnswered, {}};
  ASSERT_TRUE(set());
  EXPECT_EQ(house.index("INBOX")[0].flags, (Flags{kSeen | kDeleted, {"other"}}));
}

TEST_F(SharingTest, TheCheckFindsListsAndWhatLeadsToThemApart) {
  const auto work = create("Work");
  give("Work", bert, kRead);
  store::Batch batch;
  batch.erase(keys::granted(bert, anna, work));
  batch.put(keys::granted(AccountId(9), anna, work), {});
  schema::Acl lost;
  lost.add_entries()->set_account(bert.value);
  batch.put(keys::acl(anna, MailboxId(77)), lost.SerializeAsString());
  ASSERT_TRUE(house.store.engine().commit_blocking(std::move(batch)));
  const auto findings = house.findings(true);
  EXPECT_THAT(findings, HasSubstr("mailbox 77: it is gone, but has rights"));
  EXPECT_THAT(findings, HasSubstr("somebody has rights and does not see it"));
  EXPECT_THAT(findings, HasSubstr("account 9 is led to it and has no rights there"));
  EXPECT_EQ(house.findings(), "");
  EXPECT_THAT(house.mailstore.mailboxes_naming(bert), ElementsAre(OwnedMailbox{anna, work}));
}

}  // namespace
}  // namespace freehold::mailstore

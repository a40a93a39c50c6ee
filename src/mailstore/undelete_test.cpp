#include "mailstore/undelete.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailstore/testing/account_house.hpp"
#include "schema/mailstore.pb.h"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {
namespace {

namespace keys = store::keys;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::mail;

// After every test the store is sound.
class Undelete : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(house.findings(), ""); }

  void expunge(const std::string& path, std::vector<Uid> uids) {
    EXPECT_TRUE(house.run(mailstore.remove(anna, house.box(path), std::move(uids))));
  }
  std::uint64_t restore(ExpungedFilter filter = {}) {
    const auto done = house.run(mailstore.restore_expunged(anna, std::move(filter)));
    EXPECT_TRUE(done) << done.error().text();
    return done ? *done : 0;
  }
  std::vector<std::string> subjects(const ExpungedFilter& filter = {}, std::size_t most = 100) {
    std::vector<std::string> all;
    for (const auto& message : mailstore.expunged(anna, filter, most))
      all.push_back(message.subject);
    return all;
  }
  IndexedMessage only(const std::string& path) {
    const auto all = house.index(path);
    EXPECT_EQ(all.size(), 1U) << path;
    return all.empty() ? IndexedMessage() : all.front();
  }

  testing::AccountHouse house;
  Mailstore& mailstore = house.mailstore;
  const AccountId anna = house.anna;
};

TEST_F(Undelete, ListsTheLastDeletedFirst) {
  (void)house.append("INBOX", mail("one"));
  (void)house.append("Archive", mail("two"));
  expunge("INBOX", {Uid(1)});
  const auto then = house.clock.now();
  house.clock.advance(hours(1));
  expunge("Archive", {Uid(1)});
  EXPECT_THAT(subjects(), ElementsAre("two", "one"));
  EXPECT_THAT(subjects({}, 1), ElementsAre("two"));
  const auto listed = mailstore.expunged(anna, {}, 9);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[1].mailbox, "INBOX");
  EXPECT_EQ(listed[1].expunged_at, then);
  EXPECT_EQ(listed[1].from, "Bert <bert@away.example>");
  EXPECT_EQ(listed[1].size, mail("one").size());
}

TEST_F(Undelete, PutsAMessageBackAsItWas) {
  Mailstore::Append how;
  how.flags = {kSeen | kFlagged, {"work"}};
  how.received_at = from_millis(1'600'000'000'000);
  const auto put =
      house.run(mailstore.append(anna, house.message(mail("one", "Message-ID: <1@a>\r\n")), how));
  ASSERT_TRUE(put);
  const auto before =
      store::read<schema::Email>(house.store.engine().latest(), keys::email(anna, put->email));
  const auto usage = mailstore.usage(anna);
  ASSERT_TRUE(house.run(mailstore.update_flags(anna, house.box("INBOX"), {Uid(1)},
                                               {FlagChange::add, {kDeleted, {}}, std::nullopt})));
  ASSERT_TRUE(house.run(mailstore.expunge(anna, house.box("INBOX"), std::nullopt)));
  EXPECT_EQ(mailstore.usage(anna).emails, 0U);

  EXPECT_EQ(restore(), 1U);
  const auto back = only("INBOX");
  EXPECT_EQ(back.uid, Uid(2));  // a UID is never given twice
  EXPECT_EQ(back.email, put->email);
  EXPECT_EQ(back.flags, (Flags{kSeen | kFlagged, {"work"}}));
  EXPECT_EQ(back.received_at, how.received_at);
  const auto after =
      store::read<schema::Email>(house.store.engine().latest(), keys::email(anna, put->email));
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->thread(), before->thread());
  EXPECT_EQ(mailstore.usage(anna).bytes, usage.bytes);
  EXPECT_EQ(mailstore.usage(anna).emails, 1U);
  EXPECT_EQ(mailstore.usage(anna).expunged_bytes, 0U);
  EXPECT_TRUE(mailstore.open(anna, put->email));
  EXPECT_EQ(restore(), 0U);
}

TEST_F(Undelete, PutsBackOnlyWhatIsMeant) {
  (void)house.append("INBOX", mail("Invoice 7"));
  (void)house.append("INBOX", "From: =?utf-8?q?K=C3=A4te?= <kate@b.example>\r\nSubject: x\r\n\r\n");
  (void)house.append("INBOX", mail("other"));
  expunge("INBOX", {Uid(1), Uid(2)});
  const auto then = house.clock.now();
  house.clock.advance(hours(2));
  expunge("INBOX", {Uid(3)});
  EXPECT_THAT(subjects({then + hours(1), {}, {}, {}}), ElementsAre("other"));
  EXPECT_THAT(subjects({{}, then + hours(1), {}, {}}), ElementsAre("x", "Invoice 7"));
  EXPECT_THAT(subjects({then, then + hours(2), "BERT@", "voice"}), ElementsAre("Invoice 7"));
  EXPECT_THAT(subjects({{}, {}, "nobody", {}}), IsEmpty());
  EXPECT_EQ(restore({{}, {}, "K\xC3\xA4te", {}}), 1U);
  EXPECT_THAT(subjects(), ElementsAre("other", "Invoice 7"));
  EXPECT_EQ(restore({{}, {}, {}, "INVOICE"}), 1U);
  EXPECT_THAT(house.uids("INBOX"), ElementsAre(Uid(4), Uid(5)));
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 1U);
}

// What was restored in part must not be purged with the rest of its record.
TEST_F(Undelete, ThePurgeLeavesWhatWasRestored) {
  (void)house.append("INBOX", mail("one"));
  (void)house.append("INBOX", mail("two"));
  expunge("INBOX", {Uid(1), Uid(2)});
  EXPECT_EQ(restore({{}, {}, {}, "one"}), 1U);
  house.clock.advance(hours(1));
  EXPECT_EQ(*house.run(mailstore.purge_expunged(anna, house.clock.now(), 10)), 1U);
  EXPECT_THAT(subjects(), IsEmpty());
  EXPECT_TRUE(mailstore.open(anna, only("INBOX").email));
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 0U);
  EXPECT_EQ(store::collect_unlinked(house.store.engine(), 10), 1U);
}

TEST_F(Undelete, MakesAMailboxAnewThatIsGone) {
  ASSERT_TRUE(house.run(mailstore.create_mailbox(anna, "Work/2026")));
  (void)house.append("Work/2026", mail("early"));
  (void)house.append("Work/2026", mail("late"));
  expunge("Work/2026", {Uid(1)});
  house.clock.advance(hours(1));
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Work/2026")));
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Work")));
  EXPECT_EQ(restore(), 2U);
  EXPECT_THAT(house.uids("Work/2026"), ElementsAre(Uid(1), Uid(2)));
}

TEST_F(Undelete, MakesMailboxesWithinOneAnotherAnew) {
  ASSERT_TRUE(house.run(mailstore.create_mailbox(anna, "A/B")));
  (void)house.append("A/B", mail("in"));
  (void)house.append("A", mail("out"));
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "A/B")));
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "A")));
  EXPECT_EQ(restore(), 2U);
  EXPECT_EQ(house.uids("A").size(), 1U);
  EXPECT_EQ(house.uids("A/B").size(), 1U);
  EXPECT_EQ(mailstore.mailboxes(anna).size(), 8U);
}

// The mailbox was empty when it went, so only its own note knows its path.
TEST_F(Undelete, KnowsThePathOfAMailboxThatWentEmpty) {
  ASSERT_TRUE(house.run(mailstore.create_mailbox(anna, "Old")));
  (void)house.append("Old", mail("one"));
  expunge("Old", {Uid(1)});
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Old")));
  EXPECT_EQ(mailstore.expunged(anna, {}, 9).at(0).mailbox, "Old");
  EXPECT_EQ(restore(), 1U);
  EXPECT_EQ(house.uids("Old").size(), 1U);
}

TEST_F(Undelete, FollowsAMailboxThatWasRenamed) {
  ASSERT_TRUE(house.run(mailstore.create_mailbox(anna, "Old")));
  (void)house.append("Old", mail("one"));
  expunge("Old", {Uid(1)});
  ASSERT_TRUE(house.run(mailstore.rename_mailbox(anna, "Old", "New")));
  EXPECT_EQ(restore(), 1U);
  EXPECT_EQ(house.uids("New").size(), 1U);
  EXPECT_FALSE(mailstore.mailbox(anna, "Old"));
}

// An email is one thing in all its mailboxes: what is elsewhere still is not counted twice, and has
// the flags that it has there.
TEST_F(Undelete, AnEmailThatIsElsewhereGetsItsPlaceBack) {
  (void)house.append("INBOX", mail("one"));
  ASSERT_TRUE(
      house.run(mailstore.copy(anna, house.box("INBOX"), {Uid(1)}, house.box("Archive"), 0)));
  const auto usage = mailstore.usage(anna);
  expunge("INBOX", {Uid(1)});
  EXPECT_EQ(mailstore.usage(anna).emails, 1U);
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 0U);
  ASSERT_TRUE(house.run(mailstore.update_flags(anna, house.box("Archive"), {Uid(1)},
                                               {FlagChange::add, {kSeen, {}}, std::nullopt})));
  EXPECT_EQ(restore(), 1U);
  EXPECT_EQ(only("INBOX").email, only("Archive").email);
  EXPECT_TRUE(only("INBOX").flags.has(kSeen));
  EXPECT_EQ(mailstore.usage(anna).bytes, usage.bytes);
  ASSERT_TRUE(house.run(mailstore.update_flags(anna, house.box("INBOX"), {Uid(2)},
                                               {FlagChange::add, {kFlagged, {}}, std::nullopt})));
  EXPECT_TRUE(only("Archive").flags.has(kFlagged));
}

TEST_F(Undelete, BothPlacesOfAnEmailComeBack) {
  (void)house.append("INBOX", mail("one"));
  ASSERT_TRUE(
      house.run(mailstore.copy(anna, house.box("INBOX"), {Uid(1)}, house.box("Archive"), 0)));
  expunge("INBOX", {Uid(1)});
  expunge("Archive", {Uid(1)});
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 1U);
  EXPECT_EQ(restore(), 2U);
  EXPECT_EQ(only("INBOX").email, only("Archive").email);
  EXPECT_EQ(mailstore.usage(anna).emails, 1U);
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 0U);
}

TEST_F(Undelete, AThingThatIsPutBackByHandIsNotDoubled) {
  (void)house.append("INBOX", mail("one"));
  ASSERT_TRUE(
      house.run(mailstore.copy(anna, house.box("INBOX"), {Uid(1)}, house.box("Archive"), 0)));
  expunge("INBOX", {Uid(1)});
  ASSERT_TRUE(
      house.run(mailstore.copy(anna, house.box("Archive"), {Uid(1)}, house.box("INBOX"), 0)));
  EXPECT_EQ(restore(), 0U);
  EXPECT_EQ(house.uids("INBOX").size(), 1U);
  EXPECT_THAT(subjects(), IsEmpty());
}

TEST_F(Undelete, RestoresVeryMany) {
  const auto message = house.message(mail("one"));
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(house.run(mailstore.append(anna, message, {})));
  // A record for each: more than go into one change.
  for (const auto uid : house.uids("INBOX")) expunge("INBOX", {uid});
  EXPECT_EQ(restore(), 200U);
  EXPECT_EQ(house.uids("INBOX").size(), 200U);
}

TEST_F(Undelete, NothingIsKeptWhereTheOwnerWantsNone) {
  Mailstore strict(house.store.engine(), house.pool, house.clock, std::chrono::days(0));
  (void)house.append("INBOX", mail("one"));
  (void)house.append("INBOX", mail("two"));
  ASSERT_TRUE(house.run(strict.copy(anna, house.box("INBOX"), {Uid(2)}, house.box("Archive"), 0)));
  ASSERT_TRUE(house.run(strict.remove(anna, house.box("INBOX"), {Uid(1), Uid(2)})));
  EXPECT_THAT(strict.expunged(anna, {}, 9), IsEmpty());
  EXPECT_EQ(strict.usage(anna).emails, 1U);
  EXPECT_EQ(strict.usage(anna).expunged_emails, 0U);
  EXPECT_EQ(store::collect_unlinked(house.store.engine(), 10), 1U);
}

TEST_F(Undelete, AnErasedAccountLeavesNothingToRestore) {
  ASSERT_TRUE(house.run(mailstore.create_mailbox(anna, "Old")));
  (void)house.append("INBOX", mail("one"));
  expunge("INBOX", {Uid(1)});
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Old")));
  ASSERT_TRUE(house.run(mailstore.erase_account(anna)));
  EXPECT_THAT(subjects(), IsEmpty());
  EXPECT_EQ(store::collect_unlinked(house.store.engine(), 10), 1U);
}

}  // namespace
}  // namespace freehold::mailstore

#include "mailstore/mailstore.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mailstore/lessons.hpp"
#include "mailstore/testing/account_house.hpp"
#include "schema/mailstore.pb.h"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {
namespace {

namespace keys = store::keys;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::mail;
using Kind = Problem::Kind;

// After every test the store is sound.
class MailstoreTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(house.findings(), ""); }

  ThreadId thread_of(EmailId email) {
    const auto record =
        store::read<schema::Email>(house.store.engine().latest(), keys::email(house.anna, email));
    return ThreadId(record ? record->thread() : 0);
  }
  Flags flags_of(const std::string& path, Uid uid) {
    for (const auto& message : house.index(path)) {
      if (message.uid == uid) return message.flags;
    }
    return {~0U, {"gone"}};
  }
  template <class T>
  void expect(Kind kind, awaitable<Result<T>> task) {
    const auto outcome = house.run(std::move(task));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, kind) << outcome.error().text();
  }
  std::size_t bodies() {
    std::size_t n = 0;
    house.store.engine().latest().scan(store::prefix_range(keys::table(keys::Table::body)),
                                       [&n](auto, auto) {
                                         ++n;
                                         return true;
                                       });
    return n;
  }

  testing::AccountHouse house;
  Mailstore& mailstore = house.mailstore;
  const AccountId anna = house.anna;
};

TEST_F(MailstoreTest, UidsGrowAndAreNeverGivenTwice) {
  const auto first = house.append("INBOX", mail("one"));
  const auto second = house.append("INBOX", mail("two"), {kDeleted, {}});
  EXPECT_EQ(first.uid, Uid(1));
  EXPECT_EQ(second.uid, Uid(2));
  EXPECT_EQ(second.uid_validity, first.uid_validity);
  EXPECT_TRUE(house.run(mailstore.expunge(anna, house.box("INBOX"), std::nullopt)));
  EXPECT_EQ(house.append("INBOX", mail("three")).uid, Uid(3));
  EXPECT_EQ(house.append("Sent", mail("one")).uid, Uid(1));
  EXPECT_THAT(house.uids("INBOX"), ElementsAre(Uid(1), Uid(3)));
  EXPECT_EQ(house.info("INBOX").uid_next, Uid(4));
}

TEST_F(MailstoreTest, AnAppendKeepsWhatItWasGiven) {
  Mailstore::Append how;
  how.flags = {kSeen | kDeleted, {"Work", "$Forwarded", "work"}};
  how.received_at = from_millis(1'600'000'000'000);
  how.prefix = "Return-Path: <bert@away.example>\r\n";
  const auto text = mail("one");
  const auto done = house.run(mailstore.append(anna, house.message(text), how));
  ASSERT_TRUE(done);
  const auto index = house.index("INBOX");  // no mailbox was named
  ASSERT_EQ(index.size(), 1U);
  EXPECT_EQ(index[0].flags.bits, kSeen | kDeleted);
  EXPECT_THAT(index[0].flags.keywords, ElementsAre("$forwarded", "work"));
  EXPECT_EQ(index[0].received_at, from_millis(1'600'000'000'000));
  EXPECT_EQ(index[0].size, text.size() + how.prefix.size());
  const auto opened = mailstore.open(anna, done->email);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->prefix, how.prefix);
  EXPECT_EQ(opened->body.all(), text);
  EXPECT_EQ(mailstore.content(anna, done->email)->envelope().subject(), "one");
  const auto info = house.info("INBOX");
  EXPECT_EQ(info.emails, 1U);
  EXPECT_EQ(info.unseen, 0U);
  EXPECT_EQ(info.deleted, 1U);
  EXPECT_EQ(info.bytes, index[0].size);
  EXPECT_EQ(mailstore.usage(anna).bytes, index[0].size);
  EXPECT_EQ(mailstore.usage(anna).emails, 1U);
}

TEST_F(MailstoreTest, ALargeMessageIsKeptToo) {
  const auto text = mail("large") + std::string(2 * store::kPieceSize, 'x') + "\r\n";
  const auto done = house.append("INBOX", text);
  EXPECT_TRUE(mailstore.open(anna, done.email)->body.all() == text);
}

TEST_F(MailstoreTest, OneBodyServesManyRecipients) {
  const auto message = house.message(mail("one"));
  for (const auto account : {AccountId(1), AccountId(2), AccountId(3)}) {
    EXPECT_TRUE(house.run(mailstore.create_default_mailboxes(account)));
    EXPECT_TRUE(house.run(mailstore.append(account, message, {})));
  }
  EXPECT_EQ(bodies(), 1U);
}

TEST_F(MailstoreTest, AnAppendIsRefusedWithItsReason) {
  const auto message = house.message(mail("one"));
  Mailstore::Append nowhere;
  nowhere.mailbox = MailboxId(99);
  expect(Kind::not_found, mailstore.append(anna, message, nowhere));
  Mailstore::Append tight;
  tight.quota_bytes = message->body.size;
  EXPECT_TRUE(house.run(mailstore.append(anna, message, tight)));
  expect(Kind::denied, mailstore.append(anna, message, tight));
  EXPECT_EQ(house.uids("INBOX").size(), 1U);
}

TEST_F(MailstoreTest, AnAccountGetsItsInboxWithItsFirstMessage) {
  const AccountId bert(77);
  EXPECT_TRUE(house.run(mailstore.append(bert, house.message(mail("one")), {})));
  EXPECT_EQ(mailstore.mailbox(bert, "INBOX")->emails, 1U);
}

TEST_F(MailstoreTest, RepliesJoinTheirThread) {
  const auto root = house.append("INBOX", mail("Plan", "Message-ID: <1@a>\r\n"));
  const struct {
    const char* name;
    std::string text;
    bool joins;
  } table[] = {
      {"by In-Reply-To", mail("Re: Plan", "Message-ID: <2@a>\r\nIn-Reply-To: <1@a>\r\n"), true},
      {"by References", mail("Fwd: plan", "Message-ID: <3@a>\r\nReferences: <x@a> <1@a>\r\n"),
       true},
      {"through another reply", mail("RE: Plan", "Message-ID: <4@a>\r\nReferences: <2@a>\r\n"),
       true},
      {"another subject", mail("Lunch", "Message-ID: <5@a>\r\nReferences: <1@a>\r\n"), false},
      {"no reference", mail("Re: Plan", "Message-ID: <6@a>\r\n"), false},
  };
  for (const auto& [name, text, joins] : table) {
    const auto email = house.append("Archive", text).email;
    EXPECT_EQ(thread_of(email) == thread_of(root.email), joins) << name;
  }
}

TEST_F(MailstoreTest, AReplyThatComesBeforeItsOriginalMeetsItInOneThread) {
  const auto reply =
      house.append("INBOX", mail("Re: Plan", "Message-ID: <2@a>\r\nIn-Reply-To: <1@a>\r\n"));
  const auto root = house.append("INBOX", mail("Plan", "Message-ID: <1@a>\r\n"));
  EXPECT_EQ(thread_of(root.email), thread_of(reply.email));
}

TEST_F(MailstoreTest, FlagsChangeInEveryWay) {
  const struct {
    Flags before;
    FlagChange how;
    Flags by;
    Flags after;
  } table[] = {
      {{0, {}}, FlagChange::add, {kSeen, {"B", "a"}}, {kSeen, {"a", "b"}}},
      {{kSeen, {"a"}}, FlagChange::add, {kSeen, {"A"}}, {kSeen, {"a"}}},
      {{kSeen | kFlagged, {"a", "b"}}, FlagChange::remove, {kSeen, {"B", "c"}}, {kFlagged, {"a"}}},
      {{kSeen, {"a"}}, FlagChange::replace, {kDraft, {"z", "Y"}}, {kDraft, {"y", "z"}}},
      {{kSeen, {"a"}}, FlagChange::replace, {0, {}}, {0, {}}},
      {{kSeen, {}}, FlagChange::add, {kDeleted, {}}, {kSeen | kDeleted, {}}},
      {{kSeen | kDeleted, {}}, FlagChange::remove, {kDeleted, {}}, {kSeen, {}}},
  };
  for (const auto& [before, how, by, after] : table) {
    const auto uid = house.append("INBOX", mail("flags"), before).uid;
    const auto updated =
        house.run(mailstore.update_flags(anna, house.box("INBOX"), {uid}, {how, by, std::nullopt}));
    ASSERT_TRUE(updated);
    ASSERT_EQ(updated->messages.size(), 1U);
    EXPECT_EQ(updated->messages[0].chunk->flags(uid), after);
    EXPECT_EQ(flags_of("INBOX", uid), after);
  }
  EXPECT_EQ(house.info("INBOX").unseen, 3U);
  EXPECT_EQ(house.info("INBOX").deleted, 1U);
}

TEST_F(MailstoreTest, AFlagChangeThatChangesNothingMovesNothing) {
  const auto uid = house.append("INBOX", mail("one"), {kSeen, {"a"}}).uid;
  const auto before = mailstore.modseq(anna);
  const auto updated = house.run(mailstore.update_flags(
      anna, house.box("INBOX"), {uid, Uid(99)}, {FlagChange::add, {kSeen, {"A"}}, std::nullopt}));
  ASSERT_TRUE(updated);
  ASSERT_EQ(updated->messages.size(), 1U);
  EXPECT_EQ(updated->messages[0].which, IndexChunk::bit_of(uid));
  EXPECT_EQ(mailstore.modseq(anna), before);
}

TEST_F(MailstoreTest, WhatWasChangedMeanwhileIsNotTouched) {
  const auto inbox = house.box("INBOX");
  const auto one = house.append("INBOX", mail("one")).uid;
  const auto two = house.append("INBOX", mail("two")).uid;
  const auto seen = mailstore.modseq(anna);
  EXPECT_TRUE(house.run(
      mailstore.update_flags(anna, inbox, {two}, {FlagChange::add, {kFlagged, {}}, std::nullopt})));
  const auto updated = house.run(
      mailstore.update_flags(anna, inbox, {one, two}, {FlagChange::add, {kSeen, {}}, seen}));
  ASSERT_TRUE(updated);
  EXPECT_THAT(updated->modified, ElementsAre(two));
  ASSERT_EQ(updated->messages.size(), 1U);
  EXPECT_EQ(updated->messages[0].which, IndexChunk::bit_of(one));
  EXPECT_EQ(flags_of("INBOX", two).bits, kFlagged);
}

TEST_F(MailstoreTest, DeletedBelongsToOnePlaceAndOtherFlagsToTheEmail) {
  const auto inbox = house.box("INBOX");
  const auto uid = house.append("INBOX", mail("one")).uid;
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {uid}, house.box("Archive"), 0)));
  EXPECT_TRUE(house.run(mailstore.update_flags(
      anna, inbox, {uid}, {FlagChange::add, {kDeleted | kSeen, {"k"}}, std::nullopt})));
  EXPECT_EQ(flags_of("INBOX", uid), (Flags{kDeleted | kSeen, {"k"}}));
  EXPECT_EQ(flags_of("Archive", Uid(1)), (Flags{kSeen, {"k"}}));
  EXPECT_EQ(house.info("Archive").unseen, 0U);
  EXPECT_EQ(house.info("Archive").deleted, 0U);
  EXPECT_TRUE(house.run(mailstore.update_flags(anna, house.box("Archive"), {Uid(1)},
                                               {FlagChange::replace, {0, {}}, std::nullopt})));
  EXPECT_EQ(flags_of("INBOX", uid), (Flags{kDeleted, {}}));
  EXPECT_EQ(house.info("INBOX").unseen, 1U);
}

TEST_F(MailstoreTest, ACopySharesTheEmailAndASecondOneIsNew) {
  const auto inbox = house.box("INBOX");
  const auto archive = house.box("Archive");
  const auto original = house.append("INBOX", mail("one"), {kSeen, {"k"}});
  const auto bytes = mailstore.usage(anna).bytes;
  const auto first = house.run(mailstore.copy(anna, inbox, {original.uid, Uid(9)}, archive, bytes));
  ASSERT_TRUE(first);
  EXPECT_THAT(first->from, ElementsAre(original.uid));
  EXPECT_THAT(first->to, ElementsAre(Uid(1)));
  EXPECT_EQ(mailstore.usage(anna).bytes, bytes);  // shared, so within any quota
  expect(Kind::denied, mailstore.copy(anna, inbox, {original.uid}, archive, bytes));
  const auto second = house.run(mailstore.copy(anna, inbox, {original.uid}, archive, 0));
  ASSERT_TRUE(second);
  EXPECT_THAT(second->to, ElementsAre(Uid(2)));
  EXPECT_EQ(mailstore.usage(anna).bytes, 2 * bytes);
  const auto index = house.index("Archive");
  ASSERT_EQ(index.size(), 2U);
  EXPECT_EQ(index[0].email, original.email);
  EXPECT_NE(index[1].email, original.email);
  EXPECT_EQ(index[1].flags, (Flags{kSeen, {"k"}}));
  EXPECT_EQ(mailstore.open(anna, index[1].email)->body.all(), mail("one"));
  EXPECT_EQ(bodies(), 1U);
  expect(Kind::not_found, mailstore.copy(anna, inbox, {original.uid}, MailboxId(99), 0));
  expect(Kind::not_found, mailstore.copy(anna, MailboxId(99), {original.uid}, archive, 0));
}

// The first of two goes well before the second is over quota: nothing of it may stay or be lost.
TEST_F(MailstoreTest, ACopyThatFailsHalfwayChangesNothing) {
  const auto inbox = house.box("INBOX");
  const auto archive = house.box("Archive");
  const auto one = house.append("INBOX", mail("one")).uid;
  const auto two = house.append("INBOX", mail("two")).uid;
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {two}, archive, 0)));
  const auto modseq = mailstore.modseq(anna);
  expect(Kind::denied, mailstore.copy(anna, inbox, {one, two}, archive, 1));
  EXPECT_EQ(mailstore.modseq(anna), modseq);
  EXPECT_THAT(house.uids("INBOX"), ElementsAre(one, two));
  EXPECT_THAT(house.uids("Archive"), ElementsAre(Uid(1)));
}

TEST_F(MailstoreTest, AMoveTakesItAlong) {
  const auto inbox = house.box("INBOX");
  const auto archive = house.box("Archive");
  const auto one = house.append("INBOX", mail("one"), {kFlagged | kDeleted, {}});
  const auto moved = house.run(mailstore.move(anna, inbox, {one.uid, Uid(9)}, archive));
  ASSERT_TRUE(moved);
  EXPECT_THAT(moved->from, ElementsAre(one.uid));
  EXPECT_THAT(moved->to, ElementsAre(Uid(1)));
  EXPECT_THAT(house.uids("INBOX"), IsEmpty());
  const auto index = house.index("Archive");
  ASSERT_EQ(index.size(), 1U);
  EXPECT_EQ(index[0].email, one.email);
  EXPECT_EQ(index[0].flags.bits, kFlagged | kDeleted);
  EXPECT_EQ(house.info("INBOX").deleted, 0U);
}

TEST_F(MailstoreTest, WhatAMoveOrAFlagTeachesIsNotedForTheFilter) {
  const auto lesson = [&](EmailId email) {
    return house.store.engine().latest().get(keys::lesson(anna, email)).value_or("");
  };
  const auto spam = house.append("INBOX", mail("spam"));
  const auto answered = house.append("INBOX", mail("question"));
  EXPECT_TRUE(house.run(mailstore.move(anna, house.box("INBOX"), {spam.uid}, house.box("Junk"))));
  EXPECT_EQ(lesson(spam.email), "s");
  Mailstore::FlagUpdate answer{FlagChange::add, {kAnswered, {}}, {}};
  EXPECT_TRUE(house.run(mailstore.update_flags(anna, house.box("INBOX"), {answered.uid}, answer)));
  EXPECT_EQ(lesson(answered.email), "h");
  EXPECT_EQ(noted_lessons(house.store.engine().latest(), 10).size(), 2U);
  EXPECT_EQ(noted_lessons(house.store.engine().latest(), 1).size(), 1U);
}

TEST_F(MailstoreTest, AMoveWithinOneMailboxGivesANewUid) {
  const auto inbox = house.box("INBOX");
  const auto one = house.append("INBOX", mail("one"));
  ASSERT_TRUE(house.run(mailstore.move(anna, inbox, {one.uid}, inbox)));
  const auto index = house.index("INBOX");
  ASSERT_EQ(index.size(), 1U);
  EXPECT_EQ(index[0].uid, Uid(2));
  EXPECT_EQ(index[0].email, one.email);
}

TEST_F(MailstoreTest, AMoveToWhereItIsAlreadyLeavesTwo) {
  const auto inbox = house.box("INBOX");
  const auto archive = house.box("Archive");
  const auto one = house.append("INBOX", mail("one"));
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {one.uid}, archive, 0)));
  ASSERT_TRUE(house.run(mailstore.move(anna, inbox, {one.uid}, archive)));
  EXPECT_THAT(house.uids("INBOX"), IsEmpty());
  EXPECT_THAT(house.uids("Archive"), ElementsAre(Uid(1), Uid(2)));
  EXPECT_EQ(mailstore.usage(anna).emails, 2U);
}

TEST_F(MailstoreTest, ExpungesAllOrSome) {
  const auto inbox = house.box("INBOX");
  for (int i = 0; i < 6; ++i) {
    (void)house.append("INBOX", mail(std::to_string(i)), {i % 2 == 0 ? kDeleted : 0U, {}});
  }
  const auto some =
      house.run(mailstore.expunge(anna, inbox, std::vector<Uid>{Uid(1), Uid(2), Uid(1), Uid(99)}));
  ASSERT_TRUE(some);
  EXPECT_THAT(*some, ElementsAre(Uid(1)));
  const auto all = house.run(mailstore.expunge(anna, inbox, std::nullopt));
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, ElementsAre(Uid(3), Uid(5)));
  EXPECT_THAT(house.uids("INBOX"), ElementsAre(Uid(2), Uid(4), Uid(6)));
  EXPECT_THAT(*house.run(mailstore.expunge(anna, inbox, std::nullopt)), IsEmpty());
  expect(Kind::not_found, mailstore.expunge(anna, MailboxId(99), std::nullopt));
  EXPECT_EQ(house.purge(), 2U);
  EXPECT_EQ(store::collect_unlinked(house.store.engine(), 100), 3U);
}

TEST_F(MailstoreTest, AnExpungeInOneMailboxLeavesTheOther) {
  const auto inbox = house.box("INBOX");
  const auto one = house.append("INBOX", mail("one"), {kDeleted, {}});
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {one.uid}, house.box("Archive"), 0)));
  ASSERT_TRUE(house.run(mailstore.expunge(anna, inbox, std::nullopt)));
  EXPECT_THAT(house.uids("Archive"), ElementsAre(Uid(1)));
  EXPECT_TRUE(mailstore.open(anna, one.email));
  EXPECT_EQ(store::collect_unlinked(house.store.engine(), 100), 0U);
}

TEST_F(MailstoreTest, ASnapshotIsOfItsMomentAndTheNextOneShowsWhatHasHappened) {
  const auto inbox = house.box("INBOX");
  const auto one = house.append("INBOX", mail("one")).uid;
  const auto two = house.append("INBOX", mail("two")).uid;
  const auto before = mailstore.snapshot(anna, inbox);
  ASSERT_TRUE(house.run(
      mailstore.update_flags(anna, inbox, {two}, {FlagChange::add, {kSeen, {}}, std::nullopt})));
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {one}, inbox, 0)));
  ASSERT_TRUE(house.run(mailstore.move(anna, inbox, {one}, house.box("Trash"))));
  const auto after = mailstore.snapshot(anna, inbox);
  EXPECT_EQ(before->count(), 2U);
  EXPECT_FALSE(before->find(two)->flags.has(kSeen));
  EXPECT_EQ(before->count_unseen(), 2U);
  EXPECT_THAT(house.uids("INBOX"), ElementsAre(two, Uid(3)));
  EXPECT_TRUE(after->find(two)->flags.has(kSeen));
  EXPECT_EQ(after->first_unseen(), 1U);
  EXPECT_EQ(after->uid_next, Uid(4));
  EXPECT_EQ(after->highest_modseq, mailstore.modseq(anna));
}

TEST_F(MailstoreTest, ASnapshotStaysTheSameWhereNothingHappens) {
  const auto inbox = house.box("INBOX");
  (void)house.append("INBOX", mail("one"));
  const auto before = mailstore.snapshot(anna, inbox);
  (void)house.append("Archive", mail("elsewhere"));
  EXPECT_EQ(mailstore.snapshot(anna, inbox), before);
}

TEST_F(MailstoreTest, TellsWhatHasLeftAMailboxSince) {
  const auto inbox = house.box("INBOX");
  const auto start = mailstore.modseq(anna);
  for (int i = 0; i < 3; ++i) (void)house.append("INBOX", mail("one"), {kDeleted, {}});
  ASSERT_TRUE(house.run(mailstore.move(anna, inbox, {Uid(3)}, house.box("Trash"))));
  const auto mark = mailstore.modseq(anna);
  ASSERT_TRUE(house.run(mailstore.expunge(anna, inbox, std::vector{Uid(1)})));
  EXPECT_THAT(mailstore.removed_since(anna, inbox, start), ElementsAre(Uid(1), Uid(3)));
  EXPECT_THAT(mailstore.removed_since(anna, inbox, mark), ElementsAre(Uid(1)));
  EXPECT_THAT(mailstore.removed_since(anna, inbox, mailstore.modseq(anna)), IsEmpty());
}

TEST_F(MailstoreTest, ADeletedMailboxHasNoSnapshot) {
  const auto made = house.run(mailstore.create_mailbox(anna, "Old"));
  ASSERT_TRUE(made);
  (void)house.append("Old", mail("one"));
  EXPECT_EQ(mailstore.snapshot(anna, *made)->count(), 1U);
  ASSERT_TRUE(house.run(mailstore.delete_mailbox(anna, "Old")));
  EXPECT_EQ(mailstore.snapshot(anna, *made), nullptr);
}

TEST_F(MailstoreTest, ExpungedMailIsKeptApartUntilItIsPurged) {
  const auto inbox = house.box("INBOX");
  const auto one = house.append("INBOX", mail("one"), {kDeleted, {}});
  const auto two = house.append("INBOX", mail("two"), {kDeleted, {}});
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {two.uid}, house.box("Archive"), 0)));
  ASSERT_TRUE(house.run(mailstore.expunge(anna, inbox, std::nullopt)));
  EXPECT_EQ(mailstore.usage(anna).emails, 1U);
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 1U);
  EXPECT_EQ(mailstore.usage(anna).expunged_bytes, mail("one").size());
  EXPECT_TRUE(mailstore.open(anna, one.email));
  EXPECT_EQ(house.findings(), "");
  EXPECT_EQ(*house.run(mailstore.purge_expunged(anna, Time(), 10)), 0U);
  EXPECT_EQ(house.purge(), 1U);
  EXPECT_FALSE(mailstore.open(anna, one.email));
  EXPECT_TRUE(mailstore.open(anna, two.email));
  EXPECT_EQ(mailstore.usage(anna).expunged_emails, 0U);
  EXPECT_EQ(store::collect_unlinked(house.store.engine(), 100), 1U);
}

TEST_F(MailstoreTest, AFlagOfAMessageInSeveralMailboxesIsOneFlag) {
  const auto inbox = house.box("INBOX");
  const auto archive = house.box("Archive");
  const auto one = house.append("INBOX", mail("one"));
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {one.uid}, archive, 0)));
  ASSERT_TRUE(house.run(mailstore.update_flags(
      anna, archive, {Uid(1)}, {FlagChange::add, {kDeleted | kSeen, {"k"}}, std::nullopt})));
  EXPECT_EQ(flags_of("INBOX", one.uid), (Flags{kSeen, {"k"}}));
  ASSERT_TRUE(house.run(mailstore.move(anna, archive, {Uid(1)}, house.box("Trash"))));
  ASSERT_TRUE(house.run(mailstore.update_flags(
      anna, inbox, {one.uid}, {FlagChange::replace, {kFlagged, {}}, std::nullopt})));
  EXPECT_EQ(flags_of("Trash", Uid(1)), (Flags{kDeleted | kFlagged, {}}));
}

TEST_F(MailstoreTest, AWatchIsWokenByChangesOfItsAccountUntilItEnds) {
  int woken = 0;
  auto watch = mailstore.watch(anna, [&woken] { ++woken; });
  (void)house.append("INBOX", mail("one"));
  EXPECT_EQ(woken, 1);
  ASSERT_TRUE(house.run(mailstore.create_default_mailboxes(AccountId(2))));
  EXPECT_EQ(woken, 1);
  ASSERT_TRUE(house.run(mailstore.update_flags(anna, house.box("INBOX"), {Uid(1)},
                                               {FlagChange::add, {kSeen, {}}, std::nullopt})));
  EXPECT_EQ(woken, 2);
  watch.reset();
  (void)house.append("INBOX", mail("two"));
  EXPECT_EQ(woken, 2);
}

awaitable<bool> deliver(Mailstore& mailstore, AccountId account,
                        std::shared_ptr<const Message> message) {
  const auto done = co_await mailstore.append(account, std::move(message), {});
  co_return done.has_value();
}

TEST_F(MailstoreTest, ManyDeliveriesAtOnceGetEachItsUid) {
  const auto message = house.message(mail("one"));
  std::vector<awaitable<bool>> tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(deliver(mailstore, anna, message));
  for (const bool done : freehold::testing::run_all(std::move(tasks))) EXPECT_TRUE(done);
  const auto uids = house.uids("INBOX");
  ASSERT_EQ(uids.size(), 200U);
  EXPECT_EQ(uids.back(), Uid(200));
}

TEST_F(MailstoreTest, RemovesWhateverTheFlagsAre) {
  for (int i = 0; i < 3; ++i) (void)house.append("INBOX", mail("one"));
  const auto inbox = house.box("INBOX");
  ASSERT_TRUE(house.run(mailstore.copy(anna, inbox, {Uid(1)}, house.box("Archive"), 0)));
  ASSERT_TRUE(house.run(mailstore.remove(anna, inbox, {Uid(1), Uid(3), Uid(99)})));
  EXPECT_THAT(house.uids("INBOX"), ElementsAre(Uid(2)));
  EXPECT_THAT(house.uids("Archive"), ElementsAre(Uid(1)));
  expect(Kind::not_found, mailstore.remove(anna, MailboxId(99), {Uid(1)}));
}

TEST_F(MailstoreTest, RemovesVeryMany) {
  const auto message = house.message(mail("one"));
  std::vector<awaitable<bool>> tasks;
  for (int i = 0; i < 1'100; ++i) tasks.push_back(deliver(mailstore, anna, message));
  (void)freehold::testing::run_all(std::move(tasks));
  std::vector<Uid> uids = house.uids("INBOX");
  uids.pop_back();
  ASSERT_TRUE(house.run(mailstore.remove(anna, house.box("INBOX"), uids)));
  EXPECT_THAT(house.uids("INBOX"), ElementsAre(Uid(1'100)));
}

TEST_F(MailstoreTest, WhatIsHiddenFromPopIsForgottenWithTheEmail) {
  const auto one = house.append("INBOX", mail("one"));
  const auto two = house.append("INBOX", mail("two"));
  const auto inbox = house.box("INBOX");
  const auto mark = mailstore.modseq(anna);
  ASSERT_TRUE(house.run(mailstore.hide_from_pop(anna, inbox, {two.uid, one.uid, Uid(9)})));
  EXPECT_EQ(mailstore.modseq(anna), mark);  // for IMAP nothing has happened
  EXPECT_THAT(mailstore.hidden_from_pop(anna), ElementsAre(one.email, two.email));
  ASSERT_TRUE(house.run(mailstore.move(anna, inbox, {one.uid}, house.box("Archive"))));
  ASSERT_TRUE(house.run(mailstore.remove(anna, inbox, {two.uid})));
  EXPECT_EQ(house.purge(), 1U);
  EXPECT_THAT(mailstore.hidden_from_pop(anna), ElementsAre(one.email));
}

TEST_F(MailstoreTest, AnErasedAccountLeavesNothing) {
  const AccountId bert(2);
  ASSERT_TRUE(house.run(mailstore.create_default_mailboxes(bert)));
  ASSERT_TRUE(house.run(mailstore.append(bert, house.message(mail("shared")), {})));
  (void)house.append("INBOX", mail("shared"));
  (void)house.append("INBOX", mail("own", "Message-ID: <1@a>\r\n"));
  ASSERT_TRUE(house.run(mailstore.create_mailbox(anna, "A/B/C")));
  (void)house.append("A/B/C", mail("deep"));
  ASSERT_TRUE(house.run(mailstore.hide_from_pop(anna, house.box("INBOX"), {Uid(1)})));
  for (const auto at : {MailboxId(), house.box("A/B/C"), house.box("INBOX")}) {
    ASSERT_TRUE(house.run(mailstore.annotate(anna, at, {{"/shared/comment", "x"}})));
  }
  ASSERT_TRUE(house.run(mailstore.erase_account(anna)));
  EXPECT_THAT(mailstore.mailboxes(anna), IsEmpty());
  EXPECT_EQ(store::collect_unlinked(house.store.engine(), 100), 2U);
  const auto owned = [&](std::string prefix) {
    std::size_t n = 0;
    house.store.engine().latest().scan(store::prefix_range(prefix), [&n](auto, auto) {
      ++n;
      return true;
    });
    return n;
  };
  for (const auto& prefix :
       {keys::account_state(anna), keys::mailboxes(anna), keys::emails(anna), keys::contents(anna),
        keys::envelopes(anna), keys::header_extracts(anna), keys::indexes(anna),
        keys::changes(anna), keys::threads(anna), keys::placements_of(anna),
        keys::expunged_of(anna), keys::pop_hidden_of(anna), keys::annotations_of(anna)}) {
    EXPECT_EQ(owned(prefix), 0U) << prefix.front();
  }
  EXPECT_EQ(bodies(), 1U);
  const auto left = mailstore.snapshot(bert, mailstore.mailbox(bert, "INBOX")->id)->all();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_TRUE(mailstore.open(bert, left[0].email));
}

}  // namespace
}  // namespace freehold::mailstore

#include "store/keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "store/reader.hpp"

namespace freehold::store::keys {
namespace {

BlobHash hash_of(std::uint8_t byte) {
  BlobHash hash;
  hash.bytes.fill(byte);
  return hash;
}

TEST(Keys, TheOrderOfTheBytesIsTheOrderOfTheNumbers) {
  const std::vector<std::uint64_t> numbers = {0,
                                              1,
                                              9,
                                              10,
                                              255,
                                              256,
                                              0xffff,
                                              0x10000,
                                              0x7fffffff,
                                              0x80000000,
                                              0xffffffff,
                                              0x100000000,
                                              ~std::uint64_t{0}};
  const auto ordered = [&](auto key) {
    std::vector<std::string> keys;
    for (const auto number : numbers) keys.push_back(key(number));
    return std::ranges::is_sorted(keys) && std::ranges::adjacent_find(keys) == keys.end();
  };
  EXPECT_TRUE(ordered([](auto n) { return account(AccountId(n)); }));
  EXPECT_TRUE(ordered([](auto n) { return mailbox(AccountId(7), MailboxId(n)); }));
  EXPECT_TRUE(ordered([](auto n) { return mailbox(AccountId(n), MailboxId(7)); }));
  EXPECT_TRUE(ordered([](auto n) { return email(AccountId(7), EmailId(n)); }));
  EXPECT_TRUE(ordered([](auto n) { return change(AccountId(7), ModSeq(n)); }));
  EXPECT_TRUE(ordered([](auto n) { return queued(QueueId(n)); }));

  std::vector<std::string> uids;
  for (const std::uint32_t n : {0U, 1U, 255U, 256U, 0x80000000U, 0xffffffffU}) {
    uids.push_back(index(AccountId(1), MailboxId(2), n));
  }
  EXPECT_TRUE(std::ranges::is_sorted(uids));
}

TEST(Keys, AuditEntriesAreInTheOrderOfTime) {
  const std::vector<std::string> keys = {audit(from_millis(0), 9), audit(from_millis(1), 1),
                                         audit(from_millis(1), 2),
                                         audit(from_millis(1'700'000'000'000), 0)};
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  EXPECT_EQ(time_of_audit(keys.back()), from_millis(1'700'000'000'000));
}

TEST(Keys, WhatTheGuardsKeepIsReadBack) {
  EXPECT_EQ(number_of_app_password(app_password(AccountId(7), 9)), 9U);
  EXPECT_TRUE(app_password(AccountId(7), 9).starts_with(app_passwords(AccountId(7))));
  EXPECT_EQ(hash_of_known_recipient(known_recipient(AccountId(7), 11)), 11U);
  EXPECT_TRUE(known_recipient(AccountId(7), 11).starts_with(known_recipients(AccountId(7))));
  EXPECT_EQ(account_of(sending(AccountId(7))), AccountId(7));
}

TEST(Keys, AContactIsReadBack) {
  EXPECT_EQ(text_of_contact(filter_contact(AccountId(7), 'd', "example.org")), "dexample.org");
}

TEST(Keys, DueTimesAreInTheirOrder) {
  const std::vector<std::string> keys = {
      due(from_millis(0), QueueId(9), 9), due(from_millis(1), QueueId(1), 0),
      due(from_millis(1), QueueId(1), 1), due(from_millis(1), QueueId(2), 0),
      due(from_millis(1'700'000'000'000), QueueId(1), 0)};
  EXPECT_TRUE(std::ranges::is_sorted(keys));
}

TEST(Keys, EveryBuilderHasItsReader) {
  const AccountId a(0x0102030405060708);
  const MailboxId m(0xfffefdfcfbfaf9f8);
  const EmailId e(77);
  EXPECT_EQ(account_of(account(a)), a);
  EXPECT_EQ(account_of(account_state(a)), a);
  for (const auto& key : {mailbox(a, m), index(a, m, 3)}) {
    EXPECT_EQ(account_of(key), a);
    EXPECT_EQ(mailbox_of(key), m);
  }
  for (const auto& key : {email(a, e), content(a, e)}) {
    EXPECT_EQ(account_of(key), a);
    EXPECT_EQ(email_of(key), e);
  }
  EXPECT_EQ(account_of(thread(a, 5)), a);
  EXPECT_EQ(mailbox_of(acl(a, m)), m);
  for (const auto& key : {granted(AccountId(9), a, m), subscribed(AccountId(9), a, m)}) {
    EXPECT_EQ(account_of(key), AccountId(9));
    EXPECT_EQ(owner_of(key), a);
    EXPECT_EQ(mailbox_of_owner(key), m);
  }
  EXPECT_EQ(chunk_of_index(index(a, m, 0xfffffffe)), 0xfffffffe);
  EXPECT_EQ(mailbox_of_placement(placement(a, EmailId(7), m)), m);
  EXPECT_EQ(modseq_of_change(change(a, ModSeq(99))), ModSeq(99));
  EXPECT_EQ(queue_id_of(queued(QueueId(12))), QueueId(12));
  EXPECT_EQ(queue_id_of(recipient(QueueId(12), 34)), QueueId(12));
  EXPECT_EQ(number_of_recipient(recipient(QueueId(12), 34)), 34U);
  const auto when = from_millis(1'700'000'000'123);
  const Due read = due_of(due(when, QueueId(5), 6));
  EXPECT_EQ(read.when, when);
  EXPECT_EQ(read.id, QueueId(5));
  EXPECT_EQ(read.number, 6U);
  const Day day{std::chrono::days(20'000)};
  const auto of = of_day(Table::tls_result, day, "example.org");
  EXPECT_EQ(day_of(of), day);
  EXPECT_EQ(rest_of_day(of), "example.org");
  EXPECT_EQ(entry_of_annotation(annotation(AccountId(1), MailboxId(2), "/shared/x")), "/shared/x");
  EXPECT_EQ(mailbox_of(annotation(AccountId(1), MailboxId(2), "/shared/x")), MailboxId(2));
}

// A letter that two tables had would not compile, and one that is missing here is a warning.
TEST(Keys, NoTwoTablesHaveTheSameLetter) {
  const auto is_known = [](Table t) {
    switch (t) {
      case Table::format:
      case Table::counter:
      case Table::secret:
      case Table::domain:
      case Table::account:
      case Table::address:
      case Table::relay:
      case Table::account_state:
      case Table::mailbox:
      case Table::email:
      case Table::content:
      case Table::envelope:
      case Table::header_extract:
      case Table::placement:
      case Table::index:
      case Table::expunged:
      case Table::change:
      case Table::thread:
      case Table::body:
      case Table::body_link:
      case Table::unlinked:
      case Table::bulk_pending:
      case Table::body_piece:
      case Table::bulk_piece:
      case Table::queued:
      case Table::recipient:
      case Table::due:
      case Table::domain_keys:
      case Table::sts_policy:
      case Table::known_tls:
      case Table::tls_result:
      case Table::tls_reported:
      case Table::dmarc_result:
      case Table::dmarc_domain:
      case Table::dmarc_reported:
      case Table::complaint:
      case Table::audit:
      case Table::app_password:
      case Table::totp:
      case Table::ban:
      case Table::sending:
      case Table::known_recipient:
      case Table::filter_base:
      case Table::filter_delta:
      case Table::filter_learned:
      case Table::filter_reputation:
      case Table::filter_triplet:
      case Table::filter_rule:
      case Table::filter_sent:
      case Table::filter_contact:
      case Table::lesson:
      case Table::pop_hidden:
      case Table::acl:
      case Table::granted:
      case Table::subscribed:
      case Table::annotation:
        return true;
    }
    return false;
  };
  EXPECT_TRUE(is_known(Table::format));
}

TEST(Keys, DaysAreInTheirOrder) {
  const Day day{std::chrono::days(255)};
  const Day next = day + std::chrono::days(1);
  EXPECT_LT(of_day(Table::dmarc_result, day, "zzz"), of_day(Table::dmarc_result, next));
}

TEST(Keys, EveryKeyBeginsWithThePrefixOfItsRange) {
  const AccountId a(3);
  const MailboxId m(4);
  const auto hash = hash_of(0xab);
  const std::pair<std::string, std::string> table_of_keys[] = {
      {mailbox(a, m), mailboxes(a)},
      {email(a, EmailId(1)), emails(a)},
      {content(a, EmailId(1)), contents(a)},
      {index(a, m, 1), index_of(a, m)},
      {index(a, m, 1), indexes(a)},
      {change(a, ModSeq(1)), changes(a)},
      {thread(a, 1), threads(a)},
      {annotation(a, m, "/shared/x"), annotations(a, m)},
      {annotation(a, m, "/shared/x"), annotations_of(a)},
      {body_link(hash, owner(a, EmailId(1))), body_links(hash)},
      {body_link(hash, owner(QueueId(1))), body_links(hash)},
      {piece(Table::body_piece, hash.view(), 1), pieces(Table::body_piece, hash.view())},
      {piece(Table::bulk_piece, "id", 1), pieces(Table::bulk_piece, "id")},
      {recipient(QueueId(1), 2), recipients(QueueId(1))},
      {domain("example.org"), table(Table::domain)},
      {address("a@example.org"), table(Table::address)},
      {relay(""), table(Table::relay)},
      {counter("queue"), table(Table::counter)},
      {secret("x"), table(Table::secret)},
      {body(hash), table(Table::body)},
      {unlinked(hash), table(Table::unlinked)},
      {bulk_pending("id"), table(Table::bulk_pending)},
      {queued(QueueId(1)), table(Table::queued)},
      {due(from_millis(1), QueueId(1), 1), table(Table::due)},
      {sts_policy("example.org"), table(Table::sts_policy)},
      {known_tls("example.org"), table(Table::known_tls)},
      {of_day(Table::dmarc_result, Day{}, "x"), of_day(Table::dmarc_result, Day{})},
      {of_day(Table::tls_reported, Day{}), table(Table::tls_reported)},
      {format(), table(Table::format)},
      {acl(a, m), acls(a)},
      {granted(a, AccountId(9), m), granted_to(a)},
      {subscribed(a, AccountId(9), m), subscribed_by(a)},
      {filter_contact(a, 'd', "example.org"), filter_contacts(a)},
  };
  for (const auto& [key, prefix] : table_of_keys) EXPECT_TRUE(key.starts_with(prefix)) << prefix;
}

TEST(Keys, OwnersAreToldApart) {
  const std::set<std::string> owners = {owner(AccountId(1), EmailId(2)),
                                        owner(AccountId(2), EmailId(1)), owner(QueueId(1)),
                                        owner(QueueId(2))};
  EXPECT_EQ(owners.size(), 4U);
}

TEST(Keys, AKeyThatIsTooShortIsAReadError) {
  const auto whole = due(from_millis(1), QueueId(2), 3);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW((void)due_of(whole.substr(0, size)), ReadError) << size;
  }
  EXPECT_THROW((void)account_of("A"), ReadError);
  EXPECT_THROW((void)day_of("Jabc"), ReadError);
  EXPECT_THROW((void)rest_of_day("Jabc"), ReadError);
  EXPECT_THROW((void)mailbox_of(account(AccountId(1))), ReadError);
  EXPECT_THROW((void)chunk_of_index(mailbox(AccountId(1), MailboxId(1))), ReadError);
}

TEST(PrefixRange, HoldsAllKeysWithThePrefixAndNoOthers) {
  const std::pair<std::string, std::string> table_of_ends[] = {
      {"a", "b"}, {"ab", "ac"}, {"a\xff", "b"}, {"a\xff\xff", "b"}, {"\xff\xff", ""}, {"", ""},
  };
  for (const auto& [prefix, end] : table_of_ends) {
    const auto range = prefix_range(prefix);
    EXPECT_EQ(range.begin, prefix);
    EXPECT_EQ(range.end, end);
  }
}

}  // namespace
}  // namespace freehold::store::keys

#include "mailstore/snapshots.hpp"

#include <gtest/gtest.h>

#include <random>

#include "mailstore/testing/account_house.hpp"
#include "schema/mailstore.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {
namespace {

using testing::AccountHouse;
using testing::mail;

class SnapshotsOf : public ::testing::Test {
 protected:
  AccountHouse house;
  const MailboxId inbox = house.box("INBOX"), archive = house.box("Archive");

  std::shared_ptr<const MailboxSnapshot> held(MailboxId mailbox) {
    return house.mailstore.snapshot(house.anna, mailbox);
  }
  void set_flags(MailboxId mailbox, const std::vector<Uid>& uids, Flag flag) {
    Mailstore::FlagUpdate update{FlagChange::add, {}, {}};
    update.flags.bits = flag;
    ASSERT_TRUE(
        house.run(house.mailstore.update_flags(house.anna, mailbox, uids, std::move(update))));
  }
  // What is in memory is what is stored.
  void expect_true(MailboxId mailbox) {
    Mailstore other(house.store.engine(), house.pool, house.clock);
    const auto mine = held(mailbox), stored = other.snapshot(house.anna, mailbox);
    EXPECT_EQ(mine->uid_next, stored->uid_next);
    EXPECT_EQ(mine->highest_modseq, stored->highest_modseq);
    ASSERT_EQ(mine->slots().size(), stored->slots().size());
    for (std::size_t i = 0; i < mine->slots().size(); ++i) {
      EXPECT_EQ(mine->slots()[i].number, stored->slots()[i].number);
      EXPECT_EQ(*mine->slots()[i].chunk, *stored->slots()[i].chunk) << "slot " << i;
    }
  }
};

TEST_F(SnapshotsOf, ShowWhatChangesHaveMade) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  for (int i = 0; i < 150; ++i) house.append("INBOX", mail(std::to_string(i)));
  const auto open = std::pair(held(inbox), held(archive));
  const auto some = [&](MailboxId of) {
    std::vector<Uid> uids;
    for (const auto& message : held(of)->all()) {
      if (random() % 3 == 0) uids.push_back(message.uid);
    }
    return uids;
  };
  for (int i = 0; i < 60; ++i) {
    const auto [from, to] =
        random() % 2 == 0 ? std::pair(inbox, archive) : std::pair(archive, inbox);
    const auto uids = some(from);
    // Now and then they are behind: this is a change of the account that does not bring them along.
    if (random() % 2 == 0) {
      const auto name = "m" + std::to_string(i);
      ASSERT_TRUE(house.run(house.mailstore.create_mailbox(house.anna, name, {})));
    }
    switch (random() % 6) {
      case 0:
        set_flags(from, uids, kSeen);
        break;
      case 1:
        set_flags(from, uids, kDeleted);
        break;
      case 2:
        ASSERT_TRUE(house.run(house.mailstore.expunge(house.anna, from, uids)));
        break;
      case 3:
        ASSERT_TRUE(house.run(house.mailstore.copy(house.anna, from, uids, to, 0)));
        break;
      case 4:
        ASSERT_TRUE(house.run(house.mailstore.move(house.anna, from, uids, to)));
        break;
      default:
        house.append("INBOX", mail("another " + std::to_string(i)));
    }
    if (random() % 2 == 0) continue;
    expect_true(inbox);
    expect_true(archive);
  }
  EXPECT_EQ(house.findings(), "");
}

TEST_F(SnapshotsOf, ReadNothingAgainAfterALargeChange) {
  std::vector<Uid> uids;
  for (int i = 0; i < 10; ++i) uids.push_back(house.append("INBOX", mail("x")).uid);
  const auto before = held(inbox);
  set_flags(inbox, uids, kSeen);
  const auto chunk = held(inbox)->slots().front().chunk;
  EXPECT_NE(chunk, before->slots().front().chunk);
  set_flags(archive, {}, kSeen);
  EXPECT_EQ(held(inbox)->slots().front().chunk, chunk);
  expect_true(inbox);
}

// As many UIDs as make two threads read them.
TEST_F(SnapshotsOf, LargeMailboxesAreReadInHalves) {
  const auto leave_uids_out = [&](std::uint32_t next) {
    const auto key = store::keys::mailbox(house.anna, inbox);
    auto record = *store::read<schema::Mailbox>(house.store.engine().latest(), key);
    record.set_uid_next(next);
    store::Batch batch;
    batch.put(key, record.SerializeAsString());
    ASSERT_TRUE(house.store.engine().commit_blocking(std::move(batch)));
  };
  for (const std::uint32_t next : {1U, 20'000U, 70'000U, 70'001U, 100'000U}) {
    leave_uids_out(next);
    house.append("INBOX", mail(std::to_string(next)));
  }
  Mailstore other(house.store.engine(), house.pool, house.clock);
  const auto read = house.run(other.open_snapshot(house.anna, inbox));
  ASSERT_TRUE(read);
  const std::vector<std::size_t> all{0, 1, 2, 3, 4};
  EXPECT_EQ(read->uids(all),
            (std::vector{Uid(1), Uid(20'000), Uid(70'000), Uid(70'001), Uid(100'000)}));
  EXPECT_EQ(house.run(other.open_snapshot(house.anna, MailboxId(99))), nullptr);
}

}  // namespace
}  // namespace freehold::mailstore

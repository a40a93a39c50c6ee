#include "mailstore/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "mailstore/index_chunk.hpp"
#include "mailstore/testing/account_house.hpp"
#include "schema/mailstore.pb.h"
#include "schema/queue.pb.h"
#include "schema/store.pb.h"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {
namespace {

namespace keys = store::keys;
using ::testing::HasSubstr;
using testing::mail;

class CheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    one = house.append("INBOX", mail("one"), {kFlagged, {"k"}}).email;
    (void)house.append("INBOX", mail("two"), {kDeleted, {}});
    ASSERT_TRUE(house.run(house.mailstore.copy(anna, inbox(), {Uid(1)}, archive(), 0)));
    enqueue();
    ASSERT_EQ(house.findings(), "");
  }

  MailboxId inbox() { return house.box("INBOX"); }
  MailboxId archive() { return house.box("Archive"); }

  void enqueue() {
    const auto body = store::incoming_body(mail("queued"));
    store::Transaction tx(house.store.engine().latest());
    schema::QueuedMessage message;
    message.set_sender("anna@example.org");
    message.set_body(body.hash.view().data(), body.hash.bytes.size());
    schema::QueuedRecipient recipient;
    recipient.set_address("bert@away.example");
    recipient.set_next_attempt(5);
    tx.put(keys::queued(queued), message.SerializeAsString());
    tx.put(keys::recipient(queued, 0), recipient.SerializeAsString());
    tx.put(keys::due(from_millis(5), queued, 0), {});
    store::link(tx, body, keys::owner(queued));
    ASSERT_TRUE(house.store.engine().commit_blocking(tx.take()));
  }

  template <class Record>
  Record read(const std::string& key) {
    return store::read<Record>(house.store.engine().latest(), key).value_or(Record());
  }
  BlobHash body_of(EmailId email) {
    return BlobHash::from(read<schema::Email>(keys::email(anna, email)).body());
  }
  void change_inbox(store::Batch& batch, const std::function<void(IndexChunk&)>& how) {
    const auto key = keys::index(anna, inbox(), 0);
    auto chunk = IndexChunk::decode(key, *house.store.engine().latest().get(key));
    how(chunk);
    batch.put(key, chunk.encode());
  }
  void commit(store::Batch batch) {
    ASSERT_TRUE(house.store.engine().commit_blocking(std::move(batch)));
  }

  testing::AccountHouse house;
  const AccountId anna = house.anna;
  const QueueId queued{77};
  EmailId one;
};

TEST_F(CheckTest, CountsWhatItHasSeen) {
  const auto report = check(house.store.engine(), false);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.accounts, 1U);
  EXPECT_EQ(report.emails, 2U);
  EXPECT_EQ(report.bodies, 3U);
  EXPECT_EQ(report.queued, 1U);
  EXPECT_EQ(report.body_bytes, mail("one").size() + mail("two").size() + mail("queued").size());
}

TEST_F(CheckTest, FindsAndMendsWhatCanBeMended) {
  const auto put = [](store::Batch& batch, std::string key, const auto& record) {
    batch.put(std::move(key), record.SerializeAsString());
  };
  const struct {
    const char* finding;
    std::function<void(store::Batch&)> damage;
  } table[] = {
      {"its counters say",
       [&](store::Batch& batch) {
         auto state = read<schema::AccountState>(keys::account_state(anna));
         state.set_emails(9);
         put(batch, keys::account_state(anna), state);
       }},
      {"its counters say",
       [&](store::Batch& batch) {
         auto state = read<schema::AccountState>(keys::account_state(anna));
         state.set_used_bytes(1);
         put(batch, keys::account_state(anna), state);
       }},
      {"its counters say",
       [&](store::Batch& batch) {
         auto state = read<schema::AccountState>(keys::account_state(anna));
         state.set_last_email(0);
         put(batch, keys::account_state(anna), state);
       }},
      {"its counters are wrong",
       [&](store::Batch& batch) {
         auto box = read<schema::Mailbox>(keys::mailbox(anna, inbox()));
         box.set_unseen(0);
         put(batch, keys::mailbox(anna, inbox()), box);
       }},
      {"its counters are wrong",
       [&](store::Batch& batch) {
         auto box = read<schema::Mailbox>(keys::mailbox(anna, inbox()));
         box.set_deleted(0);
         put(batch, keys::mailbox(anna, inbox()), box);
       }},
      {"its counters are wrong",  // a UID would be given twice
       [&](store::Batch& batch) {
         auto box = read<schema::Mailbox>(keys::mailbox(anna, inbox()));
         box.set_uid_next(1);
         put(batch, keys::mailbox(anna, inbox()), box);
       }},
      {"in the wrong place",
       [&](store::Batch& batch) {
         auto email = read<schema::Email>(keys::email(anna, one));
         email.set_body_id("elsewhere");
         put(batch, keys::email(anna, one), email);
       }},
      {"is missing itself",
       [&](store::Batch& batch) { batch.erase(keys::mailbox(anna, archive())); }},
      {"is missing", [&](store::Batch& batch) { batch.erase(keys::index(anna, inbox(), 0)); }},
      {"is missing",
       [&](store::Batch& batch) {
         change_inbox(batch, [](IndexChunk& chunk) { chunk.erase(IndexChunk::bit_of(Uid(1))); });
       }},
      {"differs from it",
       [&](store::Batch& batch) {
         auto email = read<schema::Email>(keys::email(anna, one));
         change_inbox(batch, [&](IndexChunk& chunk) {
           auto row = chunk.rows().front();
           chunk.erase(IndexChunk::bit_of(row.uid));
           row.size = email.size() + 1;
           chunk.insert(row, {});
           chunk.share(row.uid);
         });
       }},
      {"leads to no email",
       [&](store::Batch& batch) {
         change_inbox(batch, [](IndexChunk& chunk) {
           chunk.insert({Uid(50), EmailId(99), ModSeq(1), 3, {}, {}}, {});
         });
       }},
      {"does not know",
       [&](store::Batch& batch) {
         change_inbox(batch, [](IndexChunk& chunk) {
           const auto message = chunk.message(0);
           chunk.erase(IndexChunk::bit_of(message.uid));
           chunk.insert({message.uid, message.email, message.modseq, message.size, {}, {}}, {});
         });
       }},
      {"is not noted",
       [&](store::Batch& batch) { batch.erase(keys::placement(anna, one, inbox())); }},
      {"is missing",
       [&](store::Batch& batch) { batch.put(keys::placement(anna, EmailId(99), inbox()), {}); }},
      {"the link to its body is missing",
       [&](store::Batch& batch) {
         batch.erase(keys::body_link(body_of(one), keys::owner(anna, one)));
       }},
      {"belongs to nothing",
       [&](store::Batch& batch) {
         batch.put(keys::body_link(body_of(one), keys::owner(AccountId(9), EmailId(9))), {});
       }},
      {"belongs to nothing",
       [&](store::Batch& batch) { batch.put(keys::body_link(body_of(one), "nonsense"), {}); }},
      {"would never be collected",
       [&](store::Batch& batch) {
         store::Transaction tx(house.store.engine().latest());
         const auto body = store::incoming_body("nobody's");
         store::link(tx, body, "x");
         auto made = tx.take();
         for (const auto& [key, value] : made.changes()) {
           if (value && key != keys::body_link(body.hash, "x")) batch.put(key, *value);
         }
       }},
      {"the link to the body of a message",
       [&](store::Batch& batch) {
         const auto hash = sha256(mail("queued"));
         batch.erase(keys::body_link(hash, keys::owner(queued)));
       }},
      {"would never be tried",
       [&](store::Batch& batch) { batch.erase(keys::due(from_millis(5), queued, 0)); }},
      {"belongs to no message",
       [&](store::Batch& batch) {
         batch.put(keys::recipient(QueueId(78), 0),
                   read<schema::QueuedRecipient>(keys::recipient(queued, 0)).SerializeAsString());
       }},
  };
  for (const auto& [finding, damage] : table) {
    store::Batch batch;
    damage(batch);
    commit(std::move(batch));
    EXPECT_THAT(house.findings(), HasSubstr(finding));
    EXPECT_THAT(house.findings(), HasSubstr(finding)) << "looking alone has changed something";
    const auto repaired = check(house.store.engine(), true);
    EXPECT_GT(repaired.repaired, 0U) << finding;
    EXPECT_EQ(house.findings(), "") << finding;
    (void)store::collect_unlinked(house.store.engine(), 100);
    EXPECT_EQ(house.findings(), "") << finding;
    // The emails are all there, whatever was mended.
    EXPECT_EQ(check(house.store.engine(), false).emails, 2U) << finding;
    EXPECT_TRUE(house.mailstore.open(anna, one)) << finding;
  }
}

TEST_F(CheckTest, TellsWhatItCannotMendAndRemovesNothing) {
  const auto hash = body_of(one);
  const auto id = read<schema::Body>(keys::body(hash)).id();
  const auto piece = keys::piece(keys::Table::body_piece, id, 0);
  const struct {
    const char* finding;
    std::function<void(store::Batch&)> damage;
  } table[] = {
      {"its bytes are damaged", [&](store::Batch& batch) { batch.put(piece, "other bytes"); }},
      {"its bytes are damaged", [&](store::Batch& batch) { batch.erase(piece); }},
      {"its body is missing", [&](store::Batch& batch) { batch.erase(keys::body(hash)); }},
      {"its parsed content is missing",
       [&](store::Batch& batch) { batch.erase(keys::content(anna, one)); }},
      {"its record is broken",
       [&](store::Batch& batch) {
         schema::Body body;
         body.set_size(3);
         batch.put(keys::body(hash), body.SerializeAsString());
       }},
      {"the body of a message from <anna@example.org> is missing",
       [&](store::Batch& batch) { batch.erase(keys::body(sha256(mail("queued")))); }},
  };
  for (const auto& [finding, damage] : table) {
    store::Batch batch;
    damage(batch);
    std::vector<std::pair<std::string, std::optional<std::string>>> before;
    for (const auto& change : batch.changes()) {
      before.emplace_back(change.key, house.store.engine().latest().get(change.key));
    }
    commit(std::move(batch));
    EXPECT_THAT(house.findings(true), HasSubstr(finding));
    EXPECT_THAT(house.findings(), HasSubstr(finding));
    store::Batch undo;
    for (const auto& [key, value] : before) undo.put(key, value.value_or(""));
    commit(std::move(undo));
    EXPECT_EQ(house.findings(), "") << finding;
  }
}

TEST_F(CheckTest, TellsHowFarItIs) {
  std::uint64_t calls = 0;
  std::vector<awaitable<Result<Mailstore::Appended>>> tasks;
  const auto message = house.message(mail("many"));
  for (int i = 0; i < 300; ++i) tasks.push_back(house.mailstore.append(anna, message, {}));
  for (const auto& done : freehold::testing::run_all(std::move(tasks))) EXPECT_TRUE(done);
  (void)check(house.store.engine(), false, [&](std::uint64_t done, std::uint64_t all) {
    ++calls;
    EXPECT_LE(done, all);
  });
  EXPECT_GT(calls, 0U);
}

TEST_F(CheckTest, FindsHiddenEmailsThatAreGone) {
  store::Batch batch;
  batch.put(keys::pop_hidden(anna, one), {});
  batch.put(keys::pop_hidden(anna, EmailId(99)), {});
  commit(std::move(batch));
  EXPECT_THAT(house.findings(true), HasSubstr("email 99: hidden from POP3, but gone"));
  EXPECT_EQ(house.findings(), "");
  EXPECT_EQ(house.mailstore.hidden_from_pop(anna), std::vector{one});
}

TEST_F(CheckTest, FindsAnnotationsOfMailboxesThatAreGone) {
  const auto inbox = house.box("INBOX");
  ASSERT_TRUE(house.run(house.mailstore.annotate(anna, inbox, {{"/shared/comment", "here"}})));
  ASSERT_TRUE(house.run(house.mailstore.annotate(anna, {}, {{"/private/comment", "mine"}})));
  store::Batch batch;
  batch.put(keys::annotation(anna, MailboxId(99), "/shared/comment"), {});
  commit(std::move(batch));
  EXPECT_THAT(house.findings(true), HasSubstr("mailbox 99: it has an annotation"));
  EXPECT_EQ(house.findings(), "");
  EXPECT_EQ(house.mailstore.annotations(anna, inbox).size(), 1U);
  EXPECT_EQ(house.mailstore.annotations(anna, {}).size(), 1U);
}

}  // namespace
}  // namespace freehold::mailstore

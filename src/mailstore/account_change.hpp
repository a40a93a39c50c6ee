#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "mailstore/flags.hpp"
#include "mailstore/index_chunk.hpp"
#include "mailstore/lessons.hpp"
#include "mailstore/mailbox_tree.hpp"
#include "mailstore/rights.hpp"
#include "mailstore/snapshots.hpp"
#include "schema/mailstore.pb.h"
#include "store/transaction.hpp"

namespace freehold::mailstore {

// A counter that is not what it should be (`store check` says so) does not wrap.
[[nodiscard]] inline std::uint64_t less(std::uint64_t from, std::uint64_t by) {
  return from - std::min(from, by);
}

// Where an email is.
struct Place {
  MailboxId mailbox;
  Uid uid;
};

// One change of one account's mail: reads records, keeps the counters right, and writes index,
// counters and change log at its finish(). Everything that touches an email goes through here, so
// that email, index, counters, links and log always agree. Lives within one Lane::Change.
class AccountChange {
 public:
  // `snapshots` and `trees` spare it reading what is in memory.
  AccountChange(store::Transaction& tx, AccountId account, Time now, Snapshots& snapshots,
                MailboxTrees& trees);

  [[nodiscard]] schema::AccountState& state() { return state_; }
  [[nodiscard]] ModSeq modseq() const { return modseq_; }  // of this change
  [[nodiscard]] AccountId account() const { return account_; }
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] store::Transaction& tx() { return tx_; }

  // As it is at this point of the change.
  [[nodiscard]] std::shared_ptr<const MailboxTree> tree() const;
  // Null: there is none. The pointer is good until finish().
  [[nodiscard]] schema::Mailbox* mailbox(MailboxId id);
  // It inherits the Acl of its parent, as that is now.
  MailboxId create_mailbox(schema::Mailbox record);
  void touch_mailbox(MailboxId id);  // its name, parent, subscription or Acl was changed
  void erase_mailbox(MailboxId id);  // an empty one

  // What others may do in it.
  [[nodiscard]] Acl acl(MailboxId id) const;
  void put_acl(MailboxId id, const Acl& acl);

  [[nodiscard]] std::optional<schema::Email> email(EmailId id) const;
  // The messages of a chunk. The reference is good until one of them is changed.
  [[nodiscard]] const IndexChunk& chunk(MailboxId mailbox, std::uint32_t number);
  // The same chunk as it will be after finish().
  [[nodiscard]] MailboxSnapshot::ChunkPtr finished_chunk(MailboxId mailbox, std::uint32_t number) {
    return cached(mailbox, number).now;
  }
  // Numbers, ascending.
  [[nodiscard]] std::vector<std::uint32_t> chunks(MailboxId mailbox) const;
  [[nodiscard]] std::optional<IndexedMessage> message(MailboxId mailbox, Uid uid);
  [[nodiscard]] std::vector<Place> places(EmailId id);
  // Reads the places of emails that are asked for next; those of neighbours lie side by side.
  void read_places(std::span<const EmailId> ids);
  [[nodiscard]] bool is_in(EmailId id, MailboxId mailbox);

  // A new email without a place; its size counts from now on. It gets the id that next_email() has
  // said.
  EmailId create_email(schema::Email& record);
  [[nodiscard]] EmailId next_email() const { return EmailId(state_.last_email() + 1); }
  // Puts an email into a mailbox that it is not in, under a new UID. What it takes from `message`:
  // email, size, received_at, thread and flags.
  Uid place(MailboxId mailbox, const IndexedMessage& message);
  // The same for an email that is in another mailbox, at `from`, and stays there.
  Uid place_too(MailboxId mailbox, const IndexedMessage& message, MailboxId from);
  // Takes it from one mailbox to another (or the same), where it is not yet.
  Uid move(MailboxId from, const IndexedMessage& message, MailboxId to);
  // Takes messages out of a mailbox; they can be restored until they are purged. `path` is given
  // when the mailbox goes too.
  void expunge(MailboxId mailbox, std::uint32_t number, IndexChunk::Bits which,
               std::string_view path = {});
  // Puts some of what was expunged into a mailbox, with its flags but \Deleted; how many of them
  // came: what has been put back there otherwise is left out.
  std::uint64_t restore(const std::string& key, schema::Expunged expunged, IndexChunk::Bits which,
                        MailboxId to);
  // Notes the path of a mailbox that goes, for what was expunged from it before.
  void note_path(MailboxId mailbox, std::string_view path);
  // From now on nothing that is expunged can be restored.
  void keep_nothing() { keeps_expunged_ = false; }
  // Removes for good what was expunged, by its key and record.
  void purge(const std::string& key, const schema::Expunged& expunged);

  // Gives messages other flags, in every mailbox that their emails are in; \Deleted changes in this
  // one only. Those that differ now. Flags outside `may` stay as they are.
  IndexChunk::Bits change_flags(MailboxId mailbox, std::uint32_t number, IndexChunk::Bits which,
                                FlagChange how, const Flags& by, FlagMask may = {});
  // An annotation was set or removed, for the log.
  void note_annotation(MailboxId mailbox, const std::string& entry);
  // For the spam filter, which reads it later; the last one counts.
  void note_lesson(EmailId id, std::optional<Lesson> lesson);
  // POP3 does not show it any more, as long as it is.
  void hide_from_pop(EmailId id);

  // What the snapshots have to be told after the commit; nothing: they read it themselves.
  [[nodiscard]] std::optional<Snapshots::Step> finish();

 private:
  using Kind = schema::Change::Messages::Kind;
  struct CachedMailbox {
    std::optional<schema::Mailbox> record;
    bool changed = false;
    bool logged = false;
    std::shared_ptr<const MailboxSnapshot> before{};  // its chunks, when they are in memory
  };
  struct CachedChunk {
    MailboxSnapshot::ChunkPtr now;    // of the snapshot, until it is changed
    std::shared_ptr<IndexChunk> own;  // the same, to change it; the snapshots get it after finish()
    bool changed = false;

    IndexChunk& edit();
  };
  CachedMailbox& cached(MailboxId id);
  void log_mailbox(MailboxId id, schema::Change::MailboxChange::Kind kind);
  CachedChunk& cached(MailboxId mailbox, std::uint32_t number);
  [[nodiscard]] bool is_at(EmailId id, const Place& place);
  // As they are stored: an expunged message leaves its placement behind until it is purged.
  [[nodiscard]] std::vector<Place> placements(EmailId id) const;
  void put_placement(EmailId id, MailboxId mailbox, Uid uid);
  void erase_placement(EmailId id, MailboxId mailbox);
  void count(MailboxId mailbox, const IndexChunk& rows, int direction);
  IndexChunk::Bits change_flags_in(MailboxId mailbox, std::uint32_t number, IndexChunk::Bits which,
                                   FlagChange how, const Flags& by, FlagMask may);
  void log(Kind kind, MailboxId mailbox, const IndexChunk& chunk, IndexChunk::Bits which);
  void change_elsewhere(MailboxId but, std::span<const EmailId> emails, FlagChange how,
                        const Flags& by, FlagMask may);
  void put_expunged(MailboxId mailbox, std::uint32_t number, const IndexChunk& rows,
                    std::string_view path);
  void restore_one(MailboxId from, const IndexChunk& rows, IndexedMessage message, MailboxId to);
  void forget_placement(MailboxId mailbox, EmailId id, Uid uid);
  void purge_rows(MailboxId mailbox, const IndexChunk& rows);
  void destroy(EmailId id, std::uint64_t size);
  void write_log();
  [[nodiscard]] Snapshots::Step step_from(ModSeq before);

  store::Transaction& tx_;
  Snapshots& snapshots_;
  MailboxTrees& trees_;
  AccountId account_;
  Time now_;
  schema::AccountState state_;
  ModSeq modseq_;
  std::uint32_t expunged_ = 0;
  bool keeps_expunged_ = true;
  std::map<MailboxId, CachedMailbox> mailboxes_;
  std::map<std::pair<MailboxId, std::uint32_t>, CachedChunk> chunks_;
  std::unordered_map<EmailId, std::vector<Place>> placements_;  // of read_places()
  std::map<std::pair<MailboxId, Kind>, std::vector<std::pair<Uid, EmailId>>> messages_;
  schema::Change log_;
};

}  // namespace freehold::mailstore

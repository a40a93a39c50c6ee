#include "mailstore/account_change.hpp"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// What an AccountChange takes out of mailboxes, brings back and purges.
namespace freehold::mailstore {

namespace keys = store::keys;

using Bits = IndexChunk::Bits;

void AccountChange::expunge(MailboxId mailbox, std::uint32_t number, Bits which,
                            std::string_view path) {
  auto& in = cached(mailbox, number);
  const auto gone = in.now->only(which);
  if (gone.empty()) return;
  in.changed = true;
  in.edit().erase(which);
  count(mailbox, gone, -1);
  log(schema::Change::Messages::REMOVED, mailbox, gone, which);
  read_places(gone.emails(gone.shared()));
  for (const auto& row : gone.rows()) {
    const bool shared = (gone.shared() & IndexChunk::bit_of(row.uid)) != 0;
    if (shared && !places(row.email).empty()) continue;
    state_.set_emails(less(state_.emails(), 1));
    state_.set_used_bytes(less(state_.used_bytes(), row.size));
    state_.set_expunged_emails(state_.expunged_emails() + 1);
    state_.set_expunged_bytes(state_.expunged_bytes() + row.size);
  }
  if (keeps_expunged_) {
    put_expunged(mailbox, number, gone, path);
  } else {
    purge_rows(mailbox, gone);
  }
}

void AccountChange::put_expunged(MailboxId mailbox, std::uint32_t number, const IndexChunk& rows,
                                 std::string_view path) {
  schema::Expunged record;
  record.set_mailbox(mailbox.value);
  record.set_number(number);
  record.set_at(to_millis(now_));
  record.set_path(std::string(path));
  rows.encode(*record.mutable_rows());
  tx_.put(keys::expunged(account_, modseq_, expunged_++), record.SerializeAsString());
}

void AccountChange::note_path(MailboxId mailbox, std::string_view path) {
  if (keeps_expunged_) put_expunged(mailbox, 0, {}, path);
}

std::uint64_t AccountChange::restore(const std::string& key, schema::Expunged expunged, Bits which,
                                     MailboxId to) {
  const auto rows = IndexChunk::decode(expunged.rows(), expunged.number());
  const MailboxId from(expunged.mailbox());
  std::uint64_t restored = 0;
  for (std::uint32_t rank = 0; rank < rows.size(); ++rank) {
    const auto message = rows.message(rank);
    if ((which & IndexChunk::bit_of(message.uid)) == 0) continue;
    if (is_in(message.email, to)) {
      forget_placement(from, message.email, message.uid);
      continue;
    }
    restore_one(from, rows, message, to);
    ++restored;
  }
  const auto left = rows.only(~which);
  if (left.empty()) {
    tx_.erase(key);
  } else {
    expunged.clear_rows();
    left.encode(*expunged.mutable_rows());
    tx_.put(key, expunged.SerializeAsString());
  }
  return restored;
}

void AccountChange::restore_one(MailboxId from, const IndexChunk& rows, IndexedMessage message,
                                MailboxId to) {
  forget_placement(from, message.email, message.uid);
  const bool shared = (rows.shared() & IndexChunk::bit_of(message.uid)) != 0;
  const auto others = shared ? places(message.email) : std::vector<Place>();
  if (!others.empty()) {  // its flags have gone on there
    auto there = *this->message(others.front().mailbox, others.front().uid);
    there.flags.bits &= ~kDeleted;
    place_too(to, there, others.front().mailbox);
    return;
  }
  state_.set_emails(state_.emails() + 1);
  state_.set_used_bytes(state_.used_bytes() + message.size);
  state_.set_expunged_emails(less(state_.expunged_emails(), 1));
  state_.set_expunged_bytes(less(state_.expunged_bytes(), message.size));
  message.flags.bits &= ~kDeleted;
  const auto uid = place(to, message);
  if (shared) cached(to, IndexChunk::number_of(uid)).edit().share(uid);
}

void AccountChange::purge(const std::string& key, const schema::Expunged& expunged) {
  purge_rows(MailboxId(expunged.mailbox()), IndexChunk::decode(expunged.rows(), expunged.number()));
  tx_.erase(key);
}

void AccountChange::purge_rows(MailboxId mailbox, const IndexChunk& rows) {
  for (const auto& row : rows.rows()) {
    forget_placement(mailbox, row.email, row.uid);
    const bool shared = (rows.shared() & IndexChunk::bit_of(row.uid)) != 0;
    if (shared && !placements(row.email).empty()) continue;
    destroy(row.email, row.size);
    messages_[{mailbox, schema::Change::Messages::PURGED}].emplace_back(row.uid, row.email);
  }
}

void AccountChange::destroy(EmailId id, std::uint64_t size) {
  const auto record = email(id);
  if (!record) return;
  tx_.erase(keys::email(account_, id));
  tx_.erase(keys::content(account_, id));
  tx_.erase(keys::envelope(account_, id));
  tx_.erase(keys::header_extract(account_, id));
  if (auto hidden = keys::pop_hidden(account_, id); tx_.get(hidden)) tx_.erase(std::move(hidden));
  store::unlink(tx_, BlobHash::from(record->body()), keys::owner(account_, id));
  state_.set_expunged_emails(less(state_.expunged_emails(), 1));
  state_.set_expunged_bytes(less(state_.expunged_bytes(), size));
}

}  // namespace freehold::mailstore

#include "mailstore/account_change.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "mailstore/acl_record.hpp"
#include "mailstore/annotations.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

using Bits = IndexChunk::Bits;

// Emails that lie so close are read one after the other, others are sought each.
constexpr std::uint64_t kDense = 8;

void move_counter(std::uint64_t now, void (schema::Mailbox::*set)(std::uint64_t),
                  schema::Mailbox& box, std::uint64_t by, int direction) {
  (box.*set)(direction > 0 ? now + by : less(now, by));
}

std::uint64_t count_of(Bits bits) { return static_cast<std::uint64_t>(std::popcount(bits)); }

std::string encoded(Uid uid) {
  std::string bytes;
  append_u32(bytes, uid.value);
  return bytes;
}

Uid decoded_uid(std::string_view bytes) { return bytes.size() == 4 ? Uid(read_u32(bytes)) : Uid(); }

}  // namespace

AccountChange::AccountChange(store::Transaction& tx, AccountId account, Time now,
                             Snapshots& snapshots, MailboxTrees& trees)
    : tx_(tx), snapshots_(snapshots), trees_(trees), account_(account), now_(now) {
  const auto key = keys::account_state(account);
  const auto seen = tx.get(key);
  // Lanes keep the changes of one process apart; this keeps those of several apart.
  if (!tx.has_changed(key)) tx.assertions().require_unchanged(key, seen);
  if (seen) state_ = store::decode<schema::AccountState>(key, *seen);
  modseq_ = ModSeq(state_.modseq() + 1);
}

std::shared_ptr<const MailboxTree> AccountChange::tree() const {
  // Only what is committed is ever among the known ones.
  if (auto known = trees_.find(account_, ModSeq(state_.mailboxes_modseq()))) return known;
  return std::make_shared<const MailboxTree>(MailboxTree::read(tx_, account_));
}

AccountChange::CachedMailbox& AccountChange::cached(MailboxId id) {
  const auto [place, added] = mailboxes_.try_emplace(id);
  if (added) {
    place->second.record = store::read<schema::Mailbox>(tx_, keys::mailbox(account_, id));
    place->second.before = snapshots_.find(account_, id, ModSeq(state_.modseq()));
  }
  return place->second;
}

AccountChange::CachedChunk& AccountChange::cached(MailboxId mailbox, std::uint32_t number) {
  const auto [place, added] = chunks_.try_emplace({mailbox, number});
  auto& chunk = place->second;
  if (!added) return chunk;
  if (const auto& before = cached(mailbox).before) {
    chunk.now = before->chunk(number);
    if (chunk.now) return chunk;
    chunk.own = std::make_shared<IndexChunk>();
  } else {
    const auto key = keys::index(account_, mailbox, number);
    const auto value = tx_.get(key);
    chunk.own =
        std::make_shared<IndexChunk>(value ? IndexChunk::decode(key, *value) : IndexChunk());
  }
  chunk.now = chunk.own;
  return chunk;
}

IndexChunk& AccountChange::CachedChunk::edit() {
  if (!own) {
    own = std::make_shared<IndexChunk>(*now);
    now = own;
  }
  return *own;
}

schema::Mailbox* AccountChange::mailbox(MailboxId id) {
  auto& box = cached(id);
  return box.record ? &*box.record : nullptr;
}

MailboxId AccountChange::create_mailbox(schema::Mailbox record) {
  const MailboxId id(state_.last_mailbox() + 1);
  state_.set_last_mailbox(id.value);
  const auto seconds = static_cast<std::uint32_t>(to_millis(now_) / 1000);
  state_.set_last_uid_validity(std::max(state_.last_uid_validity() + 1, seconds));
  record.set_uid_validity(state_.last_uid_validity());
  record.set_uid_next(1);
  record.set_highest_modseq(modseq_.value);
  // Whoever looks for a path later in this change has to find it.
  tx_.put(keys::mailbox(account_, id), record.SerializeAsString());
  mailboxes_[id] = {std::move(record), true, true};
  log_mailbox(id, schema::Change::MailboxChange::CREATED);
  const MailboxId parent(mailboxes_[id].record->parent());
  if (parent) {
    if (const auto inherited = acl(parent); !inherited.empty()) put_acl(id, inherited);
  }
  return id;
}

Acl AccountChange::acl(MailboxId id) const { return read_acl(tx_, account_, id); }

void AccountChange::put_acl(MailboxId id, const Acl& acl) {
  for (const auto& entry : this->acl(id)) tx_.erase(keys::granted(entry.who, account_, id));
  schema::Acl record;
  for (const auto& entry : acl) {
    auto& added = *record.add_entries();
    added.set_account(entry.who.value);
    added.set_negative(entry.negative);
    added.set_rights(entry.rights.bits());
    tx_.put(keys::granted(entry.who, account_, id), {});
  }
  if (acl.empty()) {
    tx_.erase(keys::acl(account_, id));
  } else {
    tx_.put(keys::acl(account_, id), record.SerializeAsString());
  }
}

void AccountChange::touch_mailbox(MailboxId id) {
  auto& box = cached(id);
  box.changed = true;
  if (box.logged) return;
  box.logged = true;
  log_mailbox(id, schema::Change::MailboxChange::UPDATED);
}

void AccountChange::log_mailbox(MailboxId id, schema::Change::MailboxChange::Kind kind) {
  auto& change = *log_.add_mailboxes();
  change.set_mailbox(id.value);
  change.set_kind(kind);
  state_.set_mailboxes_modseq(modseq_.value);
}

void AccountChange::erase_mailbox(MailboxId id) {
  if (!acl(id).empty()) put_acl(id, {});
  mailboxes_.erase(id);
  tx_.erase(keys::mailbox(account_, id));
  erase_annotations(tx_, keys::annotations(account_, id));
  log_mailbox(id, schema::Change::MailboxChange::DESTROYED);
}

std::optional<schema::Email> AccountChange::email(EmailId id) const {
  return store::read<schema::Email>(tx_, keys::email(account_, id));
}

const IndexChunk& AccountChange::chunk(MailboxId mailbox, std::uint32_t number) {
  return *cached(mailbox, number).now;
}

std::vector<std::uint32_t> AccountChange::chunks(MailboxId mailbox) const {
  std::vector<std::uint32_t> numbers;
  tx_.scan(store::prefix_range(keys::index_of(account_, mailbox)),
           [&](std::string_view key, std::string_view) {
             numbers.push_back(keys::chunk_of_index(key));
             return true;
           });
  return numbers;
}

std::optional<IndexedMessage> AccountChange::message(MailboxId mailbox, Uid uid) {
  const auto& in = chunk(mailbox, IndexChunk::number_of(uid));
  if (!in.has(uid)) return std::nullopt;
  return in.message(in.rank(uid));
}

bool AccountChange::is_at(EmailId id, const Place& place) {
  const auto& in = chunk(place.mailbox, IndexChunk::number_of(place.uid));
  return in.has(place.uid) && in.rows()[in.rank(place.uid)].email == id;
}

void AccountChange::read_places(std::span<const EmailId> ids) {
  placements_.clear();
  if (ids.size() < 2) return;
  const auto [first, last] = std::ranges::minmax(ids);
  if (last.value - first.value >= kDense * ids.size()) return;
  for (const auto id : ids) placements_.try_emplace(id);
  tx_.scan({keys::placements(account_, first), keys::placements(account_, EmailId(last.value + 1))},
           [&](std::string_view key, std::string_view value) {
             if (const auto of = placements_.find(keys::email_of(key)); of != placements_.end())
               of->second.push_back({keys::mailbox_of_placement(key), decoded_uid(value)});
             return true;
           });
}

std::vector<Place> AccountChange::placements(EmailId id) const {
  if (const auto known = placements_.find(id); known != placements_.end()) return known->second;
  std::vector<Place> all;
  tx_.scan(store::prefix_range(keys::placements(account_, id)),
           [&](std::string_view key, std::string_view value) {
             all.push_back({keys::mailbox_of_placement(key), decoded_uid(value)});
             return true;
           });
  return all;
}

void AccountChange::put_placement(EmailId id, MailboxId mailbox, Uid uid) {
  placements_.erase(id);
  tx_.put(keys::placement(account_, id, mailbox), encoded(uid));
}

void AccountChange::erase_placement(EmailId id, MailboxId mailbox) {
  placements_.erase(id);
  tx_.erase(keys::placement(account_, id, mailbox));
}

std::vector<Place> AccountChange::places(EmailId id) {
  auto all = placements(id);
  std::erase_if(all, [&](const Place& place) { return !is_at(id, place); });
  return all;
}

bool AccountChange::is_in(EmailId id, MailboxId mailbox) {
  if (const auto known = placements_.find(id); known != placements_.end()) {
    const auto place = std::ranges::find(known->second, mailbox, &Place::mailbox);
    return place != known->second.end() && is_at(id, *place);
  }
  const auto uid = tx_.get(keys::placement(account_, id, mailbox));
  return uid && is_at(id, {mailbox, decoded_uid(*uid)});
}

EmailId AccountChange::create_email(schema::Email& record) {
  const auto id = next_email();
  state_.set_last_email(id.value);
  state_.set_emails(state_.emails() + 1);
  state_.set_used_bytes(state_.used_bytes() + record.size());
  record.set_created_modseq(modseq_.value);
  if (record.thread() == 0) record.set_thread(id.value);
  tx_.put(keys::email(account_, id), record.SerializeAsString());
  return id;
}

void AccountChange::count(MailboxId mailbox, const IndexChunk& rows, int direction) {
  auto& box = cached(mailbox);
  box.changed = true;
  auto& record = *box.record;
  std::uint64_t bytes = 0;
  for (const auto& row : rows.rows()) bytes += row.size;
  move_counter(record.emails(), &schema::Mailbox::set_emails, record, rows.size(), direction);
  move_counter(record.bytes(), &schema::Mailbox::set_bytes, record, bytes, direction);
  move_counter(record.unseen(), &schema::Mailbox::set_unseen, record,
               count_of(rows.present() & ~rows.with(kSeen)), direction);
  move_counter(record.deleted(), &schema::Mailbox::set_deleted, record,
               count_of(rows.with(kDeleted)), direction);
  record.set_highest_modseq(modseq_.value);
}

void AccountChange::log(Kind kind, MailboxId mailbox, const IndexChunk& chunk, Bits which) {
  auto& messages = messages_[{mailbox, kind}];
  for (const auto& row : chunk.rows()) {
    if ((which & IndexChunk::bit_of(row.uid)) != 0) messages.emplace_back(row.uid, row.email);
  }
}

Uid AccountChange::place(MailboxId mailbox, const IndexedMessage& message) {
  auto& box = cached(mailbox);
  const Uid uid(box.record->uid_next());
  box.record->set_uid_next(uid.value + 1);
  auto& in = cached(mailbox, IndexChunk::number_of(uid));
  in.changed = true;
  in.edit().insert(
      {uid, message.email, modseq_, message.size, message.received_at, now_, message.thread},
      message.flags);
  const auto bit = IndexChunk::bit_of(uid);
  count(mailbox, in.now->only(bit), +1);
  log(schema::Change::Messages::PLACED, mailbox, *in.now, bit);
  put_placement(message.email, mailbox, uid);
  return uid;
}

Uid AccountChange::place_too(MailboxId mailbox, const IndexedMessage& message, MailboxId from) {
  const auto uid = place(mailbox, message);
  cached(mailbox, IndexChunk::number_of(uid)).edit().share(uid);
  auto& origin = cached(from, IndexChunk::number_of(message.uid));
  const auto bit = IndexChunk::bit_of(message.uid);
  if ((origin.now->shared() & bit) != 0) return uid;
  origin.changed = true;
  origin.edit().share(message.uid);
  log(schema::Change::Messages::SHARED, from, *origin.now, bit);
  return uid;
}

Uid AccountChange::move(MailboxId from, const IndexedMessage& message, MailboxId to) {
  const auto bit = IndexChunk::bit_of(message.uid);
  auto& origin = cached(from, IndexChunk::number_of(message.uid));
  const auto gone = origin.now->only(bit);
  origin.changed = true;
  origin.edit().erase(bit);
  count(from, gone, -1);
  log(schema::Change::Messages::REMOVED, from, gone, bit);
  if (from != to) erase_placement(message.email, from);
  const auto uid = place(to, message);
  if (gone.shared() != 0) cached(to, IndexChunk::number_of(uid)).edit().share(uid);
  return uid;
}

void AccountChange::forget_placement(MailboxId mailbox, EmailId id, Uid uid) {
  if (tx_.get(keys::placement(account_, id, mailbox)) == encoded(uid)) erase_placement(id, mailbox);
}

Bits AccountChange::change_flags(MailboxId mailbox, std::uint32_t number, Bits which,
                                 FlagChange how, const Flags& by, FlagMask may) {
  const auto differ = change_flags_in(mailbox, number, which, how, by, may);
  const auto& in = chunk(mailbox, number);
  if (const auto shared = differ & in.shared(); shared != 0)
    change_elsewhere(mailbox, in.emails(shared), how, by, may);
  return differ;
}

Bits AccountChange::change_flags_in(MailboxId mailbox, std::uint32_t number, Bits which,
                                    FlagChange how, const Flags& by, FlagMask may) {
  auto& in = cached(mailbox, number);
  const auto seen = in.now->with(kSeen), deleted = in.now->with(kDeleted);
  const auto differ = in.edit().change_flags(which, how, by, modseq_, may);
  if (differ == 0) return 0;
  in.changed = true;
  auto& box = cached(mailbox);
  box.changed = true;
  auto& record = *box.record;
  record.set_unseen(less(record.unseen() + count_of(seen), count_of(in.now->with(kSeen))));
  record.set_deleted(less(record.deleted() + count_of(in.now->with(kDeleted)), count_of(deleted)));
  record.set_highest_modseq(modseq_.value);
  log(schema::Change::Messages::FLAGS, mailbox, *in.now, differ);
  return differ;
}

void AccountChange::change_elsewhere(MailboxId but, std::span<const EmailId> emails, FlagChange how,
                                     const Flags& by, FlagMask may) {
  may.bits &= ~kDeleted;
  read_places(emails);
  std::map<std::pair<MailboxId, std::uint32_t>, Bits> chunks;
  for (const auto email : emails) {
    for (const auto& place : places(email)) {
      if (place.mailbox != but)
        chunks[{place.mailbox, IndexChunk::number_of(place.uid)}] |= IndexChunk::bit_of(place.uid);
    }
  }
  for (const auto& [of, which] : chunks) {
    change_flags_in(of.first, of.second, which, how, by, may);
  }
}

void AccountChange::note_lesson(EmailId id, std::optional<Lesson> lesson) {
  if (lesson) tx_.put(keys::lesson(account_, id), std::string(1, static_cast<char>(*lesson)));
}

void AccountChange::note_annotation(MailboxId mailbox, const std::string& entry) {
  auto& change = *log_.add_annotations();
  change.set_mailbox(mailbox.value);
  change.set_entry(entry);
}

void AccountChange::hide_from_pop(EmailId id) { tx_.put(keys::pop_hidden(account_, id), {}); }

void AccountChange::write_log() {
  for (auto& [of, messages] : messages_) {
    if (!std::ranges::is_sorted(messages)) std::ranges::sort(messages);
    auto& record = *log_.add_messages();
    record.set_mailbox(of.first.value);
    record.set_kind(of.second);
    std::int64_t uid = 0, email = 0;
    for (const auto& message : messages) {
      record.add_uids(message.first.value - uid);
      record.add_emails(static_cast<std::int64_t>(message.second.value) - email);
      uid = message.first.value;
      email = static_cast<std::int64_t>(message.second.value);
    }
  }
  state_.set_modseq(modseq_.value);
  tx_.put(keys::change(account_, modseq_), log_.SerializeAsString());
}

std::optional<Snapshots::Step> AccountChange::finish() {
  const ModSeq before(state_.modseq());
  for (const auto& [id, box] : mailboxes_) {
    if (!box.changed || !box.record) continue;
    tx_.put(keys::mailbox(account_, id), box.record->SerializeAsString());
  }
  for (auto& [of, cached] : chunks_) {
    if (!cached.changed) continue;
    auto key = keys::index(account_, of.first, of.second);
    if (cached.now->empty()) {
      tx_.erase(std::move(key));
    } else {
      tx_.put(std::move(key), cached.own->encode());
    }
  }
  if (messages_.empty() && log_.mailboxes().empty() && log_.annotations().empty())
    return std::nullopt;
  write_log();
  tx_.put(keys::account_state(account_), state_.SerializeAsString());
  // Mailboxes that come and go are rare.
  if (!log_.mailboxes().empty()) return std::nullopt;
  return step_from(before);
}

Snapshots::Step AccountChange::step_from(ModSeq before) {
  Snapshots::Step step{before, modseq_, {}};
  for (const auto& [of, cached] : chunks_) {
    if (!cached.changed) continue;
    const auto& box = mailboxes_[of.first];
    auto& changed = step.mailboxes[of.first];
    changed.uid_next = Uid(box.record->uid_next());
    changed.highest_modseq = ModSeq(box.record->highest_modseq());
    changed.chunks.push_back({of.second, cached.now});
  }
  return step;
}

}  // namespace freehold::mailstore

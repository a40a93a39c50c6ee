#include "mailstore/account_change.hpp"

#include <algorithm>

#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

void move_counter(std::uint64_t now, void (schema::Mailbox::*set)(std::uint64_t),
                  schema::Mailbox& box, std::uint64_t by, int direction) {
  (box.*set)(direction > 0 ? now + by : now - std::min(now, by));
}

BlobHash body_of(const schema::Email& record) {
  BlobHash hash;
  std::copy_n(record.body().begin(), std::min(record.body().size(), hash.bytes.size()),
              hash.bytes.begin());
  return hash;
}

}  // namespace

Flags flags_of(const schema::Email& record, bool deleted) {
  return {record.flags() | (deleted ? kDeleted : 0U),
          {record.keywords().begin(), record.keywords().end()}};
}

Flags flags_of(const schema::IndexEntry& entry) {
  return {entry.flags(), {entry.keywords().begin(), entry.keywords().end()}};
}

AccountChange::AccountChange(store::Transaction& tx, AccountId account)
    : tx_(tx), account_(account) {
  const auto key = keys::account_state(account);
  const auto seen = tx.get(key);
  // Lanes keep the changes of one process apart; this keeps those of several apart.
  if (!tx.has_changed(key)) tx.assertions().require_unchanged(key, seen);
  if (seen) state_ = store::decode<schema::AccountState>(key, *seen);
  modseq_ = ModSeq(state_.modseq() + 1);
}

AccountChange::CachedMailbox& AccountChange::cached(MailboxId id) {
  const auto [place, added] = mailboxes_.try_emplace(id);
  if (added) place->second.record = store::read<schema::Mailbox>(tx_, keys::mailbox(account_, id));
  return place->second;
}

schema::Mailbox* AccountChange::mailbox(MailboxId id) {
  auto& box = cached(id);
  return box.record ? &*box.record : nullptr;
}

MailboxId AccountChange::create_mailbox(schema::Mailbox record, Time now) {
  const MailboxId id(state_.last_mailbox() + 1);
  state_.set_last_mailbox(id.value);
  const auto seconds = static_cast<std::uint32_t>(to_millis(now) / 1000);
  state_.set_last_uid_validity(std::max(state_.last_uid_validity() + 1, seconds));
  record.set_uid_validity(state_.last_uid_validity());
  record.set_uid_next(1);
  record.set_highest_modseq(modseq_.value);
  mailboxes_[id] = {std::move(record), true, true};
  auto& change = *log_.add_mailboxes();
  change.set_mailbox(id.value);
  change.set_kind(schema::Change::MailboxChange::CREATED);
  return id;
}

void AccountChange::touch_mailbox(MailboxId id) {
  auto& box = cached(id);
  box.changed = true;
  if (box.logged) return;
  box.logged = true;
  auto& change = *log_.add_mailboxes();
  change.set_mailbox(id.value);
  change.set_kind(schema::Change::MailboxChange::UPDATED);
}

void AccountChange::erase_mailbox(MailboxId id) {
  mailboxes_.erase(id);
  tx_.erase(keys::mailbox(account_, id));
  auto& change = *log_.add_mailboxes();
  change.set_mailbox(id.value);
  change.set_kind(schema::Change::MailboxChange::DESTROYED);
}

std::optional<schema::Email> AccountChange::email(EmailId id) const {
  return store::read<schema::Email>(tx_, keys::email(account_, id));
}

std::optional<schema::IndexEntry> AccountChange::index(MailboxId mailbox, Uid uid) const {
  return store::read<schema::IndexEntry>(tx_, keys::index(account_, mailbox, uid));
}

schema::Change::EmailChange& AccountChange::logged(EmailId id, const schema::Email& record) {
  const auto [place, added] = log_places_.try_emplace(id, log_.emails_size());
  if (!added) return *log_.mutable_emails(place->second);
  auto& change = *log_.add_emails();
  change.set_email(id.value);
  change.set_thread(record.thread());
  change.set_kind(schema::Change::EmailChange::UPDATED);
  return change;
}

EmailId AccountChange::create_email(schema::Email& record) {
  const EmailId id(state_.last_email() + 1);
  state_.set_last_email(id.value);
  state_.set_emails(state_.emails() + 1);
  state_.set_used_bytes(state_.used_bytes() + record.size());
  record.set_created_modseq(modseq_.value);
  if (record.thread() == 0) record.set_thread(id.value);
  logged(id, record).set_kind(schema::Change::EmailChange::CREATED);
  return id;
}

void AccountChange::count(schema::Mailbox& box, const schema::Email& record, bool deleted,
                          int direction) {
  move_counter(box.emails(), &schema::Mailbox::set_emails, box, 1, direction);
  move_counter(box.bytes(), &schema::Mailbox::set_bytes, box, record.size(), direction);
  if ((record.flags() & kSeen) == 0) {
    move_counter(box.unseen(), &schema::Mailbox::set_unseen, box, 1, direction);
  }
  if (deleted) move_counter(box.deleted(), &schema::Mailbox::set_deleted, box, 1, direction);
  box.set_highest_modseq(modseq_.value);
}

Uid AccountChange::place(schema::Email& record, EmailId id, MailboxId mailbox, bool deleted) {
  auto& box = cached(mailbox);
  const Uid uid(box.record->uid_next());
  box.record->set_uid_next(uid.value + 1);
  box.changed = true;
  count(*box.record, record, deleted, +1);
  auto& placement = *record.add_placements();
  placement.set_mailbox(mailbox.value);
  placement.set_uid(uid.value);
  placement.set_deleted(deleted);
  put_index(record, id, placement);
  *logged(id, record).add_places() = placement;
  return uid;
}

void AccountChange::displace(schema::Email& record, EmailId id, MailboxId mailbox, Uid uid) {
  auto& places = *record.mutable_placements();
  const auto here = std::ranges::find_if(places, [&](const schema::Placement& place) {
    return place.mailbox() == mailbox.value && place.uid() == uid.value;
  });
  if (here == places.end()) return;
  auto& box = cached(mailbox);
  box.changed = true;
  count(*box.record, record, here->deleted(), -1);
  *logged(id, record).add_vanished() = *here;
  places.erase(here);
  tx_.erase(keys::index(account_, mailbox, uid));
}

void AccountChange::put_index(const schema::Email& record, EmailId id,
                              const schema::Placement& place) {
  schema::IndexEntry entry;
  entry.set_email(id.value);
  entry.set_modseq(modseq_.value);
  entry.set_flags(record.flags() | (place.deleted() ? kDeleted : 0U));
  *entry.mutable_keywords() = record.keywords();
  entry.set_size(record.size());
  entry.set_received_at(record.received_at());
  tx_.put(keys::index(account_, MailboxId(place.mailbox()), Uid(place.uid())),
          entry.SerializeAsString());
}

bool AccountChange::set_flags(schema::Email& record, EmailId id, MailboxId mailbox, Uid uid,
                              const Flags& flags) {
  const auto here = std::ranges::find_if(*record.mutable_placements(), [&](const auto& place) {
    return place.mailbox() == mailbox.value && place.uid() == uid.value;
  });
  if (here == record.mutable_placements()->end()) return false;
  const auto before = flags_of(record, here->deleted());
  if (before == flags) return false;
  const bool email_changed =
      (before.bits & ~kDeleted) != (flags.bits & ~kDeleted) || before.keywords != flags.keywords;
  for (const auto& place : record.placements()) {
    auto& box = cached(MailboxId(place.mailbox()));
    box.changed = true;
    count(*box.record, record, place.deleted(), -1);
  }
  record.set_flags(flags.bits & ~kDeleted);
  record.mutable_keywords()->Assign(flags.keywords.begin(), flags.keywords.end());
  here->set_deleted(flags.has(kDeleted));
  auto& change = logged(id, record);
  for (const auto& place : record.placements()) {
    count(*cached(MailboxId(place.mailbox())).record, record, place.deleted(), +1);
    if (!email_changed && &place != &*here) continue;
    put_index(record, id, place);
    *change.add_places() = place;
  }
  return true;
}

void AccountChange::save(schema::Email& record, EmailId id) {
  if (!record.placements().empty()) {
    record.set_modseq(modseq_.value);
    tx_.put(keys::email(account_, id), record.SerializeAsString());
    return;
  }
  tx_.erase(keys::email(account_, id));
  tx_.erase(keys::content(account_, id));
  store::unlink(tx_, body_of(record), keys::owner(account_, id));
  state_.set_emails(state_.emails() - std::min<std::uint64_t>(state_.emails(), 1));
  state_.set_used_bytes(state_.used_bytes() - std::min(state_.used_bytes(), record.size()));
  logged(id, record).set_kind(schema::Change::EmailChange::DESTROYED);
}

void AccountChange::finish() {
  for (const auto& [id, box] : mailboxes_) {
    if (!box.changed || !box.record) continue;
    tx_.put(keys::mailbox(account_, id), box.record->SerializeAsString());
  }
  if (log_.emails().empty() && log_.mailboxes().empty()) return;
  state_.set_modseq(modseq_.value);
  tx_.put(keys::account_state(account_), state_.SerializeAsString());
  tx_.put(keys::change(account_, modseq_), log_.SerializeAsString());
}

}  // namespace freehold::mailstore

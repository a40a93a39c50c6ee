#include <algorithm>
#include <map>

#include "mailstore/mailstore_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

IndexedMessage indexed(Uid uid, const schema::IndexEntry& entry) {
  return {uid,          EmailId(entry.email()),           ModSeq(entry.modseq()),
          entry.size(), from_millis(entry.received_at()), flags_of(entry)};
}

std::vector<IndexedMessage> Mailstore::index(AccountId account, MailboxId mailbox,
                                             ModSeq& upto) const {
  const auto snapshot = state_->engine.snapshot();
  const auto state = store::read<schema::AccountState>(*snapshot, keys::account_state(account));
  upto = ModSeq(state ? state->modseq() : 0);
  std::vector<IndexedMessage> all;
  snapshot->scan(store::prefix_range(keys::index_of(account, mailbox)),
                 [&](std::string_view key, std::string_view value) {
                   all.push_back(indexed(keys::uid_of_index(key),
                                         store::decode<schema::IndexEntry>(key, value)));
                   return true;
                 });
  return all;
}

MailboxChanges Mailstore::changes(AccountId account, MailboxId mailbox, ModSeq since) const {
  const auto snapshot = state_->engine.snapshot();
  MailboxChanges out;
  out.upto = since;
  std::map<Uid, bool> touched;  // to whether it is still there
  auto range = store::prefix_range(keys::changes(account));
  range.begin = keys::change(account, ModSeq(since.value + 1));
  snapshot->scan(range, [&](std::string_view key, std::string_view value) {
    out.upto = keys::modseq_of_change(key);
    const auto change = store::decode<schema::Change>(key, value);
    for (const auto& email : change.emails()) {
      for (const auto& place : email.places()) {
        if (place.mailbox() == mailbox.value) touched.try_emplace(Uid(place.uid()), true);
      }
      for (const auto& place : email.vanished()) {
        if (place.mailbox() == mailbox.value) touched[Uid(place.uid())] = false;
      }
    }
    for (const auto& box : change.mailboxes()) {
      if (box.mailbox() == mailbox.value &&
          box.kind() == schema::Change::MailboxChange::DESTROYED) {
        out.gone = true;
      }
    }
    return true;
  });
  for (const auto& [uid, there] : touched) {
    if (!there) {
      out.vanished.push_back(uid);
      continue;
    }
    const auto entry =
        store::read<schema::IndexEntry>(*snapshot, keys::index(account, mailbox, uid));
    if (entry) out.changed.push_back(indexed(uid, *entry));
  }
  return out;
}

std::optional<schema::Content> Mailstore::content(AccountId account, EmailId email) const {
  return store::read<schema::Content>(state_->engine.latest(), keys::content(account, email));
}

std::optional<Mailstore::Opened> Mailstore::open(AccountId account, EmailId email) const {
  const auto& reader = state_->engine.latest();
  const auto record = store::read<schema::Email>(reader, keys::email(account, email));
  auto parsed = content(account, email);
  if (!record || !parsed) return std::nullopt;
  BlobHash hash;
  if (record->body().size() != hash.bytes.size()) return std::nullopt;
  std::ranges::copy(record->body(), hash.bytes.begin());
  auto body = store::BodyReader::open(reader, hash);
  if (!body) return std::nullopt;
  return Opened{std::move(*parsed->mutable_prefix()), std::move(*body)};
}

}  // namespace freehold::mailstore

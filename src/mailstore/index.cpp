#include <algorithm>

#include "base/bytes.hpp"
#include "mailstore/change_log.hpp"
#include "mailstore/mailstore_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

// Fewer are read in a millisecond.
constexpr std::uint64_t kManyMessages = 10'000;

}  // namespace

awaitable<std::shared_ptr<const MailboxSnapshot>> Mailstore::open_snapshot(AccountId account,
                                                                           MailboxId mailbox) {
  auto& snapshots = state_->snapshots;
  const auto info = this->mailbox(account, mailbox);
  if (!info || info->emails < kManyMessages || snapshots.has(account, mailbox))
    co_return snapshots.get(account, mailbox);
  co_return co_await state_->pool.run([&] { return snapshots.get(account, mailbox); });
}

std::shared_ptr<const MailboxSnapshot> Mailstore::snapshot(AccountId account,
                                                           MailboxId mailbox) const {
  return state_->snapshots.get(account, mailbox);
}

std::optional<EmailId> Mailstore::email_at(AccountId account, MailboxId mailbox, Uid uid) const {
  const auto now = snapshot(account, mailbox);
  const auto message = now ? now->find(uid) : std::nullopt;
  if (!message) return std::nullopt;
  return message->email;
}

std::vector<MailboxId> Mailstore::places_of(AccountId account, EmailId email) const {
  std::vector<std::pair<MailboxId, Uid>> noted;
  state_->engine.latest().scan(store::prefix_range(keys::placements(account, email)),
                               [&noted](std::string_view key, std::string_view value) {
                                 if (value.size() == 4)
                                   noted.emplace_back(keys::mailbox_of_placement(key),
                                                      read_u32(value));
                                 return true;
                               });
  std::vector<MailboxId> places;
  for (const auto& [mailbox, uid] : noted) {
    // What was expunged leaves its note behind.
    const auto key = keys::index(account, mailbox, IndexChunk::number_of(uid));
    const auto chunk = state_->engine.latest().get(key);
    if (chunk && IndexChunk::decode(key, *chunk).has(uid)) places.push_back(mailbox);
  }
  return places;
}

std::vector<Uid> Mailstore::removed_since(AccountId account, MailboxId mailbox,
                                          ModSeq since) const {
  std::vector<Uid> uids;
  auto range = store::prefix_range(keys::changes(account));
  range.begin = keys::change(account, ModSeq(since.value + 1));
  state_->engine.latest().scan(range, [&](std::string_view key, std::string_view value) {
    const auto change = store::decode<schema::Change>(key, value);
    visit_messages(change, mailbox, [&](auto kind, Uid uid, EmailId) {
      if (kind == schema::Change::Messages::REMOVED) uids.push_back(uid);
    });
    return true;
  });
  std::ranges::sort(uids);
  return uids;
}

std::optional<schema::Content> Mailstore::content(AccountId account, EmailId email) const {
  return store::read<schema::Content>(state_->engine.latest(), keys::content(account, email));
}

std::optional<Mailstore::Opened> Mailstore::open(AccountId account, EmailId email) const {
  const auto& reader = state_->engine.latest();
  auto record = store::read<schema::Email>(reader, keys::email(account, email));
  if (!record) return std::nullopt;
  auto& prefix = *record->mutable_prefix();
  if (!record->body_id().empty()) {
    const auto size = record->size() - prefix.size();
    return Opened{std::move(prefix), store::BodyReader::small(reader, record->body_id(), size)};
  }
  auto body = store::BodyReader::open(reader, BlobHash::from(record->body()));
  if (!body) return std::nullopt;
  return Opened{std::move(prefix), std::move(*body)};
}

}  // namespace freehold::mailstore

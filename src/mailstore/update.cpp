#include <algorithm>

#include "mailstore/mailstore_state.hpp"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// Changes of messages that are there: flags, copy, move, expunge.
namespace freehold::mailstore {

namespace keys = store::keys;

awaitable<Result<Mailstore::FlagsUpdated>> Mailstore::update_flags(AccountId account,
                                                                   MailboxId mailbox,
                                                                   std::vector<Uid> uids,
                                                                   FlagUpdate update) {
  canonicalize(update.flags);
  FlagsUpdated out;
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    out = {};
    if (change.mailbox(mailbox) == nullptr) return no_such_mailbox();
    for (const auto uid : uids) {
      auto entry = change.index(mailbox, uid);
      if (!entry) continue;
      if (update.unchanged_since && entry->modseq() > update.unchanged_since->value) {
        out.modified.push_back(uid);
        continue;
      }
      const EmailId id(entry->email());
      const auto flags = mailstore::changed(flags_of(*entry), update.how, update.flags);
      if (flags != flags_of(*entry)) {
        auto email = change.email(id);
        if (!email) continue;
        if (change.set_flags(*email, id, mailbox, uid, flags)) change.save(*email, id);
        entry = change.index(mailbox, uid);
      }
      out.changed.push_back(indexed(uid, *entry));
    }
    return {};
  });
  if (!done) co_return done.error();
  co_return out;
}

namespace {

bool is_in(const schema::Email& email, MailboxId mailbox) {
  return std::ranges::any_of(email.placements(),
                             [&](const auto& place) { return place.mailbox() == mailbox.value; });
}

// A second email with the same body, for a mailbox that holds the first already.
Result<Uid> duplicate(AccountChange& change, const schema::Email& original, EmailId from,
                      MailboxId to, bool deleted) {
  schema::Email copy = original;
  copy.clear_placements();
  const auto id = change.create_email(copy);
  const auto uid = change.place(copy, id, to, deleted);
  change.save(copy, id);
  BlobHash hash;
  std::copy_n(copy.body().begin(), std::min(copy.body().size(), hash.bytes.size()),
              hash.bytes.begin());
  if (!store::link_stored(change.tx(), hash, keys::owner(change.account(), id))) {
    return problem(Problem::Kind::corrupt, "a message has lost its body");
  }
  change.tx().put(keys::content(change.account(), id),
                  change.tx().get(keys::content(change.account(), from)).value_or(""));
  return uid;
}

// COPY and MOVE: each of the messages that is there gets a UID in `to` from
// `place(email, id, uid, deleted)`.
template <class Place>
Result<> bring(AccountChange& change, MailboxId from, const std::vector<Uid>& uids, MailboxId to,
               Mailstore::Copied& out, Place place) {
  out = {};
  const auto* target = change.mailbox(to);
  if (target == nullptr || change.mailbox(from) == nullptr) return no_such_mailbox();
  out.uid_validity = UidValidity(target->uid_validity());
  for (const auto uid : uids) {
    const auto entry = change.index(from, uid);
    if (!entry) continue;
    const EmailId id(entry->email());
    auto email = change.email(id);
    if (!email) continue;
    const Result<Uid> placed = place(*email, id, uid, (entry->flags() & kDeleted) != 0);
    if (!placed) return placed.error();
    out.from.push_back(uid);
    out.to.push_back(*placed);
  }
  return {};
}

}  // namespace

awaitable<Result<Mailstore::Copied>> Mailstore::copy(AccountId account, MailboxId from,
                                                     std::vector<Uid> uids, MailboxId to,
                                                     std::uint64_t quota_bytes) {
  if (auto room = state_->may_grow(); !room) co_return room.error();
  Copied out;
  const auto done = co_await state_->change(account, [&](AccountChange& change) {
    const auto place = [&](schema::Email& email, EmailId id, Uid, bool deleted) -> Result<Uid> {
      if (is_in(email, to)) {
        if (quota_bytes != 0 && change.state().used_bytes() + email.size() > quota_bytes) {
          return over_quota();
        }
        return duplicate(change, email, id, to, deleted);
      }
      const auto uid = change.place(email, id, to, deleted);
      change.save(email, id);
      return uid;
    };
    return bring(change, from, uids, to, out, place);
  });
  if (!done) co_return done.error();
  co_return out;
}

awaitable<Result<Mailstore::Copied>> Mailstore::move(AccountId account, MailboxId from,
                                                     std::vector<Uid> uids, MailboxId to) {
  Copied out;
  const auto done = co_await state_->change(account, [&](AccountChange& change) {
    const auto place = [&](schema::Email& email, EmailId id, Uid uid, bool deleted) -> Result<Uid> {
      // In a mailbox that has it already, both stay messages of their own, as after a COPY and an
      // EXPUNGE.
      Result<Uid> placed = from != to && is_in(email, to)
                               ? duplicate(change, email, id, to, deleted)
                               : Result<Uid>(change.place(email, id, to, deleted));
      if (!placed) return placed;
      change.displace(email, id, from, uid);
      change.save(email, id);
      return placed;
    };
    return bring(change, from, uids, to, out, place);
  });
  if (!done) co_return done.error();
  co_return out;
}

awaitable<Result<std::vector<Uid>>> Mailstore::expunge(AccountId account, MailboxId mailbox,
                                                       std::optional<std::vector<Uid>> only) {
  std::vector<Uid> gone;
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    gone.clear();
    const auto* box = change.mailbox(mailbox);
    if (box == nullptr) return no_such_mailbox();
    if (box->deleted() == 0) return {};
    std::vector<std::pair<Uid, EmailId>> doomed;
    const auto consider = [&](Uid uid, const schema::IndexEntry& entry) {
      if ((entry.flags() & kDeleted) != 0) doomed.emplace_back(uid, EmailId(entry.email()));
    };
    if (only) {
      for (const auto uid : *only) {
        if (const auto entry = change.index(mailbox, uid)) consider(uid, *entry);
      }
    } else {
      change.tx().scan(store::prefix_range(keys::index_of(account, mailbox)),
                       [&](std::string_view key, std::string_view value) {
                         consider(keys::uid_of_index(key),
                                  store::decode<schema::IndexEntry>(key, value));
                         return doomed.size() < box->deleted();
                       });
    }
    for (const auto& [uid, id] : doomed) {
      auto email = change.email(id);
      if (!email) continue;
      change.displace(*email, id, mailbox, uid);
      change.save(*email, id);
      gone.push_back(uid);
    }
    return {};
  });
  if (!done) co_return done.error();
  co_return gone;
}

}  // namespace freehold::mailstore

#include <algorithm>
#include <bit>
#include <map>
#include <span>

#include "mailstore/mailstore_state.hpp"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// Changes of messages that are there: flags, copy, move, expunge.
namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

// UIDs by the chunks that they are in.
std::map<std::uint32_t, IndexChunk::Bits> by_chunk(const std::vector<Uid>& uids) {
  std::map<std::uint32_t, IndexChunk::Bits> chunks;
  auto in = chunks.end();
  for (const auto uid : uids) {  // mostly ascending
    const auto number = IndexChunk::number_of(uid);
    if (in == chunks.end() || in->first != number) in = chunks.try_emplace(number).first;
    in->second |= IndexChunk::bit_of(uid);
  }
  return chunks;
}

bool may_teach(const Mailstore::FlagUpdate& update) {
  return update.how == FlagChange::replace || update.flags.has(kAnswered) ||
         !update.flags.keywords.empty();
}

// From the flags of the messages that differ.
void note_lessons(AccountChange& change, MailboxId mailbox, std::uint32_t number,
                  const IndexChunk& before, IndexChunk::Bits differ) {
  const auto& after = change.chunk(mailbox, number);
  const auto& role = change.mailbox(mailbox)->role();
  for (const auto& row : before.rows()) {
    if ((differ & IndexChunk::bit_of(row.uid)) == 0) continue;
    change.note_lesson(row.email,
                       lesson_of_flags(before.flags(row.uid), after.flags(row.uid), role));
  }
}

// The messages of a chunk, some of which get other flags.
void update_chunk(AccountChange& change, MailboxId mailbox, std::uint32_t number,
                  IndexChunk::Bits which, const Mailstore::FlagUpdate& update,
                  Mailstore::FlagsUpdated& out) {
  const auto& now = change.chunk(mailbox, number);
  which &= now.present();
  if (which == 0) return;
  if (update.unchanged_since) {
    for (const auto& row : now.rows()) {
      if ((which & IndexChunk::bit_of(row.uid)) == 0 || row.modseq <= *update.unchanged_since)
        continue;
      out.modified.push_back(row.uid);
      which &= ~IndexChunk::bit_of(row.uid);
    }
  }
  std::optional<IndexChunk> before;  // for what it teaches
  if (may_teach(update)) before = now.only(which);
  const auto differ =
      change.change_flags(mailbox, number, which, update.how, update.flags, update.may);
  if (before) note_lessons(change, mailbox, number, *before, differ);
  if (which != 0) out.messages.push_back({change.finished_chunk(mailbox, number), which});
}

}  // namespace

awaitable<Result<Mailstore::FlagsUpdated>> Mailstore::update_flags(AccountId account,
                                                                   MailboxId mailbox,
                                                                   std::vector<Uid> uids,
                                                                   FlagUpdate update) {
  canonicalize(update.flags);
  update.flags = masked(std::move(update.flags), update.may);
  const auto chunks = by_chunk(uids);
  FlagsUpdated out;
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    out = {};
    if (change.mailbox(mailbox) == nullptr) return no_such_mailbox();
    for (const auto& [number, which] : chunks)
      update_chunk(change, mailbox, number, which, update, out);
    return {};
  });
  if (!done) co_return done.error();
  co_return out;
}

namespace {

// A second email with the same body, for a mailbox that holds the first already.
Result<Uid> duplicate(AccountChange& change, const IndexedMessage& original, MailboxId to) {
  auto copy = change.email(original.email);
  if (!copy) return problem(Problem::Kind::corrupt, "a message has lost its record");
  const auto id = change.create_email(*copy);
  auto message = original;
  message.email = id;
  const auto uid = change.place(to, message);
  if (!store::link_stored(change.tx(), BlobHash::from(copy->body()),
                          keys::owner(change.account(), id))) {
    return problem(Problem::Kind::corrupt, "a message has lost its body");
  }
  for (const auto key_of : {keys::content, keys::envelope, keys::header_extract}) {
    if (auto record = change.tx().get(key_of(change.account(), original.email)))
      change.tx().put(key_of(change.account(), id), std::move(*record));
  }
  return uid;
}

constexpr std::size_t kBroughtAtOnce = 256;

// The messages that are there, with what is asked of their emails next.
std::vector<IndexedMessage> read_messages(AccountChange& change, MailboxId mailbox,
                                          std::span<const Uid> uids) {
  std::vector<IndexedMessage> messages;
  std::vector<EmailId> emails;
  for (const auto uid : uids) {
    auto message = change.message(mailbox, uid);
    if (!message) continue;
    emails.push_back(message->email);
    messages.push_back(std::move(*message));
  }
  change.read_places(emails);
  return messages;
}

// COPY and MOVE: each of the messages that is there gets a UID in `to` from `place(message)`.
template <class Place>
Result<> bring(AccountChange& change, MailboxId from, const std::vector<Uid>& uids, MailboxId to,
               Mailstore::Copied& out, Place place) {
  out = {};
  const auto* target = change.mailbox(to);
  const auto* source = change.mailbox(from);
  if (target == nullptr || source == nullptr) return no_such_mailbox();
  out.uid_validity = UidValidity(target->uid_validity());
  const auto lesson = lesson_of_move(source->role(), target->role());
  for (std::size_t begin = 0; begin < uids.size(); begin += kBroughtAtOnce) {
    const auto some = std::span(uids).subspan(begin, std::min(kBroughtAtOnce, uids.size() - begin));
    for (const auto& message : read_messages(change, from, some)) {
      const Result<Uid> placed = place(message);
      if (!placed) return placed.error();
      change.note_lesson(message.email, lesson);
      out.from.push_back(message.uid);
      out.to.push_back(*placed);
    }
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
    const auto place = [&](const IndexedMessage& message) -> Result<Uid> {
      if (!change.is_in(message.email, to)) return change.place_too(to, message, from);
      if (quota_bytes != 0 && change.state().used_bytes() + message.size > quota_bytes) {
        return over_quota();
      }
      return duplicate(change, message, to);
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
    const auto place = [&](const IndexedMessage& message) -> Result<Uid> {
      if (from != to && change.is_in(message.email, to)) {
        // In a mailbox that has it already, both stay messages of their own, as after a COPY and an
        // EXPUNGE.
        const auto placed = duplicate(change, message, to);
        if (placed)
          change.expunge(from, IndexChunk::number_of(message.uid), IndexChunk::bit_of(message.uid));
        return placed;
      }
      return change.move(from, message, to);
    };
    return bring(change, from, uids, to, out, place);
  });
  if (!done) co_return done.error();
  co_return out;
}

namespace {

using ByChunk = std::map<std::uint32_t, IndexChunk::Bits>;

// Where there is something to expunge, so that a large mailbox is not read for the few that go.
ByChunk with_deleted(const MailboxSnapshot& mailbox, const std::optional<ByChunk>& only) {
  ByChunk found;
  for (const auto& slot : mailbox.slots()) {
    const auto deleted = slot.chunk->with(kDeleted);
    if (deleted == 0) continue;
    if (!only) {
      found[slot.number] = ~IndexChunk::Bits{0};
    } else if (const auto named = only->find(slot.number); named != only->end()) {
      found[slot.number] = named->second;
    }
  }
  return found;
}

}  // namespace

awaitable<Result<std::vector<Uid>>> Mailstore::expunge(AccountId account, MailboxId mailbox,
                                                       std::optional<std::vector<Uid>> only) {
  std::optional<ByChunk> named;
  if (only) named = by_chunk(*only);
  const auto now = snapshot(account, mailbox);
  if (!now) co_return no_such_mailbox();
  const auto chunks = with_deleted(*now, named);
  std::vector<Uid> gone;
  if (chunks.empty()) co_return gone;
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    gone.clear();
    if (change.mailbox(mailbox) == nullptr) return no_such_mailbox();
    for (const auto& [number, which] : chunks) {
      const auto doomed = which & change.chunk(mailbox, number).with(kDeleted);
      for (auto left = doomed; left != 0; left &= left - 1) {
        gone.emplace_back(number * IndexChunk::kUids +
                          static_cast<std::uint32_t>(std::countr_zero(left)));
      }
      change.expunge(mailbox, number, doomed);
    }
    return {};
  });
  if (!done) co_return done.error();
  co_return gone;
}

awaitable<Result<std::size_t>> Mailstore::purge_expunged(AccountId account, Time before,
                                                         std::size_t most) {
  std::vector<std::string> due;
  state_->engine.latest().scan(store::prefix_range(keys::expunged_of(account)),
                               [&](std::string_view key, std::string_view value) {
                                 const auto record = store::decode<schema::Expunged>(key, value);
                                 if (from_millis(record.at()) >= before)
                                   return false;  // the oldest come first
                                 due.emplace_back(key);
                                 return due.size() < most;
                               });
  if (due.empty()) co_return std::size_t{0};
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    for (const auto& key : due) {
      // Read anew: some or all of it may have been restored or purged meanwhile.
      const auto record = store::read<schema::Expunged>(change.tx(), key);
      if (record) change.purge(key, *record);
    }
    return {};
  });
  if (!done) co_return done.error();
  co_return due.size();
}

// In changes of a bounded size, one after the other, so that others come in between.
awaitable<Result<>> Mailstore::State::change_each(AccountId account, MailboxId mailbox,
                                                  std::vector<Uid> uids, OfChunk make) {
  const auto chunks = by_chunk(uids);
  for (auto next = chunks.begin(); next != chunks.end();) {
    const auto begin = next;
    for (std::size_t n = 0; n < kChunksPerChange && next != chunks.end(); ++n) ++next;
    const auto done = co_await change(account, [&](AccountChange& change) -> Result<> {
      if (change.mailbox(mailbox) == nullptr) return no_such_mailbox();
      for (auto at = begin; at != next; ++at) make(change, at->first, at->second);
      return {};
    });
    if (!done) co_return done;
  }
  co_return Result<>();
}

awaitable<Result<>> Mailstore::remove(AccountId account, MailboxId mailbox, std::vector<Uid> uids) {
  co_return co_await state_->change_each(
      account, mailbox, std::move(uids),
      [mailbox](AccountChange& change, std::uint32_t number, IndexChunk::Bits which) {
        change.expunge(mailbox, number, which);
      });
}

awaitable<Result<>> Mailstore::hide_from_pop(AccountId account, MailboxId mailbox,
                                             std::vector<Uid> uids) {
  co_return co_await state_->change_each(
      account, mailbox, std::move(uids),
      [mailbox](AccountChange& change, std::uint32_t number, IndexChunk::Bits which) {
        const auto messages = change.chunk(mailbox, number).only(which);
        for (const auto& row : messages.rows()) change.hide_from_pop(row.email);
      });
}

std::vector<EmailId> Mailstore::hidden_from_pop(AccountId account) const {
  std::vector<EmailId> all;
  state_->engine.latest().scan(store::prefix_range(keys::pop_hidden_of(account)),
                               [&all](std::string_view key, std::string_view) {
                                 all.push_back(keys::email_of(key));
                                 return true;
                               });
  return all;
}

}  // namespace freehold::mailstore

#include "mailstore/snapshots.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <set>
#include <vector>

#include "mailstore/change_log.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

using namespace std::chrono_literals;
using Replacement = MailboxSnapshot::Replacement;

constexpr auto kKeptIdle = 5min;
constexpr auto kBetweenSweeps = 30s;
// Behind by more changes than this, a mailbox is read anew.
constexpr std::size_t kMostChanges = 10'000;
// From so many on a second thread is worth its start: a chunk takes some microseconds.
constexpr std::uint32_t kManyChunks = 256;

ModSeq state_of(const store::Reader& reader, AccountId account) {
  const auto state = store::read<schema::AccountState>(reader, keys::account_state(account));
  return ModSeq(state ? state->modseq() : 0);
}

MailboxSnapshot::ChunkPtr decode(std::string_view key, std::string_view value) {
  return std::make_shared<const IndexChunk>(IndexChunk::decode(key, value));
}

std::vector<Replacement> read_range(const store::Reader& reader, const store::Range& range) {
  std::vector<Replacement> chunks;
  reader.scan(range, [&](std::string_view key, std::string_view value) {
    chunks.push_back({keys::chunk_of_index(key), decode(key, value)});
    return true;
  });
  return chunks;
}

// Half of a large mailbox is read by another thread.
std::vector<Replacement> read_all(const store::Reader& reader, AccountId account, MailboxId mailbox,
                                  Uid uid_next) {
  auto lower = store::prefix_range(keys::index_of(account, mailbox));
  const auto numbers = IndexChunk::number_of(uid_next);
  if (numbers < kManyChunks) return read_range(reader, lower);
  const store::Range upper{keys::index(account, mailbox, numbers / 2), lower.end};
  lower.end = upper.begin;
  auto other = std::async(std::launch::async, [&] { return read_range(reader, upper); });
  auto chunks = read_range(reader, lower);
  std::ranges::move(other.get(), std::back_inserter(chunks));
  return chunks;
}

// The chunks that changed after `since`; nothing: too much has happened.
std::optional<std::set<std::uint32_t>> changed_chunks(const store::Reader& reader,
                                                      AccountId account, MailboxId mailbox,
                                                      ModSeq since) {
  std::set<std::uint32_t> numbers;
  std::size_t changes = 0;
  auto range = store::prefix_range(keys::changes(account));
  range.begin = keys::change(account, ModSeq(since.value + 1));
  reader.scan(range, [&](std::string_view key, std::string_view value) {
    const auto change = store::decode<schema::Change>(key, value);
    visit_messages(change, mailbox,
                   [&](auto, Uid uid, EmailId) { numbers.insert(IndexChunk::number_of(uid)); });
    return ++changes <= kMostChanges;
  });
  if (changes > kMostChanges) return std::nullopt;
  return numbers;
}

std::vector<Replacement> read_some(const store::Reader& reader, AccountId account,
                                   MailboxId mailbox, const std::set<std::uint32_t>& numbers) {
  std::vector<Replacement> chunks;
  for (const auto number : numbers) {
    const auto key = keys::index(account, mailbox, number);
    const auto value = reader.get(key);
    chunks.push_back({number, value ? decode(key, *value) : nullptr});
  }
  return chunks;
}

}  // namespace

std::shared_ptr<const MailboxSnapshot> Snapshots::get(AccountId account, MailboxId mailbox) {
  const Name name(account, mailbox);
  const auto entry = this->entry(name);
  const std::lock_guard lock(entry->mutex);
  if (!entry->newest || state_of(engine_.latest(), account) != entry->upto)
    bring_forward(name, *entry);
  return entry->newest;
}

bool Snapshots::has(AccountId account, MailboxId mailbox) {
  const std::lock_guard lock(mutex_);
  return entries_.contains({account, mailbox});
}

std::shared_ptr<const MailboxSnapshot> Snapshots::find(AccountId account, MailboxId mailbox,
                                                       ModSeq of) {
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find({account, mailbox});
    if (found == entries_.end()) return nullptr;
    entry = found->second;
  }
  const std::unique_lock lock(entry->mutex, std::try_to_lock);
  return lock && entry->upto == of ? entry->newest : nullptr;
}

void Snapshots::advance(AccountId account, Step step) {
  std::vector<std::pair<MailboxId, std::shared_ptr<Entry>>> open;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = entries_.lower_bound({account, MailboxId()});
         at != entries_.end() && at->first.first == account; ++at) {
      open.emplace_back(at->first.second, at->second);
    }
  }
  for (const auto& [mailbox, entry] : open) {
    const std::unique_lock lock(entry->mutex, std::try_to_lock);
    if (!lock || !entry->newest || entry->upto != step.from) continue;
    const auto changed = step.mailboxes.find(mailbox);
    if (changed != step.mailboxes.end() && !apply(changed->second, *entry)) continue;
    entry->upto = step.to;
  }
}

// False: copying the list of chunks costs more than reading those few again, if anybody wants them.
bool Snapshots::apply(Step::Mailbox& changed, Entry& entry) {
  constexpr std::size_t kSlotsOfAChunk = 64;  // as large as a chunk
  if (entry.newest->slots().size() > kSlotsOfAChunk * changed.chunks.size()) return false;
  const auto next = std::make_shared<MailboxSnapshot>(*entry.newest);
  next->replace(std::move(changed.chunks));
  next->uid_next = changed.uid_next;
  next->highest_modseq = changed.highest_modseq;
  entry.newest = next;
  return true;
}

std::shared_ptr<Snapshots::Entry> Snapshots::entry(const Name& name) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (now - swept_ > kBetweenSweeps) drop_idle(now);
  auto& entry = entries_[name];
  if (!entry) entry = std::make_shared<Entry>();
  entry->used = now;
  return entry;
}

void Snapshots::bring_forward(const Name& name, Entry& entry) const {
  const auto& [account, mailbox] = name;
  const auto reader = engine_.snapshot();
  const auto record = store::read<schema::Mailbox>(*reader, keys::mailbox(account, mailbox));
  if (!record) {
    entry.newest.reset();
    return;
  }
  std::optional<std::set<std::uint32_t>> changed;
  if (entry.newest) changed = changed_chunks(*reader, account, mailbox, entry.upto);
  entry.upto = state_of(*reader, account);
  if (changed && changed->empty()) return;
  const auto next = changed ? std::make_shared<MailboxSnapshot>(*entry.newest)
                            : std::make_shared<MailboxSnapshot>();
  next->replace(changed ? read_some(*reader, account, mailbox, *changed)
                        : read_all(*reader, account, mailbox, Uid(record->uid_next())));
  next->uid_validity = UidValidity(record->uid_validity());
  next->uid_next = Uid(record->uid_next());
  next->highest_modseq = ModSeq(record->highest_modseq());
  entry.newest = next;
}

// mutex_ is held.
void Snapshots::drop_idle(Moment now) {
  swept_ = now;
  std::erase_if(entries_, [&](const auto& named) {
    const auto& entry = named.second;
    if (entry.use_count() > 1) return false;
    return entry->newest.use_count() <= 1 && now - entry->used > kKeptIdle;
  });
}

}  // namespace freehold::mailstore

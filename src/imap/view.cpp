#include "imap/view.hpp"

#include <algorithm>

namespace freehold::imap {

namespace {

using mailstore::IndexChunk;
using mailstore::MailboxSnapshot;

// What differs between two states of the messages of one chunk.
struct Difference {
  std::vector<Uid> vanished, added, updated;
};

void compare(const IndexChunk& before, const IndexChunk& after, Difference& out) {
  for (const auto& row : before.rows()) {
    if (!after.has(row.uid)) out.vanished.push_back(row.uid);
  }
  for (const auto& row : after.rows()) {
    if (!before.has(row.uid)) {
      out.added.push_back(row.uid);
    } else if (before.rows()[before.rank(row.uid)].modseq < row.modseq) {
      out.updated.push_back(row.uid);
    }
  }
}

// Chunks that are the same object have not changed, so this looks at what has.
Difference compare(const MailboxSnapshot& before, const MailboxSnapshot& after) {
  static const IndexChunk kNone;
  Difference out;
  auto old = before.slots().begin();
  auto now = after.slots().begin();
  while (old != before.slots().end() || now != after.slots().end()) {
    if (now == after.slots().end() || (old != before.slots().end() && old->number < now->number)) {
      compare(*old++->chunk, kNone, out);
    } else if (old == before.slots().end() || now->number < old->number) {
      compare(kNone, *now++->chunk, out);
    } else {
      if (old->chunk != now->chunk) compare(*old->chunk, *now->chunk, out);
      ++old, ++now;
    }
  }
  return out;
}

}  // namespace

std::optional<std::uint32_t> View::sequence_of(Uid uid) const {
  const auto index = told_->index_of(uid);
  if (!index) return std::nullopt;
  return *index + 1;
}

bool View::valid(const SequenceSet& set, bool by_uid) const {
  if (by_uid) return true;
  return std::ranges::all_of(set.ranges, [this](const auto& range) {
    const auto fits = [this](std::uint32_t n) { return n == SequenceSet::kStar || n <= count(); };
    return fits(range.first) && fits(range.second) && !told_->empty();
  });
}

bool View::Only::among(const mailstore::MailboxSnapshot::Slot& slot) const {
  return slot.newest > changed_after && (!with || slot.chunk->with(*with) != 0);
}

bool View::Only::among(const mailstore::IndexChunk& chunk,
                       const mailstore::IndexChunk::Row& row) const {
  return row.modseq > changed_after &&
         (!with || (chunk.with(*with) & mailstore::IndexChunk::bit_of(row.uid)) != 0);
}

std::vector<std::size_t> View::select(const mailstore::MailboxSnapshot& messages,
                                      const SequenceSet& set, bool by_uid, const Only& only) {
  std::vector<std::size_t> out;
  if (messages.empty()) return out;
  const auto resolved = set.resolved(by_uid ? messages.last_uid().value : messages.count());
  for (const auto& [first, last] : resolved.ranges) {
    const auto begin = by_uid ? messages.lower_bound(Uid(first)) : first - 1;
    const auto end = by_uid ? messages.upper_bound(Uid(last)) : std::min(last, messages.count());
    messages.for_each(
        begin, end, [&](const auto& slot) { return only.among(slot); },
        [&](std::uint32_t index, const auto& chunk, const auto& row) {
          if (only.among(chunk, row)) out.push_back(index);
        });
  }
  return out;
}

bool View::has_lost(const MailboxSnapshot& newest) const {
  return !compare(*told_, newest).vanished.empty();
}

View::News View::apply(Snapshot newest) {
  News news;
  if (!newest) {
    gone_ = true;
    return news;
  }
  const auto difference = compare(*told_, *newest);
  news.vanished = difference.vanished;
  // From the back, so that each number is right when the client reads it.
  for (auto uid = news.vanished.rbegin(); uid != news.vanished.rend(); ++uid)
    news.expunged.push_back(*sequence_of(*uid));
  told_ = std::move(newest);
  news.exists = !difference.added.empty();
  for (const auto uid : difference.updated) news.updated.push_back(*told_->index_of(uid));
  for (const auto uid : difference.added) news.added.push_back(*told_->index_of(uid));
  return news;
}

void View::note(const std::vector<mailstore::Mailstore::FlagsUpdated::Part>& changed) {
  if (changed.empty()) return;
  auto mine = std::make_shared<MailboxSnapshot>(*told_);
  std::vector<MailboxSnapshot::Replacement> replaced;
  replaced.reserve(changed.size());
  for (const auto& [newer, which] : changed) {
    const auto number = IndexChunk::number_of(newer->rows().front().uid);
    const auto known = told_->chunk(number);
    if (!known) continue;
    if (known->is_same_but(*newer, which)) {
      replaced.push_back({number, newer});
      continue;
    }
    auto chunk = std::make_shared<IndexChunk>(*known);
    chunk->adopt(newer->only(which));
    replaced.push_back({number, std::move(chunk)});
  }
  mine->replace(std::move(replaced));
  told_ = std::move(mine);
}

}  // namespace freehold::imap

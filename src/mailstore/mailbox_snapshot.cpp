#include "mailstore/mailbox_snapshot.hpp"

#include <algorithm>

namespace freehold::mailstore {

namespace {

ModSeq newest_of(const IndexChunk& chunk) {
  return std::ranges::max_element(chunk.rows(), {}, &IndexChunk::Row::modseq)->modseq;
}

}  // namespace

std::size_t MailboxSnapshot::slot_of(std::uint32_t index) const {
  if (index >= count_) return slots_.size();
  const auto after = std::ranges::upper_bound(slots_, index, {}, &Slot::before);
  return static_cast<std::size_t>(after - slots_.begin()) - 1;
}

IndexedMessage MailboxSnapshot::at(std::uint32_t index) const {
  const auto& slot = slots_[slot_of(index)];
  return slot.chunk->message(index - slot.before);
}

std::vector<IndexedMessage> MailboxSnapshot::all() const {
  std::vector<IndexedMessage> messages;
  messages.reserve(count_);
  for (const auto& slot : slots_) {
    for (std::uint32_t rank = 0; rank < slot.chunk->size(); ++rank)
      messages.push_back(slot.chunk->message(rank));
  }
  return messages;
}

std::vector<Uid> MailboxSnapshot::uids(std::span<const std::size_t> indexes) const {
  std::vector<Uid> uids;
  uids.reserve(indexes.size());
  auto slot = slots_.begin();
  for (const auto index : indexes) {
    while (index - slot->before >= slot->chunk->size()) ++slot;
    uids.push_back(slot->chunk->rows()[index - slot->before].uid);
  }
  return uids;
}

const IndexChunk::Row& MailboxSnapshot::row(std::uint32_t index) const {
  const auto& slot = slots_[slot_of(index)];
  return slot.chunk->rows()[index - slot.before];
}

MailboxSnapshot::ChunkPtr MailboxSnapshot::chunk(std::uint32_t number) const {
  const auto found = std::ranges::lower_bound(slots_, number, {}, &Slot::number);
  return found != slots_.end() && found->number == number ? found->chunk : nullptr;
}

std::uint32_t MailboxSnapshot::lower_bound(Uid uid) const {
  const auto number = IndexChunk::number_of(uid);
  const auto found = std::ranges::lower_bound(slots_, number, {}, &Slot::number);
  if (found == slots_.end()) return count_;
  return found->number == number ? found->before + found->chunk->rank(uid) : found->before;
}

std::uint32_t MailboxSnapshot::upper_bound(Uid uid) const {
  const auto in = chunk(IndexChunk::number_of(uid));
  return lower_bound(uid) + (in && in->has(uid) ? 1 : 0);
}

std::optional<std::uint32_t> MailboxSnapshot::index_of(Uid uid) const {
  const auto in = chunk(IndexChunk::number_of(uid));
  if (!in || !in->has(uid)) return std::nullopt;
  return lower_bound(uid);
}

std::optional<IndexedMessage> MailboxSnapshot::find(Uid uid) const {
  const auto in = chunk(IndexChunk::number_of(uid));
  if (!in || !in->has(uid)) return std::nullopt;
  return in->message(in->rank(uid));
}

Uid MailboxSnapshot::last_uid() const {
  return slots_.empty() ? Uid() : slots_.back().chunk->rows().back().uid;
}

std::uint32_t MailboxSnapshot::count_unseen() const {
  std::uint32_t unseen = 0;
  for (const auto& slot : slots_) {
    unseen +=
        static_cast<std::uint32_t>(std::popcount(slot.chunk->present() & ~slot.chunk->with(kSeen)));
  }
  return unseen;
}

std::optional<std::uint32_t> MailboxSnapshot::first_unseen() const {
  for (const auto& slot : slots_) {
    const auto unseen = slot.chunk->present() & ~slot.chunk->with(kSeen);
    if (unseen == 0) continue;
    const auto below = (unseen & (0 - unseen)) - 1;
    return slot.before + static_cast<std::uint32_t>(std::popcount(slot.chunk->present() & below));
  }
  return std::nullopt;
}

void MailboxSnapshot::replace(std::vector<Replacement> chunks) {
  std::vector<Slot> merged;
  merged.reserve(slots_.size() + chunks.size());
  auto old = slots_.begin();
  for (auto& [number, chunk] : chunks) {
    while (old != slots_.end() && old->number < number) merged.push_back(std::move(*old++));
    if (old != slots_.end() && old->number == number) ++old;
    if (!chunk || chunk->empty()) continue;
    const auto newest = newest_of(*chunk);
    merged.push_back({number, 0, newest, std::move(chunk)});
  }
  merged.insert(merged.end(), std::make_move_iterator(old), std::make_move_iterator(slots_.end()));
  slots_ = std::move(merged);
  count_ = 0;
  for (auto& slot : slots_) {
    slot.before = count_;
    count_ += slot.chunk->size();
  }
}

}  // namespace freehold::mailstore

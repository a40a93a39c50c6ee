#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "mailstore/index_chunk.hpp"

namespace freehold::mailstore {

// A mailbox at one moment, in memory: its messages in the order of their sequence numbers. A value
// whose copies share their chunks: copying one costs a pointer for 64 messages, changing it the
// chunks that are changed. Thread-safe as values are; the newest of each mailbox is shared by all
// sessions that have it open (Mailstore::snapshot).
class MailboxSnapshot {
 public:
  using ChunkPtr = std::shared_ptr<const IndexChunk>;  // shared by the snapshots that hold it

  // Chunks by ascending number; none is empty.
  struct Slot {
    std::uint32_t number = 0;
    std::uint32_t before = 0;  // messages in the chunks before it
    ModSeq newest;             // of its messages
    ChunkPtr chunk;
  };

  UidValidity uid_validity;
  Uid uid_next;
  ModSeq highest_modseq;

  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  // The message at an index from 0, below count().
  [[nodiscard]] IndexedMessage at(std::uint32_t index) const;
  [[nodiscard]] const IndexChunk::Row& row(std::uint32_t index) const;
  [[nodiscard]] std::vector<IndexedMessage> all() const;
  // Of the messages at ascending indexes.
  [[nodiscard]] std::vector<Uid> uids(std::span<const std::size_t> indexes) const;
  [[nodiscard]] std::optional<IndexedMessage> find(Uid uid) const;
  [[nodiscard]] std::optional<std::uint32_t> index_of(Uid uid) const;
  // How many messages have smaller UIDs: where `uid` is, or would be.
  [[nodiscard]] std::uint32_t lower_bound(Uid uid) const;
  [[nodiscard]] std::uint32_t upper_bound(Uid uid) const;  // the same with `uid` itself
  [[nodiscard]] Uid last_uid() const;                      // 0: it is empty
  [[nodiscard]] std::uint32_t count_unseen() const;
  [[nodiscard]] std::optional<std::uint32_t> first_unseen() const;  // an index

  // Calls visit(index, chunk, row) for the messages from one index up to another.
  template <class Visit>
  void for_each(std::uint32_t begin, std::uint32_t end, Visit visit) const {
    for_each(begin, end, [](const Slot&) { return true; }, visit);
  }
  // The same without a look at the messages of chunks of which wanted(slot) is false.
  template <class Wanted, class Visit>
  void for_each(std::uint32_t begin, std::uint32_t end, Wanted wanted, Visit visit) const {
    for (auto at = slot_of(begin); at < slots_.size() && begin < end; ++at) {
      const auto& slot = slots_[at];
      const auto behind = std::min(end, slot.before + slot.chunk->size());
      if (!wanted(slot)) {
        begin = behind;
        continue;
      }
      for (; begin < behind; ++begin)
        visit(begin, *slot.chunk, slot.chunk->rows()[begin - slot.before]);
    }
  }

  [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
  [[nodiscard]] ChunkPtr chunk(std::uint32_t number) const;  // null: there is none

  // Chunks in the place of those of their numbers; null, or an empty one, takes it away.
  struct Replacement {
    std::uint32_t number = 0;
    ChunkPtr chunk;
  };
  void replace(std::vector<Replacement> chunks);  // ascending

 private:
  // Of the chunk that holds the message at an index; count() has the one behind the last.
  [[nodiscard]] std::size_t slot_of(std::uint32_t index) const;

  std::vector<Slot> slots_;
  std::uint32_t count_ = 0;
};

}  // namespace freehold::mailstore

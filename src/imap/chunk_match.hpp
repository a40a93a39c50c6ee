#pragma once

#include <cstdint>

#include "imap/search_key.hpp"
#include "mailstore/index_chunk.hpp"

namespace freehold::imap {

// What is known of 64 messages at once, by the bitmaps of their chunk, before each is looked at:
// so a search for flags, UIDs or numbers costs as much as there are chunks and results.
struct ChunkMatch {
  using Bits = mailstore::IndexChunk::Bits;

  Bits possible = 0;  // all that match are among these
  Bits certain = 0;   // these match
};

// `key` as Matcher::prepare() has made it; `before`: messages in the mailbox's earlier chunks.
[[nodiscard]] ChunkMatch match_chunk(const SearchKey& key, const mailstore::IndexChunk& chunk,
                                     std::uint32_t before);

}  // namespace freehold::imap

#include "imap/chunk_match.hpp"

#include <algorithm>

namespace freehold::imap {

namespace {

using mailstore::IndexChunk;
using Bits = ChunkMatch::Bits;
using Kind = SearchKey::Kind;

bool overlaps(const SequenceSet& set, std::uint32_t first, std::uint32_t last) {
  const auto found = std::ranges::lower_bound(set.ranges, first, {},
                                              [](const auto& range) { return range.second; });
  return found != set.ranges.end() && found->first <= last;
}

Bits with_numbers(const SequenceSet& set, const IndexChunk& chunk, std::uint32_t before) {
  if (!overlaps(set, before + 1, before + chunk.size())) return 0;
  Bits bits = 0;
  auto number = before;
  for (const auto& row : chunk.rows()) {
    if (set.contains(++number)) bits |= IndexChunk::bit_of(row.uid);
  }
  return bits;
}

Bits with_uids(const SequenceSet& set, const IndexChunk& chunk) {
  if (!overlaps(set, chunk.rows().front().uid.value, chunk.rows().back().uid.value)) return 0;
  Bits bits = 0;
  for (const auto& row : chunk.rows()) {
    if (set.contains(row.uid.value)) bits |= IndexChunk::bit_of(row.uid);
  }
  return bits;
}

Bits with_keyword(const std::string& name, const IndexChunk& chunk) {
  const auto found =
      std::ranges::find(chunk.flag_maps().keywords(), name, &mailstore::FlagMaps::Keyword::name);
  return found == chunk.flag_maps().keywords().end() ? 0 : found->messages;
}

ChunkMatch exactly(Bits bits) { return {bits, bits}; }

ChunkMatch match_all_of(const SearchKey& key, const IndexChunk& chunk, std::uint32_t before) {
  auto all = exactly(chunk.present());
  for (const auto& child : key.children) {
    const auto one = match_chunk(child, chunk, before);
    all = {all.possible & one.possible, all.certain & one.certain};
    if (all.possible == 0) break;
  }
  return all;
}

ChunkMatch match_any_of(const SearchKey& key, const IndexChunk& chunk, std::uint32_t before) {
  ChunkMatch any;
  for (const auto& child : key.children) {
    const auto one = match_chunk(child, chunk, before);
    any = {any.possible | one.possible, any.certain | one.certain};
  }
  return any;
}

}  // namespace

ChunkMatch match_chunk(const SearchKey& key, const IndexChunk& chunk, std::uint32_t before) {
  const auto present = chunk.present();
  if (chunk.empty()) return {};
  switch (key.kind) {
    case Kind::all:
      return exactly(present);
    case Kind::all_of:
      return match_all_of(key, chunk, before);
    case Kind::any_of:
      return match_any_of(key, chunk, before);
    case Kind::none_of: {
      const auto any = match_any_of(key, chunk, before);
      return {present & ~any.certain, present & ~any.possible};
    }
    case Kind::sequence:
      return exactly(with_numbers(key.set, chunk, before));
    case Kind::uid:
      return exactly(with_uids(key.set, chunk));
    case Kind::flag: {
      const auto set = chunk.with(key.flag);
      return exactly(key.wanted ? set : present & ~set);
    }
    case Kind::keyword: {
      const auto set = with_keyword(key.name, chunk);
      return exactly(key.wanted ? set : present & ~set);
    }
    default:
      return {present, 0};  // each message has to be looked at
  }
}

}  // namespace freehold::imap

#include "imap/chunk_match.hpp"

#include <gtest/gtest.h>

namespace freehold::imap {
namespace {

using mailstore::IndexChunk;
using Bits = ChunkMatch::Bits;

// UIDs 64, 65, 66 and 70; the first two are \Seen, the last is \Flagged and "blue".
IndexChunk chunk() {
  IndexChunk made;
  const auto add = [&made](std::uint32_t uid, mailstore::Flags flags) {
    IndexChunk::Row row;
    row.uid = Uid(uid);
    made.insert(row, flags);
  };
  add(64, {mailstore::kSeen, {}});
  add(65, {mailstore::kSeen, {}});
  add(66, {});
  add(70, {mailstore::kFlagged, {"blue"}});
  return made;
}

constexpr Bits kFirst = 1, kSecond = 2, kThird = 4, kLast = 64;
constexpr Bits kAll = kFirst | kSecond | kThird | kLast;

// `text` behind SEARCH; sets are resolved as Matcher::prepare() does it.
void resolve(SearchKey& key) {
  if (key.kind == SearchKey::Kind::uid || key.kind == SearchKey::Kind::sequence)
    key.set = key.set.resolved(key.kind == SearchKey::Kind::uid ? 70 : 104);
  for (auto& child : key.children) resolve(child);
}

ChunkMatch match(const std::string& text) {
  Lexer lexer(text);
  auto key = read_search_keys(lexer);
  EXPECT_TRUE(lexer.done()) << text;
  resolve(key);
  return match_chunk(key, chunk(), 100);
}

TEST(ChunkMatch, KnowsWhatBitmapsAndNumbersSay) {
  const std::pair<std::string, Bits> cases[] = {
      {"ALL", kAll},
      {"SEEN", kFirst | kSecond},
      {"UNSEEN", kThird | kLast},
      {"DELETED", 0},
      {"UNDELETED", kAll},
      {"KEYWORD blue", kLast},
      {"UNKEYWORD blue", kFirst | kSecond | kThird},
      {"KEYWORD red", 0},
      {"UID 65:69", kSecond | kThird},
      {"UID 1:63,71:*", kLast},  // "71:*" names the largest
      {"UID 67:69", 0},
      {"101,104", kFirst | kLast},
      {"1:100", 0},
      {"102:*", kSecond | kThird | kLast},
      {"UNSEEN UNFLAGGED", kThird},
      {"OR SEEN FLAGGED", kFirst | kSecond | kLast},
      {"NOT OR SEEN FLAGGED", kThird},
      {"NOT NOT SEEN", kFirst | kSecond},
  };
  for (const auto& [text, bits] : cases) {
    const auto found = match(text);
    EXPECT_EQ(found.possible, bits) << text;
    EXPECT_EQ(found.certain, bits) << text;
  }
}

TEST(ChunkMatch, LeavesTheRestToBeLookedAt) {
  const std::tuple<std::string, Bits, Bits> cases[] = {
      {"SUBJECT x", kAll, 0},
      {"UNSEEN SUBJECT x", kThird | kLast, 0},
      {"OR SEEN SUBJECT x", kAll, kFirst | kSecond},
      {"NOT SUBJECT x", kAll, 0},
      {"NOT (SEEN SUBJECT x)", kAll, kThird | kLast},
      {"NOT OR SEEN SUBJECT x", kThird | kLast, 0},
  };
  for (const auto& [text, possible, certain] : cases) {
    const auto found = match(text);
    EXPECT_EQ(found.possible, possible) << text;
    EXPECT_EQ(found.certain, certain) << text;
  }
}

TEST(ChunkMatch, AnEmptyChunkHasNothing) {
  SearchKey key;
  EXPECT_EQ(match_chunk(key, IndexChunk(), 0).possible, 0U);
}

}  // namespace
}  // namespace freehold::imap

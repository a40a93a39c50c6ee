#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "imap/fetch_items.hpp"
#include "imap/message_url.hpp"
#include "imap/metadata.hpp"
#include "imap/notify_request.hpp"
#include "imap/resync.hpp"
#include "imap/search_key.hpp"
#include "imap/sequence_set.hpp"

namespace {

using namespace freehold::imap;

void check_set(std::string_view text) {
  const auto set = SequenceSet::parse(text);
  if (!set || set->saved_result) return;
  const auto resolved = set->resolved(1000);
  std::uint32_t last = 0;
  for (const auto& [first, end] : resolved.ranges) {
    if (first <= last || first > end) std::abort();  // sorted, apart, each forwards
    if (!resolved.contains(first) || !resolved.contains(end)) std::abort();
    last = end;
  }
  if (resolved.contains(0)) std::abort();
}

// Never more than one key for each octet, nor deeper than is allowed.
std::size_t count(const SearchKey& key, int depth) {
  if (depth > 40) std::abort();
  std::size_t sum = 1;
  for (const auto& child : key.children) sum += count(child, depth + 1);
  return sum;
}

}  // namespace

// The first octet chooses what is read, the rest is a client's text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Lexer lexer(text);
  switch (data[0] % 8) {
    case 0: {
      const auto request = read_fetch(lexer);
      if (request.items.size() > text.size() + 8) std::abort();
      break;
    }
    case 1: {
      const auto request = read_search(lexer);
      if (count(request.key, 0) > 2 * text.size() + 4) std::abort();
      break;
    }
    case 2:
      check_set(text);
      break;
    case 4: {
      const auto url = MessageUrl::parse(text);
      if (url && (url->mailbox.empty() || url->uid == 0)) std::abort();
      break;
    }
    case 5: {
      const auto request = read_notify(lexer, [](Lexer& l) { return l.astring(); });
      if (request.groups.size() > text.size() + 1) std::abort();
      break;
    }
    case 6:
      static_cast<void>(read_resync(lexer));
      break;
    case 7: {
      MetadataRequest request;
      if (at_metadata_options(lexer)) read_metadata_options(lexer, request);
      read_metadata_entries(lexer, request);
      const auto value = lexer.nstring8();
      if (value && value->size() > text.size()) std::abort();
      break;
    }
    default:
      while (!lexer.at_end()) {
        if (lexer.astring().size() > text.size()) std::abort();
        lexer.space();
      }
      static_cast<void>(literal_at_end(text));
  }
  static_cast<void>(lexer.done());
  return 0;
}

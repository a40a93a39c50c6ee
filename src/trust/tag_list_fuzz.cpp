#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "trust/tag_list.hpp"

// What was read means the same when it has been written, and each value knows where it stands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::trust;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = TagList::parse(text);
  if (!list) return 0;
  std::string written;
  for (const Tag& tag : list->tags()) {
    const auto at = static_cast<std::size_t>(tag.raw.data() - text.data());
    if (at == 0 || text[at - 1] != '=' || at + tag.raw.size() > size) std::abort();
    written += std::string(tag.name) + "=" + std::string(tag.value) + ";";
    (void)unbase64_folded(tag.value);
  }
  const auto again = TagList::parse(written);
  if (!again || again->tags().size() != list->tags().size()) std::abort();
  for (const Tag& tag : list->tags()) {
    const Tag* same = again->find(tag.name);
    if (same == nullptr || same->value != tag.value) std::abort();
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "message/fold.hpp"
#include "search/language.hpp"
#include "search/limits.hpp"
#include "search/words.hpp"

// Whatever the bytes: words are pieces of the text in their order, none is empty, and what is kept
// of one is short enough for the index.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::search;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  for (const auto& text : {std::string(raw), freehold::message::fold_text(raw)}) {
    const char* end = text.data();
    for (const auto& word : words_of(text, text.size() + 1)) {
      if (word.text.empty() || word.text.data() < end) std::abort();
      if (word.joined && word.text.data() != end) std::abort();
      end = word.text.data() + word.text.size();
      if (indexed_word(word.text).size() > kMaxWord) std::abort();
    }
    if (end > text.data() + text.size()) std::abort();
    static_cast<void>(guess_language(text));
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "message/charset.hpp"
#include "message/fold.hpp"
#include "message/preview.hpp"

// Whatever the HTML: its text is not longer than the bound allows, is UTF-8 when the HTML was, and
// folding keeps it so.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold;
  constexpr std::size_t kLongestEntity = 12;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const auto html = message::guess_utf8(raw);
  const auto text = message::text_of_html(html, html.size());
  if (!is_utf8(text) || text.size() > html.size()) std::abort();
  if (message::text_of_html(html, 10).size() > 10 + kLongestEntity) std::abort();
  const auto folded = message::fold_text(text);
  if (!is_utf8(folded) || message::fold_text(folded) != folded) std::abort();
  static_cast<void>(message::text_of_html(raw, raw.size()));
  static_cast<void>(message::fold_text(raw));
  return 0;
}

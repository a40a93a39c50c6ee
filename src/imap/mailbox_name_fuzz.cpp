#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "imap/mailbox_name.hpp"

using namespace freehold;

// A name in UTF-8 survives the way to a client and back; a client's name has one form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto encoded = imap::to_modified_utf7(text);
  const auto back = imap::from_modified_utf7(encoded);
  if (!back) std::abort();
  if (is_utf8(text) && *back != text) std::abort();
  if (const auto name = imap::from_modified_utf7(text); name && is_utf8(*name)) {
    if (imap::from_modified_utf7(imap::to_modified_utf7(*name)) != name) std::abort();
  }
  const auto half = text.size() / 2;
  static_cast<void>(imap::matches_pattern(text.substr(0, half), text.substr(half)));
  if (!imap::matches_pattern("*", text)) std::abort();
  return 0;
}

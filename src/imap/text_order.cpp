#include "imap/text_order.hpp"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include "base/bytes.hpp"
#include "base/utf8.hpp"

namespace freehold::imap {

std::string order_key(std::string_view utf8) {
  if (is_ascii(utf8)) return to_lower(utf8);
  auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
  text.foldCase();
  UErrorCode error = U_ZERO_ERROR;
  const auto* forms = icu::Normalizer2::getNFKDInstance(error);
  if (U_SUCCESS(error)) text = forms->normalize(text, error);
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace freehold::imap

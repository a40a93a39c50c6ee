#include "message/fold.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/utf8.hpp"

namespace freehold::message {

namespace {

// ICU counts in 32 bits.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

}  // namespace

std::string fold_text(std::string_view utf8) {
  if (is_ascii(utf8)) return to_lower(utf8);
  UErrorCode error = U_ZERO_ERROR;
  const auto* folding = icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_FAILURE(error)) return to_lower(utf8);
  std::string out;
  out.reserve(utf8.size());
  icu::StringByteSink<std::string> sink(&out);
  const auto size = static_cast<std::int32_t>(std::min(utf8.size(), kMostAtOnce));
  folding->normalizeUTF8(0, icu::StringPiece(utf8.data(), size), sink, nullptr, error);
  return out;
}

}  // namespace freehold::message

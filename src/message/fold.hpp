#pragma once

#include <string>
#include <string_view>

namespace freehold::message {

// Text made comparable: Unicode's NFKC_Casefold. Case, width and compatibility forms and invisible
// characters (soft hyphens, joiners) make no difference; diacritics do. Bytes that are no UTF-8
// stay as they are.
[[nodiscard]] std::string fold_text(std::string_view utf8);

}  // namespace freehold::message

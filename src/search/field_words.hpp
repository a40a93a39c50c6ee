#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace Xapian {
class Database;
}  // namespace Xapian

// Substrings of header fields, by an index of words. Inside this layer only.
namespace freehold::search {

// Emails one of whose fields under `prefix` may contain a needle, in their order: all that do
// contain it are among them. It costs a look at each different word of these fields, of which a
// mailbox has far fewer than messages. Nothing: the needle has no words to go by. Throws what
// Xapian throws.
[[nodiscard]] std::optional<std::vector<EmailId>> emails_with_words_of(const Xapian::Database& db,
                                                                       std::string_view prefix,
                                                                       std::string_view folded);

}  // namespace freehold::search

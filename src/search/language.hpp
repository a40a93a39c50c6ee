#pragma once

#include <string_view>

namespace freehold::search {

// The language of folded text, by the frequent little words in it, else by its script: the name of
// one of Xapian's stemmers; empty when nothing speaks for one.
[[nodiscard]] std::string_view guess_language(std::string_view folded);

}  // namespace freehold::search

#pragma once

#include "filter/tokens.hpp"

// The parts of read_content().
namespace freehold::filter {

// Words and adjacent pairs; returns how many words there were. `kind` is what a word is called.
std::size_t add_words(Tokens& to, std::string_view kind, std::string_view utf8, std::size_t most,
                      bool pairs);
void add_header_tokens(Tokens& to, const message::Parsed& parsed);
void add_structure_tokens(Tokens& to, const message::Parsed& parsed);
// "1", "2", "4", "8", "16": counts by their order.
[[nodiscard]] std::string count_class(std::size_t count);

}  // namespace freehold::filter

#pragma once

#include <string_view>
#include <vector>

namespace freehold::search {

// A word of folded text, as a view of it.
struct Word {
  std::string_view text;
  // One character (with its marks) of a script that is written without spaces, or a symbol. Such
  // are indexed alone and in pairs, so that every part of a run of them is found.
  bool gram = false;
  bool joined = false;  // follows the one before without anything between
};

// Splits folded text (message::fold_text) at everything that is no letter, mark, digit or symbol.
// Goes on at `text`, which is cut to what is left; an empty word: the end.
[[nodiscard]] Word next_word(std::string_view& text);

[[nodiscard]] std::vector<Word> words_of(std::string_view folded, std::size_t most);

// Whether text begins within a character: with an accent of one, say.
[[nodiscard]] bool begins_with_mark(std::string_view folded);

// Of a word, what is kept of it in the index: at most kMaxWord bytes.
[[nodiscard]] std::string_view indexed_word(std::string_view word);

}  // namespace freehold::search

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::filter {

// Tricks that honest text has little need of, counted.
struct WordSigns {
  std::size_t invisible = 0;     // characters that show nothing, within words
  std::size_t mixed_script = 0;  // words of Latin and Cyrillic or Greek letters together
  std::size_t disguised = 0;     // "v1agra", "ca$h"
  std::size_t spaced = 0;        // "v i a g r a", "V.I.A.G.R.A"
  std::size_t styled = 0;        // letters of the mathematical and full-width blocks
  std::size_t too_long = 0;      // words beyond the limit
  std::size_t upper = 0;         // words of capitals only
  std::size_t words = 0;
};

// The words of a text in lower case. What was disguised is also there undisguised; numbers are
// there by their length; each ideograph is a word. At most `most`.
class WordList {
 public:
  WordList(std::string_view utf8, std::size_t most);

  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    return std::string_view(buffer_).substr(places_[i].begin, places_[i].size);
  }
  // Whether the word stands next to the one before it in the text, as one pair.
  [[nodiscard]] bool follows(std::size_t i) const { return i > 0 && !places_[i].apart; }
  [[nodiscard]] const WordSigns& signs() const { return signs_; }

 private:
  friend class WordReader;
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    bool apart = false;
  };
  void add(std::string_view word, bool apart);

  std::string buffer_;
  std::vector<Place> places_;
  WordSigns signs_;
};

}  // namespace freehold::filter

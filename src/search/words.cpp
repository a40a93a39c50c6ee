#include "search/words.hpp"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "base/bytes.hpp"
#include "message/charset.hpp"
#include "search/limits.hpp"

namespace freehold::search {

namespace {

enum class Role { separator, letter, mark, gram };

bool without_spaces(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(c, &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_YI:
    case USCRIPT_HANGUL:  // has spaces, but words that grow: a noun is found in all its forms
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_TIBETAN:
      return true;
    default:
      return false;
  }
}

// The long vowel mark of Katakana and Hiragana is common to both, so it has no script of its own.
constexpr UChar32 kLongVowel = 0x30fc;

Role role_of(UChar32 c) {
  if (c < 0x80) {
    const char ascii = static_cast<char>(c);
    return is_alpha(ascii) || is_digit(ascii) ? Role::letter : Role::separator;
  }
  const auto category = U_GET_GC_MASK(c);
  if ((category & U_GC_M_MASK) != 0) return Role::mark;
  if ((category & U_GC_SO_MASK) != 0 && c != 0xfffd) return Role::gram;
  if ((category & (U_GC_L_MASK | U_GC_N_MASK)) == 0) return Role::separator;
  return c == kLongVowel || without_spaces(c) ? Role::gram : Role::letter;
}

struct Character {
  Role role = Role::separator;
  std::size_t size = 0;
};

Character first_of(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  if (byte < 0x80) return {role_of(byte), 1};
  std::int32_t size = 0;
  UChar32 c = 0;
  const auto limit = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), 4));
  U8_NEXT(text.data(), size, limit, c);  // NOLINT(bugprone-inc-dec-in-conditions): a macro of ICU
  return {c < 0 ? Role::separator : role_of(c), static_cast<std::size_t>(size)};
}

}  // namespace

Word next_word(std::string_view& text) {
  bool joined = true;
  Character first;
  while (true) {
    if (text.empty()) return {};
    first = first_of(text);
    if (first.role != Role::separator) break;
    text.remove_prefix(first.size);
    joined = false;
  }
  const bool gram = first.role == Role::gram;
  std::size_t size = first.size;
  while (size < text.size()) {
    const Character next = first_of(text.substr(size));
    if (next.role != Role::mark && (gram || next.role != Role::letter)) break;
    size += next.size;
  }
  const Word word{text.substr(0, size), gram, joined};
  text.remove_prefix(size);
  return word;
}

std::vector<Word> words_of(std::string_view folded, std::size_t most) {
  std::vector<Word> words;
  while (words.size() < most) {
    Word word = next_word(folded);
    if (word.text.empty()) break;
    if (words.empty()) word.joined = false;
    words.push_back(word);
  }
  return words;
}

bool begins_with_mark(std::string_view folded) {
  return !folded.empty() && first_of(folded).role == Role::mark;
}

std::string_view indexed_word(std::string_view word) {
  return word.size() <= kMaxWord ? word : message::utf8_prefix(word, kMaxWord);
}

}  // namespace freehold::search

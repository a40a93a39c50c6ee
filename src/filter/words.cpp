#include "filter/words.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "message/charset.hpp"

namespace freehold::filter {

namespace {

bool is_invisible(UChar32 c) {
  return c == 0xad || c == 0x34f || (c >= 0x200b && c <= 0x200f) || (c >= 0x2060 && c <= 0x2064) ||
         c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}
bool is_styled(UChar32 c) {
  return (c >= 0xff01 && c <= 0xff5e) || (c >= 0x1d400 && c <= 0x1d7ff) ||
         (c >= 0x1f130 && c <= 0x1f189) || (c >= 0x24b6 && c <= 0x24e9);
}
// Scripts that are written without spaces: each character is a word, and pairs make the words.
bool is_ideograph(UChar32 c) {
  return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) ||
         (c >= 0x0e00 && c <= 0x0eff);
}
bool is_greek_or_cyrillic(UChar32 c) { return c >= 0x370 && c <= 0x52f; }

// The plain letter that a styled one stands for; itself when there is none.
UChar32 plain_letter(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* nfkc = unorm2_getNFKCInstance(&error);
  if (U_FAILURE(error)) return c;
  std::array<UChar, 8> out{};
  const auto size = unorm2_getDecomposition(nfkc, c, out.data(), out.size(), &error);
  return U_SUCCESS(error) && size == 1 ? out[0] : c;
}

// What a digit or sign looks like within a word; '\0' when like nothing.
char undisguised(char c) {
  constexpr std::string_view kFrom = "013457@$!|";
  constexpr std::string_view kTo = "oieastasii";
  const std::size_t at = kFrom.find(c);
  return at == std::string_view::npos ? '\0' : kTo[at];
}

void append(std::string& out, UChar32 c) {
  std::array<char, 4> bytes{};
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, c);
  out.append(bytes.data(), size);
}

}  // namespace

// Reads one text, character by character, into a list.
class WordReader {
 public:
  WordReader(std::string_view text, std::size_t most, WordList& into)
      : in_(text), most_(most), out_(into) {}

  void read() {
    while (at_ < in_.size() && out_.size() < most_) step();
    end_word();
    end_letters();
  }

 private:
  void step() {
    const char c = in_[at_];
    if (static_cast<unsigned char>(c) < 0x80) {
      take_ascii(c);
      ++at_;
      return;
    }
    UChar32 code = 0;
    U8_NEXT_OR_FFFD(in_.data(), at_, in_.size(), code);  // NOLINT(bugprone-inc-dec-in-conditions)
    take(code);
  }

  void take_ascii(char c) {
    if (is_alpha(c)) {
      if (c >= 'a' && c <= 'z') has_lower_ = true;
      has_latin_ = true;
      ++letters_;
      word_.push_back(ascii_lower(c));
    } else if (is_digit(c)) {
      ++digits_;
      word_.push_back(c);
    } else if (c == '\'' && !word_.empty() && next_is_letter()) {
      // "don't": one word
    } else if ((c == '$' || c == '@' || c == '!' || c == '|') && letters_ > 0 && next_is_letter() &&
               !begins_address(c)) {
      ++signs_in_word_;
      word_.push_back(c);
    } else {
      separate(c);
    }
  }

  void take(UChar32 c) {
    if (is_invisible(c)) {
      if (!word_.empty()) ++invisible_in_word_;
      return;
    }
    if (is_styled(c)) {
      ++out_.signs_.styled;
      c = plain_letter(c);
      if (c < 0x80) {
        take_ascii(static_cast<char>(c));
        return;
      }
    }
    if (is_ideograph(c)) {
      end_word();
      end_letters();
      append(word_, c);
      ++out_.signs_.words;
      emit(word_);
      word_.clear();
      return;
    }
    if (u_isalnum(c) || (!word_.empty() && (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0)) {
      const UChar32 lower = u_tolower(c);
      if (lower == c) has_lower_ = true;
      if (is_greek_or_cyrillic(c)) has_other_ = true;
      ++letters_;
      append(word_, lower);
      return;
    }
    if (c == 0x2019 && !word_.empty()) return;  // the typographic apostrophe
    separate(' ');
  }

  [[nodiscard]] bool next_is_letter() const {
    if (at_ + 1 >= in_.size()) return false;
    const char next = in_[at_ + 1];
    return is_alpha(next) || is_digit(next) || static_cast<unsigned char>(next) >= 0x80;
  }

  // An address is written with an @ and a dot behind it.
  [[nodiscard]] bool begins_address(char c) const {
    if (c != '@') return false;
    const std::string_view rest = in_.substr(at_, 64);
    return rest.substr(0, rest.find_first_of(" \t\r\n")).find('.') != std::string_view::npos;
  }

  void separate(char c) {
    const bool was_word = !word_.empty();
    end_word();
    // A sentence's or line's end parts pairs; a comma or a hyphen does not.
    if (c == '.' || c == '!' || c == '?' || c == '\n') {
      if (c != '\n' || !was_word) apart_ = true;
    }
    if (was_word || c == ' ' || c == '.' || c == '-' || c == '*' || c == '_') return;
    end_letters();
  }

  void end_word() {
    if (word_.empty()) {
      invisible_in_word_ = 0;
      return;
    }
    ++out_.signs_.words;
    out_.signs_.invisible += invisible_in_word_;
    if (has_latin_ && has_other_) ++out_.signs_.mixed_script;
    if (letters_ > 2 && !has_lower_ && digits_ == 0) ++out_.signs_.upper;
    if (letters_ == 1 && word_.size() == 1) {
      single_.append(word_);
    } else {
      end_letters();
    }
    if (word_.size() > kMaxWordBytes) {
      ++out_.signs_.too_long;
    } else if (letters_ == 0) {
      emit("#" + std::to_string(word_.size()));
    } else {
      emit(word_);
      if (digits_ + signs_in_word_ > 0) emit_undisguised();
    }
    word_.clear();
    letters_ = digits_ = signs_in_word_ = invisible_in_word_ = 0;
    has_lower_ = has_latin_ = has_other_ = false;
  }

  // "v1agra" as "viagra": where each odd character looks like a letter and stands between others.
  void emit_undisguised() {
    if (letters_ < 3 || digits_ + signs_in_word_ > letters_) return;
    std::string plain = word_;
    for (char& c : plain) {
      if (is_alpha(c) || static_cast<unsigned char>(c) >= 0x80) continue;
      const char letter = undisguised(c);
      if (letter == '\0') return;
      c = letter;
    }
    const bool inside = is_alpha(word_.back()) || signs_in_word_ > 0;
    if (!inside) return;  // "covid19"
    ++out_.signs_.disguised;
    emit(plain);
  }

  // Single letters in a row are one word that was spread.
  void end_letters() {
    if (single_.size() >= 4 && single_.size() <= kMaxWordBytes) {
      ++out_.signs_.spaced;
      emit(single_);
    }
    single_.clear();
  }

  void emit(std::string_view word) {
    if (out_.size() >= most_) return;
    out_.add(word, apart_);
    apart_ = false;
  }

  std::string_view in_;
  std::size_t most_;
  WordList& out_;
  std::size_t at_ = 0;
  std::string word_, single_;
  std::size_t letters_ = 0, digits_ = 0, signs_in_word_ = 0, invisible_in_word_ = 0;
  bool has_lower_ = false, has_latin_ = false, has_other_ = false;
  bool apart_ = true;
};

WordList::WordList(std::string_view utf8, std::size_t most) {
  buffer_.reserve(utf8.size() + 64);
  WordReader(utf8, most, *this).read();
}

void WordList::add(std::string_view word, bool apart) {
  places_.push_back(
      {static_cast<std::uint32_t>(buffer_.size()), static_cast<std::uint32_t>(word.size()), apart});
  buffer_.append(word);
}

}  // namespace freehold::filter

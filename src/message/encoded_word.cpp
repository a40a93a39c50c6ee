#include "message/encoded_word.hpp"

#include <algorithm>
#include <optional>

#include "base/bytes.hpp"
#include "message/charset.hpp"
#include "message/scanner.hpp"
#include "message/transfer_encoding.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxEncodedWord = 2048;  // the RFC says 75; some put a whole subject into one
constexpr std::size_t kMaxCharset = 64;
// RFC 2047, 2 allows 75, but 76 for the whole line: so the first fits behind the name of most
// fields.
constexpr std::size_t kWord = 60;
constexpr std::size_t kPayload = kWord - std::string_view(
                                             "=?utf-8?q?"
                                             "?=")
                                             .size();
constexpr std::string_view kHex = "0123456789ABCDEF";

struct EncodedWord {
  std::string_view charset;
  bool base64 = false;
  std::string_view text{};
  std::size_t length = 0;
};

bool is_charset_character(char c) {
  return is_alpha(c) || is_digit(c) || std::string_view("-_.:+*'()").contains(c);
}

// Where the "?=" stands. The beginning of another word ends the search, so that many beginnings
// without an end cost no more than one.
std::size_t text_end(std::string_view in, std::size_t at) {
  while (true) {
    const std::size_t mark = in.find('?', at);
    if (mark == std::string_view::npos || mark + 1 == in.size()) return std::string_view::npos;
    if (in[mark + 1] == '=') return mark;
    if (mark > at && in[mark - 1] == '=') return std::string_view::npos;
    at = mark + 1;
  }
}

std::optional<EncodedWord> read_word(std::string_view in) {
  if (!in.starts_with("=?")) return std::nullopt;
  in = in.substr(0, kMaxEncodedWord);
  std::size_t at = 2;
  while (at < in.size() && at < kMaxCharset && is_charset_character(in[at])) ++at;
  if (at == 2 || in.size() - at < 5 || in[at] != '?' || in[at + 2] != '?') return std::nullopt;
  EncodedWord word{.charset = in.substr(2, at - 2)};
  const char encoding = ascii_lower(in[at + 1]);
  if (encoding != 'b' && encoding != 'q') return std::nullopt;
  word.base64 = encoding == 'b';
  const std::size_t begin = at + 3;
  const std::size_t end = text_end(in, begin);
  if (end == std::string_view::npos) return std::nullopt;
  word.text = in.substr(begin, end - begin);
  word.length = end + 2;
  return word;
}

std::string payload(const EncodedWord& word) {
  if (word.base64) return decode_transfer(word.text, TransferEncoding::base64);
  std::string text(word.text);
  std::ranges::replace(text, '_', ' ');
  // A final blank is not a line's white space here: it is kept by an escape.
  if (!text.empty() && text.back() == ' ') text.replace(text.size() - 1, 1, "=20");
  return decode_transfer(text, TransferEncoding::quoted_printable);
}

// Decodes the words of a run as one text per charset, so that a character may begin in one word and
// end in the next.
class Decoder {
 public:
  std::string run(std::string_view raw) {
    std::string plain;
    while (!raw.empty()) {
      const std::size_t next = std::min(raw.find("=?"), raw.size());
      plain.append(raw.substr(0, next));
      raw.remove_prefix(next);
      if (raw.empty()) break;
      if (const auto word = read_word(raw)) {
        add_plain(plain);
        plain.clear();
        add_word(*word);
        raw.remove_prefix(word->length);
      } else {
        plain.append(raw.substr(0, 2));
        raw.remove_prefix(2);
      }
    }
    add_plain(plain);
    flush();
    return std::move(out_);
  }

 private:
  void add_plain(std::string_view text) {
    // White space between two encoded words is not shown (RFC 2047, 6.2): kept back until something
    // else comes.
    if (in_words_ && std::ranges::all_of(text, is_blank)) {
      gap_ = text;
      return;
    }
    flush();
    in_words_ = false;
    append_clean(guess_utf8(text));
  }

  void add_word(const EncodedWord& word) {
    gap_.clear();
    if (!iequals(charset_, word.charset)) flush();
    charset_ = word.charset;
    bytes_ += payload(word);
    in_words_ = true;
  }

  void flush() {
    if (!bytes_.empty()) append_clean(to_utf8(bytes_, charset_));
    bytes_.clear();
    append_clean(gap_);
    gap_.clear();
  }

  void append_clean(std::string_view text) {
    for (const char c : text) {
      if (c == '\r' || c == '\n') {
        if (in_words_ && !bytes_.empty()) out_.push_back(' ');
        continue;
      }
      out_.push_back(is_blank(c) ? ' ' : c);
    }
  }

  std::string out_, bytes_, charset_, gap_;
  bool in_words_ = false;
};

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_safe_in_q(char c) {  // RFC 2047, 5, rule 3: good in every place
  return is_digit(c) || is_alpha(c) || c == '!' || c == '*' || c == '+' || c == '-' || c == '/';
}

std::size_t q_width(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += is_safe_in_q(c) || c == ' ' ? 1 : 3;
  return width;
}

void append_q(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out.push_back('_');
    } else if (is_safe_in_q(c)) {
      out.push_back(c);
    } else {
      out.push_back('=');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
}

std::string encode_words(std::string_view text) {
  // Q can be read by people, and is taken as long as it costs less than half more.
  const bool use_base64 = q_width(text) * 2 > (text.size() + 2) / 3 * 4 * 3;
  std::string out;
  while (!text.empty()) {
    std::size_t size = 0;
    std::size_t width = 0;
    while (size < text.size()) {
      const std::size_t step = utf8_length(text.substr(size));
      const std::size_t wider =
          use_base64 ? (size + step + 2) / 3 * 4 : width + q_width(text.substr(size, step));
      if (wider > kPayload) break;
      width = wider;
      size += step;
    }
    if (!out.empty()) out.push_back(' ');
    out.append(use_base64 ? "=?utf-8?b?" : "=?utf-8?q?");
    if (use_base64) {
      out.append(base64(text.substr(0, size)));
    } else {
      append_q(out, text.substr(0, size));
    }
    out.append("?=");
    text.remove_prefix(size);
  }
  return out;
}

// Line breaks and other control characters have no place in a header.
std::string printable(std::string_view utf8) {
  std::string out = guess_utf8(utf8);
  std::ranges::replace_if(out, is_blank, ' ');
  return std::string(trim(out));
}

bool needs_encoding(std::string_view word) {
  constexpr std::size_t longest = 900;  // a word without a space cannot be folded (RFC 5322, 2.1.1)
  return !is_plain(word) || word.contains("=?") || word.size() > longest;
}

}  // namespace

std::size_t encoded_word_length(std::string_view text) {
  const auto word = read_word(text);
  return word ? word->length : 0;
}

std::string decode_text(std::string_view raw) {
  if (is_plain(raw) && !raw.contains("=?")) return std::string(trim(raw));
  return std::string(trim(Decoder().run(raw)));
}

std::string encode_text(std::string_view utf8) {
  std::string text = printable(utf8);
  std::size_t first = text.size();
  std::size_t last = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (needs_encoding(std::string_view(text).substr(at, end - at))) {
      first = std::min(first, at);
      last = end;
    }
    at = end + 1;
  }
  if (first >= last) return text;
  return text.substr(0, first) + encode_words(std::string_view(text).substr(first, last - first)) +
         text.substr(last);
}

std::string encode_phrase(std::string_view utf8) {
  std::string text = printable(utf8);
  if (needs_encoding(text)) return encode_words(text);
  const auto is_phrase = [](char c) {
    return is_digit(c) || is_alpha(c) || std::string_view(" !#$%&'*+-/=?^_`{|}~").contains(c);
  };
  if (std::ranges::all_of(text, is_phrase) && !text.contains("  ")) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + '"';
}

}  // namespace freehold::message

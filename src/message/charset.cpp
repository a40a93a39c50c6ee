#include "message/charset.hpp"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "base/bytes.hpp"

namespace freehold::message {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// windows-1252's 0x80 to 0x9f; the five it leaves open are the C1 controls, as in the WHATWG
// encoding standard.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

// Names without punctuation, in lower case. "" means: look at the bytes.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"", ""},
    {"8bit", ""},
    {"ansix341968", ""},
    {"ascii", ""},
    {"default", ""},
    {"none", ""},
    {"unknown", ""},
    {"unknown8bit", ""},
    {"us", ""},
    {"usascii", ""},
    {"xunknown", ""},
    {"utf8", "utf-8"},
    {"unicode11utf8", "utf-8"},
    {"utf8mb4", "utf-8"},
    {"xutf8", "utf-8"},
    {"cp1252", "windows-1252"},
    {"iso88591", "windows-1252"},
    {"l1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"win1252", "windows-1252"},
    {"windows1252", "windows-1252"},
    {"xansi", "windows-1252"},
    {"xcp1252", "windows-1252"},
    {"iso885911", "windows-874"},
    {"tis620", "windows-874"},
    {"iso88599", "windows-1254"},
    {"latin5", "windows-1254"},
    {"chinese", "gb18030"},
    {"csgb2312", "gb18030"},
    {"gb2312", "gb18030"},
    {"gb231280", "gb18030"},
    {"gbk", "gb18030"},
    {"xgbk", "gb18030"},
    {"cseuckr", "windows-949"},
    {"cp949", "windows-949"},
    {"euckr", "windows-949"},
    {"korean", "windows-949"},
    {"ksc5601", "windows-949"},
    {"ksc56011987", "windows-949"},
    {"ksc56011989", "windows-949"},
    {"cp932", "windows-31j"},
    {"ms932", "windows-31j"},
    {"shiftjis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"xsjis", "windows-31j"},
    {"iso2022jp", "iso-2022-jp-2"},
    {"iso88598i", "iso-8859-8"},
    {"macroman", "macintosh"},
    {"xmacroman", "macintosh"},
};

std::string canonical_name(std::string_view charset) {
  charset = charset.substr(0, charset.find('*'));  // the language of RFC 2231, 5
  charset = charset.substr(0, 64);
  std::string key;
  for (const char c : charset) {
    if (is_digit(c) || is_alpha(c)) key.push_back(ascii_lower(c));
  }
  for (const auto& [alias, name] : kAliases) {
    if (key == alias) return std::string(name);
  }
  return std::string(trim(charset));
}

void append_utf8(std::string& out, std::uint32_t code) {  // below U+10000
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xe0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

std::string from_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(out, byte >= 0x80 && byte < 0xa0 ? kWindows1252[byte - 0x80] : byte);
  }
  return out;
}

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// The length of the well-formed character at `at` (RFC 3629, 4), or 0.
std::size_t valid_length(std::string_view text, std::size_t at) {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < length) return 0;
  const unsigned char second = byte_at(text, at + 1);
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

// The end of the well-formed text that begins at `at`.
std::size_t valid_until(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080U) == 0) {
        at += 8;
        continue;
      }
    }
    const std::size_t length = valid_length(text, at);
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::string repaired_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = valid_until(text, at);
    out.append(text.substr(at, end - at));
    at = end;
    if (at == text.size()) break;
    out.append(kReplacement);
    ++at;
    while (at < text.size() && (byte_at(text, at) & 0xc0) == 0x80) ++at;
  }
  return out;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

std::string convert(std::string_view bytes, const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(name.c_str(), &status));
  constexpr std::size_t most = std::numeric_limits<std::int32_t>::max() / 8;
  if (U_FAILURE(status) || bytes.size() > most) return guess_utf8(bytes);
  const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                converter.get(), status);
  if (U_FAILURE(status)) return guess_utf8(bytes);
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace

std::string guess_utf8(std::string_view bytes) {
  return is_utf8(bytes) ? std::string(bytes) : from_windows_1252(bytes);
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  const std::string name = canonical_name(charset);
  if (name.empty()) return guess_utf8(bytes);
  if (name == "utf-8") return is_utf8(bytes) ? std::string(bytes) : repaired_utf8(bytes);
  if (name == "windows-1252") return from_windows_1252(bytes);
  return convert(bytes, name);
}

std::size_t utf8_length(std::string_view text) {
  return text.empty() ? 1 : std::max<std::size_t>(1, valid_length(text, 0));
}

std::size_t utf8_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string_view utf8_prefix(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (byte_at(text, most) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace freehold::message

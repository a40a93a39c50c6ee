#include "imap/mailbox_name.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/utf8.hpp"

namespace freehold::imap {

namespace {

constexpr char kSeparator = '/';

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)),
        put(0x80 | (code & 0x3f));
  }
}

// The next code point of well-formed UTF-8; what is not well-formed is taken as Latin-1.
std::uint32_t next_code(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  const auto bytes = text.substr(at, size);
  if (size == 1 || bytes.size() < size || !is_utf8(bytes)) {
    ++at;
    return first;
  }
  at += size;
  std::uint32_t code = first & (0xffU >> (size + 1));
  for (const char byte : bytes.substr(1)) {
    code = code << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
  }
  return code;
}

// One shifted run, without '&' and '-'.
std::optional<std::string> decode_run(std::string_view run) {
  std::string padded(run);
  std::ranges::replace(padded, ',', '/');
  while (padded.size() % 4 != 0) padded.push_back('=');
  const auto utf16 = unbase64(padded);
  if (!utf16 || utf16->size() % 2 != 0 || utf16->empty()) return std::nullopt;
  std::string out;
  std::uint32_t high = 0;
  for (std::size_t i = 0; i < utf16->size(); i += 2) {
    const auto unit = static_cast<std::uint32_t>(static_cast<unsigned char>((*utf16)[i]) << 8 |
                                                 static_cast<unsigned char>((*utf16)[i + 1]));
    if (high != 0) {
      if (unit < 0xdc00 || unit > 0xdfff) return std::nullopt;
      append_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
      high = 0;
    } else if (unit >= 0xd800 && unit <= 0xdbff) {
      high = unit;
    } else if (unit >= 0xdc00 && unit <= 0xdfff) {
      return std::nullopt;
    } else {
      append_utf8(out, unit);
    }
  }
  if (high != 0) return std::nullopt;
  return out;
}

std::string encode_run(const std::vector<std::uint32_t>& codes) {
  std::string utf16;
  const auto put = [&utf16](std::uint32_t unit) {
    utf16.push_back(static_cast<char>(unit >> 8));
    utf16.push_back(static_cast<char>(unit));
  };
  for (const auto code : codes) {
    if (code < 0x10000) {
      put(code);
    } else {
      put(0xd800 + ((code - 0x10000) >> 10));
      put(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  auto text = base64(utf16);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '/', ',');
  return "&" + text + "-";
}

bool matches_from(std::string_view pattern, std::string_view path) {
  // Remembers the last wildcard and how much it has taken: no recursion, at most |pattern|·|path|
  // steps.
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, star_text = 0;
  std::size_t percent = std::string_view::npos, percent_text = 0;
  while (t < path.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, star_text = t;
      percent = std::string_view::npos;
    } else if (p < pattern.size() && pattern[p] == '%') {
      percent = p++, percent_text = t;
    } else if (p < pattern.size() && t < path.size() && pattern[p] == path[t]) {
      ++p, ++t;
    } else if (percent != std::string_view::npos && percent_text < path.size() &&
               path[percent_text] != kSeparator) {
      t = ++percent_text, p = percent + 1;
    } else if (star != std::string_view::npos && star_text < path.size()) {
      t = ++star_text, p = star + 1;
      percent = std::string_view::npos;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::string> from_modified_utf7(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c != '&') {
      out.push_back(c);
      continue;
    }
    const auto end = name.find('-', i + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const auto run = name.substr(i + 1, end - i - 1);
    if (run.empty()) {
      out.push_back('&');
    } else {
      const auto decoded = decode_run(run);
      if (!decoded) return std::nullopt;
      out += *decoded;
    }
    i = end;
  }
  return out;
}

std::string to_modified_utf7(std::string_view utf8) {
  std::string out;
  std::vector<std::uint32_t> shifted;
  const auto flush = [&] {
    if (!shifted.empty()) out += encode_run(shifted);
    shifted.clear();
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const auto code = next_code(utf8, i);
    if (code >= 0x20 && code < 0x7f) {
      flush();
      out.push_back(static_cast<char>(code));
      if (code == '&') out.push_back('-');
    } else {
      shifted.push_back(code);
    }
  }
  flush();
  return out;
}

bool matches_pattern(std::string_view pattern, std::string_view path) {
  if (iequals(path, "INBOX")) return matches_from(to_upper(pattern), "INBOX");
  return matches_from(pattern, path);
}

}  // namespace freehold::imap

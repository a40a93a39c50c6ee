#include "smtp/xtext.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/utf8.hpp"

namespace freehold::smtp {

namespace {

bool is_xchar(char c) { return c > ' ' && c < 0x7F && c != '+' && c != '='; }
bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }

void append_hex(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [&out, c](int shift) {
    out += static_cast<char>(0x80 | ((c >> shift) & 0x3F));
  };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// Takes a character of valid UTF-8, and anything but the end of other text, from the front.
std::uint32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t value = size == 1 ? first : first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size && i < text.size(); ++i) {
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  text.remove_prefix(std::min(size, text.size()));
  return value;
}

// Takes "\x{…}" from the front.
std::optional<std::uint32_t> take_embedded(std::string_view& text) {
  const std::size_t end = text.find('}');
  if (!text.starts_with("\\x{") || end == text.npos || end > 9) return std::nullopt;
  std::uint32_t value = 0;
  const char* last = text.data() + end;
  const auto [stop, error] = std::from_chars(text.data() + 3, last, value, 16);
  if (error != std::errc{} || stop != last) return std::nullopt;
  if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return std::nullopt;
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::string xtext(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_xchar(c)) {
      out += c;
    } else {
      out += '+';
      append_hex(out, c);
    }
  }
  return out;
}

std::optional<std::string> unxtext(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') {
      if (!is_xchar(text[i])) return std::nullopt;
      out += text[i];
      continue;
    }
    const auto byte = unhex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1 || is_control(byte->front())) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

std::string utf8_addr_xtext(std::string_view address) {
  std::string out;
  for (const char c : address) {
    const bool plain = static_cast<unsigned char>(c) >= 0x80 || (is_xchar(c) && c != '\\');
    if (plain) {
      out += c;
    } else {
      out += "\\x{";
      append_hex(out, c);
      out += '}';
    }
  }
  return out;
}

std::string ascii_utf8_addr_xtext(std::string_view address) {
  std::string out;
  while (!address.empty()) {
    const auto first = static_cast<unsigned char>(address[0]);
    if (first < 0x80) {
      out += utf8_addr_xtext(address.substr(0, 1));
      address.remove_prefix(1);
    } else {
      char digits[8];
      const auto end =
          std::to_chars(digits, digits + sizeof digits, take_character(address), 16).ptr;
      out.append("\\x{").append(to_upper({digits, end})).append("}");
    }
  }
  return out;
}

std::optional<std::string> unutf8_addr_xtext(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] != '\\') {
      if (static_cast<unsigned char>(text[0]) < 0x80 && !is_xchar(text[0])) return std::nullopt;
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    const auto character = take_embedded(text);
    if (!character) return std::nullopt;
    append_utf8(out, *character);
  }
  if (!is_utf8(out) || std::ranges::any_of(out, is_control)) return std::nullopt;
  return out;
}

}  // namespace freehold::smtp

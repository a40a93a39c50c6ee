#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freehold {

// ASCII only, whatever the locale: what protocols mean by "case-insensitive".
[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}
[[nodiscard]] constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view prefix);
// Without white space (space, tab, CR, LF) at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

// A whole decimal number of digits only; nothing when it is empty, has a sign or other characters,
// or does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> unhex(std::string_view text);

// RFC 4648, 4, with padding. Decoding is strict: nothing when the text is not well-formed.
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> unbase64(std::string_view text);

// Big-endian, so that the order of the bytes is the order of the numbers.
void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);
[[nodiscard]] std::uint32_t read_u32(std::string_view bytes);  // needs 4 bytes
[[nodiscard]] std::uint64_t read_u64(std::string_view bytes);  // needs 8 bytes

}  // namespace freehold

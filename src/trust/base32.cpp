#include "trust/base32.hpp"

#include "base/bytes.hpp"

namespace freehold::trust {

namespace {
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
}

std::string base32(std::string_view bytes, std::size_t characters) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (std::size_t i = 0; out.size() < characters && i < bytes.size(); ++i) {
    bits = bits << 8 | static_cast<unsigned char>(bytes[i]);
    for (count += 8; count >= 5 && out.size() < characters; count -= 5) {
      out.push_back(kAlphabet[bits >> (count - 5) & 31U]);
    }
  }
  if (out.size() < characters && count > 0) out.push_back(kAlphabet[bits << (5 - count) & 31U]);
  return out;
}

std::string base32_number(std::uint64_t number, std::size_t characters) {
  std::string out(characters, 'a');
  for (std::size_t i = characters; i-- > 0; number >>= 5) out[i] = kAlphabet[number & 31U];
  return out;
}

std::optional<std::uint64_t> unbase32_number(std::string_view text) {
  if (text.empty() || text.size() > 12) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(ascii_lower(c));
    if (digit == std::string_view::npos) return std::nullopt;
    number = number << 5 | digit;
  }
  return number;
}

}  // namespace freehold::trust

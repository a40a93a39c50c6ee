#include "directory/totp.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/base32.hpp"

namespace freehold::directory {

std::string base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8 | static_cast<unsigned char>(c)) & 0xFFFF;
    for (bits += 8; bits >= 5; bits -= 5) text.push_back(kAlphabet[held >> (bits - 5) & 31]);
  }
  if (bits > 0) text.push_back(kAlphabet[held << (5 - bits) & 31]);
  return text;
}

namespace totp {

namespace {

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '@') {
      out.push_back(c);
    } else {
      out += "%" + to_upper(hex(std::string_view(&c, 1)));
    }
  }
  return out;
}

}  // namespace

std::uint64_t step_at(Time when) {
  return static_cast<std::uint64_t>(when.time_since_epoch() / kStep);
}

std::string code(std::string_view secret, std::uint64_t step, unsigned digits) {
  std::string counter;
  append_u64(counter, step);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(counter.data()), counter.size(), mac.data(),
           &size) == nullptr) {
    throw std::runtime_error("libcrypto failed");
  }
  const std::size_t offset = mac[size - 1] & 0xF;
  const std::string_view bytes(reinterpret_cast<const char*>(mac.data()) + offset, 4);
  std::uint32_t number = read_u32(bytes) & 0x7FFFFFFF;
  std::string text(digits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number /= 10) {
    *digit = static_cast<char>('0' + number % 10);
  }
  return text;
}

std::optional<std::uint64_t> verify(std::string_view secret, std::string_view given, Time now,
                                    std::uint64_t last_step) {
  const auto current = step_at(now);
  std::optional<std::uint64_t> found;
  for (auto step = current - std::min(current, kWindow); step <= current + kWindow; ++step) {
    if (equal_in_constant_time(code(secret, step), given) && step > last_step) found = step;
  }
  return found;
}

std::chrono::seconds pause_after(unsigned failures) {
  constexpr unsigned kFree = 5;
  constexpr unsigned kDoublings = 6;
  if (failures < kFree) return {};
  return std::chrono::minutes(1U << std::min(failures - kFree, kDoublings));
}

std::string uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  const auto by = percent_encoded(issuer);
  return "otpauth://totp/" + by + ":" + percent_encoded(account) + "?secret=" + base32(secret) +
         "&issuer=" + by;
}

}  // namespace totp

}  // namespace freehold::directory

#include "trust/signed_day.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "trust/base32.hpp"

namespace freehold::trust {

namespace {

constexpr std::uint64_t kRound = 1024;  // two characters

std::uint64_t day_number(Time now) {
  const auto day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(day, 0)) % kRound;
}

}  // namespace

std::string tag_hash(std::string_view key, std::string_view purpose, std::string_view text) {
  std::string signed_text(purpose);
  signed_text.push_back('\0');
  signed_text += to_lower(text);
  return base32(hmac_sha256(key, signed_text), kTagHash);
}

bool is_tag_hash(const SigningKeys& keys, std::string_view purpose, std::string_view text,
                 std::string_view hash) {
  const std::string given = to_lower(hash);
  return std::ranges::any_of(keys, [&](const std::string& key) {
    return equal_in_constant_time(tag_hash(key, purpose, text), given);
  });
}

std::string tag_day(Time now) { return base32_number(day_number(now), kTagDay); }

std::optional<std::chrono::days> age_of_tag_day(std::string_view text, Time now) {
  if (text.size() != kTagDay) return std::nullopt;
  const auto day = unbase32_number(text);
  if (!day) return std::nullopt;
  const std::uint64_t age = (day_number(now) + kRound - *day) % kRound;
  if (age == kRound - 1) return std::chrono::days(0);
  return std::chrono::days(static_cast<int>(age));
}

}  // namespace freehold::trust

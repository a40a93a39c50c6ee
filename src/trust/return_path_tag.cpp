#include "trust/return_path_tag.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "trust/base32.hpp"
#include "trust/limits.hpp"
#include "trust/signed_day.hpp"

namespace freehold::trust {

namespace {

constexpr std::string_view kName = "prvs=";
constexpr std::string_view kPurpose = "prvs";
constexpr std::size_t kShortestNumber = 4;
constexpr std::size_t kLongestNumber = 13;  // 65 bits

using Status = ReturnPathTag::Status;

// Numbers are as long as they have to be: they are counted from 1.
std::string number_text(std::uint64_t number) {
  std::size_t characters = kShortestNumber;
  while (characters < kLongestNumber - 1 && number >> (5 * characters) != 0) ++characters;
  if (characters == kLongestNumber - 1 && number >> 60U != 0) {
    return base32_number(number >> 60U, 1) + base32_number(number, 12);
  }
  return base32_number(number, characters);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  if (text.size() < kShortestNumber || text.size() > kLongestNumber) return std::nullopt;
  if (text.size() < kLongestNumber) return unbase32_number(text);
  const auto high = unbase32_number(text.substr(0, 1));
  const auto low = unbase32_number(text.substr(1));
  if (!high || !low || *high > 15) return std::nullopt;
  return *high << 60U | *low;
}

}  // namespace

std::optional<std::string> tag_return_path(std::string_view sender, QueueId message,
                                           const SigningKeys& keys, Time now) {
  const auto at = sender.rfind('@');
  if (keys.empty() || at == std::string_view::npos || at == 0) return std::nullopt;
  if (sender.find_first_of("\" \t\r\n") != std::string_view::npos) return std::nullopt;
  const std::string payload = tag_day(now) + number_text(message.value);
  const std::string hash = tag_hash(keys.front(), kPurpose, payload + "=" + std::string(sender));
  std::string tagged(kName);
  tagged += hash + payload + "=" + std::string(sender.substr(0, at));
  if (tagged.size() > kMaxReturnPathLocal) return std::nullopt;
  return tagged + std::string(sender.substr(at));
}

ReturnPathTag read_return_path(std::string_view recipient, const SigningKeys& keys, Time now) {
  if (!istarts_with(recipient, kName)) return {Status::untagged, std::string(recipient), {}};
  const std::string_view text = recipient.substr(kName.size());
  const auto end = text.find('=');
  if (end == std::string_view::npos || end < kTagHash + kTagDay + kShortestNumber) {
    return {Status::forged, {}, {}};
  }
  const std::string_view hash = text.substr(0, kTagHash);
  if (!is_tag_hash(keys, kPurpose, text.substr(kTagHash), hash)) return {Status::forged, {}, {}};
  const auto age = age_of_tag_day(text.substr(kTagHash, kTagDay), now);
  const auto number = number_of(text.substr(kTagHash + kTagDay, end - kTagHash - kTagDay));
  if (!age || !number) return {Status::forged, {}, {}};
  return {*age > kReturnTagLifetime ? Status::expired : Status::good,
          std::string(text.substr(end + 1)), QueueId(*number)};
}

}  // namespace freehold::trust

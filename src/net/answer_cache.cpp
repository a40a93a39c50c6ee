#include "net/answer_cache.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace freehold::net {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kLongest = 1h;
// What failed may work again in a moment; a server that does not answer is not asked by each
// message that comes meanwhile.
constexpr std::chrono::seconds kFailure = 5s;
constexpr std::size_t kMostBytes = 16 * 1024;  // of an answer that is worth keeping

std::string key_of(const std::string& name, std::uint16_t type) {
  return to_lower(name) + '/' + std::to_string(type);
}

std::size_t bytes_of(const RawAnswer& answer) {
  std::size_t sum = answer.canonical_name.size() + answer.error.size();
  for (const auto& record : answer.records) sum += record.size();
  return sum;
}

std::chrono::seconds time_to_live(const RawAnswer& answer) {
  if (answer.status == DnsStatus::failed || answer.status == DnsStatus::bogus) return kFailure;
  return std::min(answer.time_to_live, kLongest);
}

}  // namespace

std::optional<RawAnswer> AnswerCache::find(const std::string& name, std::uint16_t type,
                                           Moment now) {
  const auto key = key_of(name, type);
  const std::lock_guard lock(mutex_);
  const auto place = places_.find(key);
  if (place == places_.end()) return std::nullopt;
  if (place->second->until <= now) {
    recent_.erase(place->second);
    places_.erase(place);
    return std::nullopt;
  }
  recent_.splice(recent_.begin(), recent_, place->second);
  return place->second->answer;
}

void AnswerCache::keep(const std::string& name, std::uint16_t type, const RawAnswer& answer,
                       Moment now) {
  const auto lives = time_to_live(answer);
  if (lives <= 0s || bytes_of(answer) > kMostBytes) return;
  auto key = key_of(name, type);
  const std::lock_guard lock(mutex_);
  if (const auto place = places_.find(key); place != places_.end()) {
    recent_.erase(place->second);
    places_.erase(place);
  }
  recent_.push_front({key, answer, now + lives});
  places_.emplace(std::move(key), recent_.begin());
  if (recent_.size() <= most_) return;
  places_.erase(recent_.back().key);
  recent_.pop_back();
}

}  // namespace freehold::net

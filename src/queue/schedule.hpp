#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

namespace freehold::queue {

// How long mail is tried (RFC 5321, 4.5.4.1: at least 4 to 5 days).
struct Schedule {
  std::chrono::milliseconds first_retry = std::chrono::minutes(2);
  std::chrono::milliseconds longest_wait = std::chrono::hours(4);
  std::chrono::milliseconds delay_notice_after = std::chrono::hours(4);
  std::chrono::milliseconds expire_after = std::chrono::hours(24 * 5);

  // When to try again after attempt number `attempts` (1 is the first): doubling waits, each within
  // a fifth of its length by `chance` (any number), so that what failed together is not tried
  // together.
  [[nodiscard]] Time next(Time now, std::uint32_t attempts, std::uint64_t chance) const;
};

}  // namespace freehold::queue

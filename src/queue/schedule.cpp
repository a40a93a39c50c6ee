#include "queue/schedule.hpp"

#include <algorithm>

namespace freehold::queue {

Time Schedule::next(Time now, std::uint32_t attempts, std::uint64_t chance) const {
  const auto doublings = std::min<std::uint32_t>(attempts > 0 ? attempts - 1 : 0, 20);
  const auto wait = std::min(first_retry * (std::int64_t{1} << doublings), longest_wait);
  const auto spread = wait.count() / 5;  // to either side
  const auto jitter =
      spread == 0
          ? 0
          : static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(2 * spread)) - spread;
  return now + wait + std::chrono::milliseconds(jitter);
}

}  // namespace freehold::queue

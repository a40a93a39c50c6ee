#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freehold {

// A moment of the world's clock, to the millisecond (what the store keeps).
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// The world's clock. Whoever decides by time takes one, so that a test can tell the time.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

// The machine's clock.
[[nodiscard]] const Clock& system_clock();

// A clock that stands still until it is moved.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  [[nodiscard]] Time now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  Time now_;
};

[[nodiscard]] constexpr std::int64_t to_millis(Time t) { return t.time_since_epoch().count(); }
[[nodiscard]] constexpr Time from_millis(std::int64_t ms) {
  return Time{std::chrono::milliseconds{ms}};
}

// "2026-11-23T20:01:30Z" (RFC 3339).
[[nodiscard]] std::string rfc3339(Time t);
// The same back; the time of day, its seconds and the zone (UTC) may be left out, as people do.
[[nodiscard]] std::optional<Time> parse_rfc3339(std::string_view text);

}  // namespace freehold

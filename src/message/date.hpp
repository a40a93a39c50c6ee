#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace freehold::message {

// A moment, and the distance from UTC of the clock that it was written by.
struct Date {
  Time at{};
  std::chrono::minutes offset{};
  bool operator==(const Date&) const = default;
};

// A Date field's value: RFC 5322, 3.3 and 4.3, and what else is met in the world (missing seconds,
// wrong or missing weekdays, two-digit years, ISO 8601, asctime, "GMT+0200"). Nothing when there is
// no whole date and time in it.
[[nodiscard]] std::optional<Date> parse_date(std::string_view value);

// "Mon, 23 Nov 2026 20:47:06 +0100"
[[nodiscard]] std::string format_date(Time at, std::chrono::minutes offset = {});

}  // namespace freehold::message

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace freehold::filter {

// Records that hold nothing but the day on which something happened last, in four bytes.

[[nodiscard]] inline std::uint32_t day_of(Time now) {
  const auto day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(0, day));
}

[[nodiscard]] inline std::string day_record(std::uint32_t day) {
  std::string value;
  append_u32(value, day);
  return value;
}

// 0 for what is none.
[[nodiscard]] inline std::uint32_t day_in(std::string_view record) {
  return record.size() == 4 ? read_u32(record) : 0;
}

[[nodiscard]] inline bool is_older(std::string_view record, std::chrono::days than, Time now) {
  const auto day = day_in(record);
  const auto today = day_of(now);
  return today > day && today - day > than.count();
}

}  // namespace freehold::filter

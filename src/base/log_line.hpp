#pragma once

#include <span>
#include <string>

#include "base/log.hpp"
#include "base/time.hpp"

namespace freehold::log {

[[nodiscard]] std::string_view level_name(Level level);

// `2026-11-23T20:01:30.123Z info smtp.accepted session=ab12 from="John Doe"`. Values with white
// space, quotes, "=" or control characters are quoted and escaped; bytes that are not UTF-8 become
// \xNN. Without a line end.
[[nodiscard]] std::string text_line(Time time, Level level, std::string_view event,
                                    std::span<const Field> fields);

// One JSON object with the members "time", "level", "event" and the fields; bytes that are not
// UTF-8 become U+FFFD.
[[nodiscard]] std::string json_line(Time time, Level level, std::string_view event,
                                    std::span<const Field> fields);

}  // namespace freehold::log

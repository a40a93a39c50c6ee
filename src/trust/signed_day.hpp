#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "trust/srs.hpp"

namespace freehold::trust {

// What rewritten return paths have in common: a short keyed hash, and a day that comes round again
// after 1024 of them.

inline constexpr std::size_t kTagHash = 8;  // characters: 40 bits, guessed at one mail each
inline constexpr std::size_t kTagDay = 2;

// Over the text in lower case, and `purpose`, so that no hash serves for anything else.
[[nodiscard]] std::string tag_hash(std::string_view key, std::string_view purpose,
                                   std::string_view text);
[[nodiscard]] bool is_tag_hash(const SigningKeys& keys, std::string_view purpose,
                               std::string_view text, std::string_view hash);

[[nodiscard]] std::string tag_day(Time now);
// How old it is; nothing when it is none. A day that seems to be ahead is an old one, but for
// tomorrow's (clocks differ).
[[nodiscard]] std::optional<std::chrono::days> age_of_tag_day(std::string_view text, Time now);

}  // namespace freehold::trust

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace freehold::bench {

constexpr std::size_t kPiece = 16 * 1024;  // as read from a socket
constexpr Time kNow = from_millis(1'790'000'000'000);

// A message of 20 KiB as people send them: header and body, without the empty line between them.
[[nodiscard]] std::string sample_header();
[[nodiscard]] std::string sample_body();

// Something whose CPU time is measured.
struct Measure {
  const char* name;
  std::function<void()> work;
  int together;                // messages in one run of it
  std::vector<double> rounds;  // seconds for one message

  void round(double seconds);
};

// All of them in turns, `seconds` each.
void take_rounds(std::span<Measure> all, double seconds);
[[nodiscard]] double median(std::vector<double> values);

}  // namespace freehold::bench

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace freehold::bench {

// What a run has done: one latency per acknowledged message, and the first error of what failed.
class Outcome {
 public:
  using Clock = std::chrono::steady_clock;

  void begin() { begun_ = Clock::now(); }
  void acknowledged(Clock::time_point since) { latencies_.push_back(Clock::now() - since); }
  void failed(const std::string& why);
  void end() { ended_ = Clock::now(); }

  // One line of JSON: counts, seconds, rate, latencies, this process's own CPU seconds, the first
  // error.
  [[nodiscard]] std::string json();
  [[nodiscard]] bool clean() const { return failures_ == 0; }

 private:
  Clock::time_point begun_{}, ended_{};
  std::vector<Clock::duration> latencies_;
  std::size_t failures_ = 0;
  std::string first_error_;
};

}  // namespace freehold::bench

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace freehold::cli {

// A progress bar with the time that is left, on standard error; silent when that is no terminal.
// Cleared at its end.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::uint64_t done, std::uint64_t all);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool terminal_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point shown_;
};

}  // namespace freehold::cli

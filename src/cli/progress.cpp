#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace freehold::cli {

namespace {

constexpr std::uint64_t kWidth = 30;

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (terminal_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::show(std::uint64_t done, std::uint64_t all) {
  const auto now = Clock::now();
  if (!terminal_ || all == 0 || now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  done = std::min(done, all);
  const auto filled = done * kWidth / all;
  const std::chrono::duration<double> spent = now - begin_;
  const double left =
      done == 0 ? 0 : spent.count() * static_cast<double>(all - done) / static_cast<double>(done);
  std::cerr << '\r' << what_ << " [" << std::string(filled, '#')
            << std::string(kWidth - filled, '.') << "] " << done * 100 / all << "%, "
            << static_cast<std::uint64_t>(std::llround(left)) << " s left\033[K" << std::flush;
}

}  // namespace freehold::cli

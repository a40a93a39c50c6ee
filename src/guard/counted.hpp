#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "base/time.hpp"

namespace freehold::guard {

// What an account did in a piece of time.
struct Counts {
  std::uint32_t messages = 0;
  std::uint32_t recipients = 0;
  std::uint32_t new_recipients = 0;
  std::uint32_t bounces = 0;
  std::uint32_t refused_as_spam = 0;
  std::uint32_t new_networks = 0;
  std::uint32_t busiest_hour = 0;  // messages; a maximum, not a sum

  Counts& operator+=(const Counts& more);
};

// Counts of the last `keep` pieces of time: a window that slides by one piece. A plain value.
class SlidingCounts {
 public:
  struct Piece {
    std::int64_t number = 0;  // since 1970
    Counts counts;
  };

  SlidingCounts(std::chrono::milliseconds piece, std::int64_t keep) : piece_(piece), keep_(keep) {}

  void add(Time now, const Counts& counts);
  [[nodiscard]] Counts sum(Time now) const;
  // All but the piece of now.
  [[nodiscard]] std::deque<Piece> before(Time now) const;
  void clear() { pieces_.clear(); }

  // For the store; oldest first.
  [[nodiscard]] const std::deque<Piece>& pieces() const { return pieces_; }
  void restore(Piece piece) { pieces_.push_back(piece); }

 private:
  [[nodiscard]] std::int64_t number(Time now) const { return now.time_since_epoch() / piece_; }

  std::chrono::milliseconds piece_;
  std::int64_t keep_;
  std::deque<Piece> pieces_;
};

}  // namespace freehold::guard

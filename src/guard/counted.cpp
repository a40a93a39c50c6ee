#include "guard/counted.hpp"

#include <algorithm>

namespace freehold::guard {

Counts& Counts::operator+=(const Counts& more) {
  messages += more.messages;
  recipients += more.recipients;
  new_recipients += more.new_recipients;
  bounces += more.bounces;
  refused_as_spam += more.refused_as_spam;
  new_networks += more.new_networks;
  busiest_hour = std::max(busiest_hour, more.busiest_hour);
  return *this;
}

void SlidingCounts::add(Time now, const Counts& counts) {
  // A clock that was set back counts into the newest piece.
  const auto current = number(now);
  if (pieces_.empty() || pieces_.back().number < current) pieces_.push_back({current, {}});
  pieces_.back().counts += counts;
  while (pieces_.front().number <= pieces_.back().number - keep_) pieces_.pop_front();
}

Counts SlidingCounts::sum(Time now) const {
  Counts total;
  for (const auto& piece : pieces_) {
    if (piece.number > number(now) - keep_) total += piece.counts;
  }
  return total;
}

std::deque<SlidingCounts::Piece> SlidingCounts::before(Time now) const {
  std::deque<Piece> all;
  for (const auto& piece : pieces_) {
    if (piece.number > number(now) - keep_ && piece.number < number(now)) all.push_back(piece);
  }
  return all;
}

}  // namespace freehold::guard

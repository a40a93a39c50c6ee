#include "queue/destinations.hpp"

#include <iterator>

namespace freehold::queue {

std::shared_ptr<Destinations::Seat> Destinations::push(const Route& route, Job job) {
  const auto key = route.key();
  std::lock_guard lock(mutex_);
  auto& destination = destinations_[key];
  destination.waiting.push_back(std::move(job));
  for (const auto& seat : destination.seats) {
    if (!seat->idle) continue;
    seat->idle = false;
    seat->signal.notify();
    return nullptr;
  }
  if (destination.seats.size() >= most_) return nullptr;
  auto seat = std::make_shared<Seat>();
  seat->key = key;
  seat->route = route;
  destination.seats.push_back(seat);
  return seat;
}

std::optional<Job> Destinations::pop(Seat& seat) {
  std::lock_guard lock(mutex_);
  auto& waiting = destinations_[seat.key].waiting;
  seat.idle = waiting.empty();
  if (waiting.empty()) return std::nullopt;
  Job job = std::move(waiting.front());
  waiting.pop_front();
  return job;
}

std::vector<Job> Destinations::take_all(const Seat& seat) {
  std::lock_guard lock(mutex_);
  auto& waiting = destinations_[seat.key].waiting;
  std::vector<Job> all(std::make_move_iterator(waiting.begin()),
                       std::make_move_iterator(waiting.end()));
  waiting.clear();
  return all;
}

bool Destinations::leave(Seat& seat) {
  std::lock_guard lock(mutex_);
  const auto found = destinations_.find(seat.key);
  if (found == destinations_.end()) return true;
  auto& destination = found->second;
  if (!destination.waiting.empty()) return false;
  destination.seats.remove_if([&seat](const auto& other) { return other.get() == &seat; });
  if (destination.seats.empty()) destinations_.erase(found);
  return true;
}

void Destinations::wake_all() {
  std::lock_guard lock(mutex_);
  for (auto& [key, destination] : destinations_) {
    for (const auto& seat : destination.seats) seat->signal.notify();
  }
}

}  // namespace freehold::queue

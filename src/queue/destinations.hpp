#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/signal.hpp"
#include "queue/transport.hpp"

namespace freehold::queue {

// The jobs that wait for a channel, by destination, and the channels that wait for a job.
// Thread-safe.
class Destinations {
 public:
  explicit Destinations(std::size_t channels_per_destination) : most_(channels_per_destination) {}

  // A channel's place at its destination; given back by leave().
  struct Seat {
    std::string key;
    Route route;
    Signal signal;  // told when there may be a job
    bool idle = false;
  };

  // Adds a job. The Seat of a channel that has to be started for it, or null when one will take it
  // anyway.
  [[nodiscard]] std::shared_ptr<Seat> push(const Route& route, Job job);
  // The next job for a channel; marks it idle when there is none.
  [[nodiscard]] std::optional<Job> pop(Seat& seat);
  // All jobs that wait there: when nobody there can be reached.
  [[nodiscard]] std::vector<Job> take_all(const Seat& seat);
  // A channel ends. False: a job has come in between, it has to go on.
  [[nodiscard]] bool leave(Seat& seat);
  // Wakes every idle channel.
  void wake_all();

 private:
  struct Destination {
    std::deque<Job> waiting;
    std::list<std::shared_ptr<Seat>> seats;
  };

  std::size_t most_;
  std::mutex mutex_;
  std::map<std::string, Destination> destinations_;
};

}  // namespace freehold::queue

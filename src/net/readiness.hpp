#pragma once

#include <memory>

#include "net/stream.hpp"

namespace freehold::net {

enum class Want { to_read, to_write };

// A non-blocking descriptor and the waits for it: one of its reading side and one of its writing
// side at a time, each with its deadline. Over TLS either side may have to wait for either
// direction. Owned by a stream, listener or connector, and used in one thread.
class Readiness {
 public:
  enum Side { reading, writing };

  // Takes over the descriptor.
  Readiness(boost::asio::any_io_executor executor, int descriptor);
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  // Suspends until the descriptor may be ready (no error), the deadline is over (errc::timed_out)
  // or the wait was ended.
  awaitable<error_code> wait(Side side, Want want, Deadline deadline);
  // Ends that side's wait, if there is one, with `reason`.
  void end(Side side, error_code reason);
  // Lets the thread's other coroutines have their turn.
  awaitable<void> yield();

  [[nodiscard]] int descriptor() const;
  void close();

 private:
  // Shared with the timer's handler, which outlives this object by a moment.
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace freehold::net

#pragma once

#include <chrono>
#include <memory>

#include "base/awaitable.hpp"

namespace freehold {

// Wakes one waiting coroutine from any thread. A notification that comes while nobody waits ends
// the next wait at once, so none is lost; several before a wait count as one.
class Signal {
 public:
  Signal();
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify();
  // True: notified; false: the time is over. One waiter at a time.
  awaitable<bool> wait(std::chrono::steady_clock::duration at_most);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with a notification on its way to the waiter's thread
};

}  // namespace freehold

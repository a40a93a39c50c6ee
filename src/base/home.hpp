#pragma once

#include <functional>
#include <memory>

#include "base/awaitable.hpp"

namespace freehold {

// The thread of a coroutine, as a place to send work to. Copies share it; it may outlive the
// coroutine, whose thread runs what is posted as long as the server does.
class Home {
 public:
  // Of the calling coroutine.
  [[nodiscard]] static awaitable<Home> here();

  // From any thread; runs later, in this home's thread.
  void post(std::function<void()> work) const;

 private:
  struct State;
  explicit Home(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;  // immutable, shared by the copies
};

}  // namespace freehold

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "connection.hpp"
#include "outcome.hpp"

namespace boost::asio {
class io_context;
}

namespace freehold::bench {

// Runs coroutines in the caller's thread, within one limit of time from its making. It has to
// outlive the connections that its coroutines open.
class Crew {
 public:
  Crew(std::chrono::seconds limit, Outcome& outcome);
  ~Crew();

  // work(0) to work(count - 1), until all are done or the time is up. An exception ends its own
  // coroutine and is noted as a failure; so is each one that the limit stops. False when there was
  // a failure.
  bool run(std::size_t count, const std::function<awaitable<>(std::size_t)>& work);

 private:
  std::chrono::steady_clock::time_point end_;
  Outcome& outcome_;
  std::size_t running_ = 0;
  std::unique_ptr<boost::asio::io_context> io_;
};

}  // namespace freehold::bench

#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/awaitable.hpp"

namespace freehold::testing {

// Event loops that are not running now. They are never destroyed: who woke a test's last coroutine
// from another thread may still be on the way out of its post().
class Loops {
 public:
  using Loop = std::unique_ptr<boost::asio::io_context>;

  static Loops& instance() {
    static Loops& all = *new Loops;
    return all;
  }
  Loop take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<boost::asio::io_context>(1);
    Loop loop = std::move(idle_.back());
    idle_.pop_back();
    loop->restart();
    return loop;
  }
  void put(Loop loop) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(loop));
  }

 private:
  std::mutex mutex_;
  std::vector<Loop> idle_;
};

// Runs coroutines together in one event loop of the calling thread until all have ended; what one
// throws is thrown here. What they wait for is completed in this loop or by other threads.
template <class T>
std::vector<T> run_all(std::vector<awaitable<T>> tasks) {
  auto loop = Loops::instance().take();
  std::vector<std::future<T>> futures;
  for (auto& task : tasks) {
    futures.push_back(boost::asio::co_spawn(*loop, std::move(task), boost::asio::use_future));
  }
  loop->run();
  Loops::instance().put(std::move(loop));
  std::vector<T> results;
  for (auto& future : futures) results.push_back(future.get());
  return results;
}

// Runs one coroutine to its end in the calling thread.
template <class T>
T run(awaitable<T> task) {
  auto loop = Loops::instance().take();
  auto future = boost::asio::co_spawn(*loop, std::move(task), boost::asio::use_future);
  loop->run();
  Loops::instance().put(std::move(loop));
  return future.get();
}

}  // namespace freehold::testing

#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <semaphore>
#include <utility>

#include "base/pool.hpp"
#include "base/signal.hpp"

namespace freehold {

// The result of work that goes on in a pool while its owner does something else. Owned by one
// coroutine; the destructor waits for work that was not taken, so it has to be short.
template <class T>
class Begun {
 public:
  Begun() = default;
  ~Begun() { settle(); }
  Begun(Begun&&) noexcept = default;
  Begun& operator=(Begun&& other) noexcept {
    settle();
    work_ = std::move(other.work_);
    return *this;
  }

  // Once; throws what the work has thrown.
  awaitable<T> take() {
    while (!co_await work_->done.wait(std::chrono::hours(1))) {
    }
    const auto work = std::exchange(work_, nullptr);
    work->ended.acquire();
    if (work->thrown) std::rethrow_exception(work->thrown);
    co_return std::move(*work->result);
  }

 private:
  struct Work {
    std::optional<T> result;
    std::exception_ptr thrown;
    Signal done;
    std::binary_semaphore ended{0};
  };

  void settle() {
    if (work_) work_->ended.acquire();
    work_.reset();
  }

  std::shared_ptr<Work> work_;  // shared with the pool

  template <class Do>
  friend auto begin(Pool& pool, Do work) -> Begun<std::invoke_result_t<Do&>>;
};

// What `work` refers to has to outlive the Begun.
template <class Do>
[[nodiscard]] auto begin(Pool& pool, Do work) -> Begun<std::invoke_result_t<Do&>> {
  using T = std::invoke_result_t<Do&>;
  Begun<T> begun;
  begun.work_ = std::make_shared<typename Begun<T>::Work>();
  pool.post([state = begun.work_, work = std::move(work)]() mutable {
    try {
      state->result.emplace(work());
    } catch (...) {
      state->thrown = std::current_exception();
    }
    state->ended.release();
    state->done.notify();
  });
  return begun;
}

}  // namespace freehold

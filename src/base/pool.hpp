#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/suspend.hpp"

namespace freehold {

// A few threads for work that may block or that takes long (argon2, a cold read, a disk scan), so
// that no session's thread ever waits. Owned by the program's wiring, shared by all; its destructor
// finishes what is queued.
class Pool {
 public:
  explicit Pool(std::size_t threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Runs `work` in the pool and returns its result in the caller's thread. What `work` refers to
  // has to outlive the call.
  template <class Work>
  awaitable<std::invoke_result_t<Work&>> run(Work work) {
    using T = std::invoke_result_t<Work&>;
    if constexpr (std::is_void_v<T>) {
      co_await run_erased([&work] { work(); });
    } else {
      std::optional<T> out;
      co_await run_erased([&work, &out] { out.emplace(work()); });
      co_return std::move(*out);
    }
  }

  // Queues `work` and does not wait for it.
  void post(std::move_only_function<void()> work);

 private:
  awaitable<void> run_erased(std::move_only_function<void()> work);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold

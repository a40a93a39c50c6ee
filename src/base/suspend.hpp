#pragma once

#include <functional>

#include "base/awaitable.hpp"

namespace freehold {

// Wakes a suspended coroutine, once, from any thread; the coroutine goes on in its own thread.
using Resume = std::move_only_function<void()>;

// Suspends the calling coroutine and hands its Resume to `start`. The one bridge between coroutines
// and everything that completes elsewhere (the committer, a pool, a callback API). A Resume that is
// dropped uncalled leaves the coroutine suspended until its thread's event loop is destroyed.
awaitable<void> suspend(std::move_only_function<void(Resume)> start);

}  // namespace freehold

#pragma once

#include "base/awaitable.hpp"

namespace freehold {

// Lets the other coroutines of this thread run before the caller goes on: for long work between two
// waits.
awaitable<void> yield();

}  // namespace freehold

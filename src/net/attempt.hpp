#pragma once

#include <cstddef>
#include <optional>

#include "net/readiness.hpp"

namespace freehold::net {

// What a read or write that does not block came to: some bytes, an error, or what has to be waited
// for first.
struct Attempt {
  std::size_t count = 0;
  error_code error;
  std::optional<Want> blocked;

  [[nodiscard]] static Attempt done(std::size_t bytes) { return {bytes, {}, {}}; }
  [[nodiscard]] static Attempt failed(error_code why) { return {0, why, {}}; }
  [[nodiscard]] static Attempt wait_for(Want want) { return {0, {}, want}; }
};

}  // namespace freehold::net

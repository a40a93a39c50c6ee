#pragma once

#include "base/result.hpp"
#include "cli/config.hpp"

namespace freehold::cli {

// Runs the server until SIGTERM or SIGINT; SIGHUP reads the certificates again.
[[nodiscard]] Result<> serve(const Config& config);

}  // namespace freehold::cli

#pragma once

#include "base/metrics.hpp"
#include "smtp/backend.hpp"

namespace freehold::smtp {

[[nodiscard]] const char* role_name(Role role);

[[nodiscard]] metrics::Counter& sessions_counter(Role role);
[[nodiscard]] metrics::Counter& messages_counter(Role role, bool accepted);
[[nodiscard]] metrics::Counter& logins_counter(bool accepted);

}  // namespace freehold::smtp

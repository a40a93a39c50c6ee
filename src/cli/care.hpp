#pragma once

#include "cli/house.hpp"
#include "net/server.hpp"

namespace freehold::cli {

// Starts what runs beside the sessions: the queue, and what has to be done now and then.
void spawn_care(net::Server& server, House& house);

}  // namespace freehold::cli

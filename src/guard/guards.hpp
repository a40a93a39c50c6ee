#pragma once

#include <chrono>

#include "guard/bans.hpp"
#include "guard/brake.hpp"
#include "guard/known_clients.hpp"
#include "guard/login_guard.hpp"
#include "guard/sending.hpp"

namespace freehold::guard {

// All of them, for those who receive mail; made by the wiring, which owns what it refers to.
struct Guards {
  Bans& bans;
  LoginGuard& logins;
  KnownClients& clients;
  Sending& sending;
  Brake& brake;
  std::chrono::milliseconds greeting_pause{0};  // for clients that are not known
};

}  // namespace freehold::guard

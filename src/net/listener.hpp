#pragma once

#include "net/descriptor.hpp"
#include "net/server.hpp"

namespace freehold::net {

struct OpenListener {
  Descriptor descriptor;  // listening, non-blocking
  Endpoint at;
  std::string made_path;  // the unix socket's file that we made and have to remove; empty: none
};

// Takes the descriptor of that name over from systemd, or else binds the address.
[[nodiscard]] Result<OpenListener> open_listener(const ListenerSettings& settings);

}  // namespace freehold::net

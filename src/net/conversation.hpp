#pragma once

#include "net/acceptor.hpp"
#include "net/server_session.hpp"

namespace freehold::net {

// What a conversation shares with the others of its server or loop.
struct House {
  ConnectionLimits& limits;
  const std::function<bool(const IpAddress&)>& is_banned;  // may be empty
  const std::atomic<bool>& draining;
  LoopSessions& sessions;  // of the loop that the conversation runs in
};

// An accepted connection from its first byte to its end: PROXY header, TLS, the protocol's
// dialogue. Without a ticket the peer is a proxy, and is admitted when it has said whom it speaks
// for.
awaitable<void> converse(const Acceptor& acceptor, House house, std::string id, Accepted accepted,
                         std::optional<ConnectionLimits::Ticket> ticket);

}  // namespace freehold::net

#pragma once

#include <functional>

#include "base/metrics.hpp"
#include "net/connection_limits.hpp"
#include "net/descriptor.hpp"
#include "net/listener.hpp"
#include "net/server.hpp"

namespace freehold::net {

struct Accepted {
  Descriptor descriptor;
  Endpoint peer;
  Endpoint local;
};

// One listener of a Server, with what is served there. Its run() belongs to one loop, the rest is
// read by all.
class Acceptor {
 public:
  Acceptor(ListenerSettings settings, Serve serve, OpenListener open);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Hands every connection to `take` until the session drains; then the listening socket is closed.
  // Runs once.
  awaitable<void> run(Session& session, std::function<void(Accepted)> take);

  // Says goodbye to a connection over a limit or banned; it is closed with its descriptor.
  void refuse(int descriptor, const Endpoint& peer, ConnectionLimits::Refusal refusal) const;

  [[nodiscard]] bool is_proxy(const IpAddress& address) const;
  [[nodiscard]] const ListenerSettings& settings() const { return settings_; }
  [[nodiscard]] const Serve& serve() const { return serve_; }
  [[nodiscard]] const Endpoint& at() const { return open_.at; }
  [[nodiscard]] metrics::Gauge& connections() const { return connections_; }

 private:
  [[nodiscard]] std::string label() const { return "listener=" + settings_.name; }

  ListenerSettings settings_;
  Serve serve_;
  OpenListener open_;
  metrics::Counter& accepted_;
  metrics::Counter& refused_;
  metrics::Gauge& connections_;
};

}  // namespace freehold::net

#pragma once

#include <deque>
#include <string>
#include <variant>

#include "cli/config.hpp"
#include "cli/house.hpp"
#include "net/server.hpp"
#include "smtp/server.hpp"

namespace freehold::cli {

// The services with their ports. Outlives the server's sessions.
class Listeners {
 public:
  Listeners(net::Server& server, const Config& config, const Tls& tls, House& house)
      : server_(server), config_(config), tls_(tls), house_(house) {}

  Result<> open();

 private:
  using At = std::variant<net::Endpoint, std::string>;

  void smtp(std::string name, At at, smtp::Role role, bool implicit);
  void imap(std::string name, At at, bool implicit);
  void pop3(std::string name, At at, bool implicit);
  void https(At at);
  void add(net::ListenerSettings settings, net::Serve serve);

  net::Server& server_;
  const Config& config_;
  const Tls& tls_;
  House& house_;
  std::deque<smtp::ServerSettings> smtp_settings_;  // sessions refer to them
  Result<> outcome_;
};

}  // namespace freehold::cli

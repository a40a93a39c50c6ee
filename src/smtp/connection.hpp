#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "queue/route.hpp"
#include "smtp/client.hpp"
#include "smtp/transport.hpp"

namespace freehold::smtp {

// An open connection to a host, greeted and ready for messages.
struct Connection {
  std::string host;  // "mx.example.org [192.0.2.1]"
  std::string tls;   // what protects it, or why nothing does
  std::unique_ptr<ClientSettings> settings;
  std::unique_ptr<net::Stream> stream;
  std::unique_ptr<Client> client;
  unsigned messages = 0;
};

// Why there is none.
struct ConnectFailure {
  bool permanent = false;  // it will never be otherwise
  std::string status;      // RFC 3463
  std::string reason;
};

struct ConnectOutcome {
  std::unique_ptr<Connection> connection;  // or
  ConnectFailure failure;
};

// Makes connections for a route: finds the hosts, tries one address after the other.
class Connector {
 public:
  Connector(net::Resolver& resolver, const net::TlsContext& tls, const TransportSettings& settings)
      : resolver_(resolver), tls_(tls), settings_(settings) {}

  // `require_tls`: RFC 8689; a host without verified TLS will not do.
  awaitable<ConnectOutcome> connect(const queue::Route& route, bool require_tls);

 private:
  awaitable<ConnectOutcome> connect_relay(const directory::RelayInfo& relay);
  awaitable<ConnectOutcome> connect_mx(std::string domain, bool require_tls);
  awaitable<ConnectOutcome> try_host(std::string host, std::uint16_t port, ClientSettings wanted,
                                     bool implicit_tls);
  awaitable<ConnectOutcome> try_address(std::string host, net::Endpoint at,
                                        const ClientSettings& wanted, bool implicit_tls);
  awaitable<ConnectOutcome> open(std::unique_ptr<Connection> connection, bool implicit_tls);

  net::Resolver& resolver_;
  const net::TlsContext& tls_;
  const TransportSettings& settings_;
};

}  // namespace freehold::smtp

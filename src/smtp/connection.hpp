#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "queue/route.hpp"
#include "smtp/client.hpp"
#include "smtp/transport.hpp"
#include "trust/transport_security.hpp"

namespace freehold::smtp {

// Why there is none.
struct ConnectFailure {
  bool permanent = false;  // it will never be otherwise
  std::string status;      // RFC 3463
  std::string reason;
  // The host was reached, and this was wrong with its TLS.
  std::optional<trust::TlsOutcome> tls = {};
  net::CertificateFault fault = net::CertificateFault::none;
  std::string address = {};  // of the host that was reached
};

// An open connection to a host, greeted and ready for messages.
struct Connection {
  std::string host;     // "mx.example.org [192.0.2.1]"
  std::string address;  // "192.0.2.1"
  std::string tls;      // what protects it, or why nothing does
  // TLS was tried first and did not work: the connection goes without.
  std::optional<ConnectFailure> without_tls;
  std::unique_ptr<ClientSettings> settings;
  std::unique_ptr<net::Stream> stream;
  std::unique_ptr<Client> client;
  unsigned messages = 0;
};

// What a message needs of the connection that it goes over (RFC 8689).
struct TlsNeeds {
  bool require = false;      // REQUIRETLS
  bool required_no = false;  // "TLS-Required: No": delivery matters more

  // A connection that was made for `made` is good enough.
  [[nodiscard]] bool served_by(const TlsNeeds& made) const {
    return (made.require || !require) && (required_no || !made.required_no);
  }
};

struct ConnectOutcome {
  std::unique_ptr<Connection> connection;  // or
  ConnectFailure failure;
};

// Makes connections for a route: finds the hosts, tries one address after the other.
class Connector {
 public:
  Connector(net::Resolver& resolver, const net::TlsContext& tls, trust::TransportSecurity& security,
            const TransportSettings& settings)
      : resolver_(resolver), tls_(tls), security_(security), settings_(settings) {}

  awaitable<ConnectOutcome> connect(const queue::Route& route, TlsNeeds needs);

 private:
  awaitable<ConnectOutcome> connect_relay(const directory::RelayInfo& relay);
  awaitable<ConnectOutcome> connect_mx(std::string domain, TlsNeeds needs);
  awaitable<ConnectOutcome> connect_host(trust::TransportTarget target, const trust::StsState& sts);
  awaitable<ConnectOutcome> try_host(std::string host, std::uint16_t port, ClientSettings wanted,
                                     bool implicit_tls);
  awaitable<ConnectOutcome> try_address(std::string host, net::Endpoint at,
                                        const ClientSettings& wanted, bool implicit_tls);
  awaitable<ConnectOutcome> open(std::unique_ptr<Connection> connection, bool implicit_tls);

  net::Resolver& resolver_;
  const net::TlsContext& tls_;
  trust::TransportSecurity& security_;
  const TransportSettings& settings_;
};

}  // namespace freehold::smtp

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "directory/directory.hpp"
#include "net/resolver.hpp"
#include "net/tls.hpp"
#include "queue/transport.hpp"
#include "trust/return_paths.hpp"

namespace freehold::trust {
class TransportSecurity;
}

namespace freehold::smtp {

struct TransportSettings {
  std::string hostname;          // for EHLO
  std::uint16_t smtp_port = 25;  // of MX hosts
  bool prefer_ipv4 = false;
};

// SMTP as the queue's way out: to MX hosts with opportunistic TLS, to relays with verified TLS and
// AUTH. Owned by the wiring; the resolver and the TLS context outlive it and its channels.
class SmtpTransport final : public queue::Transport {
 public:
  SmtpTransport(net::Resolver& resolver, const net::TlsContext& tls,
                trust::TransportSecurity& security, const trust::ReturnPaths& return_paths,
                TransportSettings settings);

  [[nodiscard]] std::unique_ptr<queue::Channel> open(const queue::Route& route) override;
  // Connects, logs in, quits. What the relay said at last.
  awaitable<Result<std::string>> test_login(directory::RelayInfo relay);

 private:
  net::Resolver& resolver_;
  const net::TlsContext& tls_;
  trust::TransportSecurity& security_;
  const trust::ReturnPaths& return_paths_;
  TransportSettings settings_;
};

}  // namespace freehold::smtp

#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "net/https_client.hpp"
#include "net/resolver.hpp"
#include "store/engine.hpp"
#include "store/lane.hpp"
#include "trust/dane.hpp"
#include "trust/mta_sts_cache.hpp"
#include "trust/transport_policy.hpp"

namespace freehold::trust {

// One host that may take a message, and what the message itself says of TLS.
struct TransportTarget {
  std::string domain;  // the destination
  std::string host;
  std::uint16_t port = 25;
  bool mx_secure = false;
  bool require_tls = false;      // REQUIRETLS
  bool tls_required_no = false;  // "TLS-Required: No"
};

struct TransportPlan {
  TransportDecision decision;
  net::TlsPeer peer;
  DaneDemand dane;
};

// How an attempt at a host came out.
struct TransportOutcome {
  TlsOutcome tls = TlsOutcome::good;
  net::CertificateFault fault = net::CertificateFault::none;
  TlsLevel level = TlsLevel::plain;
  std::string address;      // of the host
  std::string information;  // in words, when it was not good
};

// What TLS mail to others needs, and the record of what came of it. Owned by the wiring, used from
// every thread; the others outlive it.
class TransportSecurity {
 public:
  TransportSecurity(net::Resolver& resolver, net::HttpsClient& https, store::Engine& engine,
                    const Clock& clock);

  // The destination's MTA-STS policy: once per delivery, before its hosts.
  awaitable<StsState> sts(std::string domain);
  awaitable<TransportPlan> plan(TransportTarget target, const StsState& sts);
  // Counts it for the day's TLS report, and remembers what the destination is used to.
  awaitable<void> note(TransportTarget target, const StsState& sts, const TransportPlan& plan,
                       TransportOutcome outcome);

  // Fetches policies that expire soon or were asked for behind a message's back. Called now and
  // then by the house.
  awaitable<void> refresh_policies();

 private:
  store::Engine& engine_;
  net::Resolver& resolver_;
  const Clock& clock_;
  StsCache cache_;
  store::Lane lane_;
  std::mutex mutex_;
  std::set<std::string> refresh_;  // domains
};

}  // namespace freehold::trust

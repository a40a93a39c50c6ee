#include "smtp/connection.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "net/connector.hpp"
#include "smtp/mx.hpp"

namespace freehold::smtp {

namespace {

constexpr std::chrono::seconds kConnectWait{30};
constexpr std::chrono::seconds kHandshakeWait{30};
constexpr std::size_t kMaxAddresses = 8;  // of a host that are tried at one attempt

ConnectOutcome failed(bool permanent, std::string status, std::string reason) {
  return {nullptr, {permanent, std::move(status), std::move(reason)}};
}

// What an attempt showed of the host's TLS; nothing when it was not reached.
std::optional<trust::TransportOutcome> seen_of(const ConnectOutcome& outcome) {
  using trust::TlsOutcome;
  trust::TransportOutcome seen;
  const auto* failure = outcome.connection && outcome.connection->without_tls
                            ? &*outcome.connection->without_tls
                            : &outcome.failure;
  if (outcome.connection && !outcome.connection->without_tls) {
    seen.address = outcome.connection->address;
    const auto* tls = outcome.connection->stream->tls();
    if (tls == nullptr) {
      seen.tls = TlsOutcome::not_offered;
      seen.information = "the host does not offer STARTTLS";
    } else {
      seen.level = tls->peer_verified ? trust::TlsLevel::verified : trust::TlsLevel::encrypted;
      seen.fault = tls->fault;
      if (!tls->peer_verified) {
        seen.tls = TlsOutcome::certificate;
        seen.information = tls->verify_error;
      }
    }
    return seen;
  }
  if (!failure->tls) return std::nullopt;
  seen.tls = *failure->tls;
  seen.fault = failure->fault;
  seen.address = failure->address;
  seen.information = failure->reason;
  return seen;
}

std::string describe(const net::TlsInfo* tls) {
  if (tls == nullptr) return "none: the host does not offer STARTTLS";
  const std::string what = tls->version + " " + tls->cipher;
  if (!tls->peer_verified) return what + ", not verified: " + tls->verify_error;
  return what +
         (tls->verified_by == net::TlsProof::authority ? ", verified" : ", verified by DANE");
}

std::string failure_status(const ClientOutcome& opened, bool permanent) {
  if (opened.kind == ClientOutcome::Kind::tls) return "4.7.5";
  if (opened.reply.status.present()) return opened.reply.status.text();
  return permanent ? "5.4.1" : "4.4.2";
}

std::optional<trust::TlsOutcome> tls_outcome(const ClientOutcome& opened) {
  if (opened.kind == ClientOutcome::Kind::no_tls) return trust::TlsOutcome::not_offered;
  if (opened.kind != ClientOutcome::Kind::tls) return std::nullopt;
  return opened.fault == net::CertificateFault::none ? trust::TlsOutcome::handshake
                                                     : trust::TlsOutcome::certificate;
}

// IPv6 and IPv4 in turn, each kind in random order, so that one broken family costs one failure and
// not all.
std::vector<net::IpAddress> in_turn(std::vector<net::IpAddress> addresses, bool prefer_ipv4) {
  std::vector<net::IpAddress> kinds[2];
  for (auto& address : addresses) kinds[address.is_v4() == prefer_ipv4 ? 0 : 1].push_back(address);
  for (auto& kind : kinds) {
    for (std::size_t i = kind.size(); i > 1; --i) std::swap(kind[i - 1], kind[random_u64() % i]);
  }
  std::vector<net::IpAddress> out;
  for (std::size_t i = 0;
       i < std::max(kinds[0].size(), kinds[1].size()) && out.size() < kMaxAddresses; ++i) {
    for (const auto& kind : kinds) {
      if (i < kind.size()) out.push_back(kind[i]);
    }
  }
  return out;
}

}  // namespace

awaitable<ConnectOutcome> Connector::connect(const queue::Route& route, TlsNeeds needs) {
  if (route.relay) co_return co_await connect_relay(*route.relay);
  co_return co_await connect_mx(route.domain, needs);
}

awaitable<ConnectOutcome> Connector::connect_relay(const directory::RelayInfo& relay) {
  ClientSettings wanted;
  wanted.hostname = settings_.hostname;
  wanted.tls = ClientSettings::Tls::required;
  wanted.tls_context = &tls_;
  wanted.tls_peer = net::TlsPeer::verified(relay.host);
  if (!relay.user.empty()) wanted.login = directory::SaslCredentials{relay.user, relay.password};
  auto outcome =
      co_await try_host(relay.host, relay.port, wanted, relay.tls == directory::RelayTls::implicit);
  // A relay that refuses the login or is gone is the owner's to mend: no user's mail is bounced for
  // it.
  outcome.failure.permanent = false;
  if (outcome.failure.status.starts_with('5')) outcome.failure.status.front() = '4';
  co_return outcome;
}

awaitable<ConnectOutcome> Connector::connect_mx(std::string domain, TlsNeeds needs) {
  trust::TransportTarget target{domain, {}, settings_.smtp_port};
  target.require_tls = needs.require;
  target.tls_required_no = needs.required_no;
  if (domain.starts_with('[')) {  // an address: nobody vouches for it
    target.host = domain;
    co_return co_await connect_host(target, {});
  }
  const auto mx = co_await find_mx(resolver_, domain, settings_.hostname);
  switch (mx.status) {
    case MxHosts::Status::found:
      break;
    case MxHosts::Status::refuses_mail:
      co_return failed(true, "5.1.10", mx.reason);  // RFC 7505, 4.1
    case MxHosts::Status::no_such_domain:
      co_return failed(true, "5.1.2", mx.reason);
    case MxHosts::Status::loops:
      co_return failed(true, "5.4.6", mx.reason);
    case MxHosts::Status::try_later:
      co_return failed(false, "4.4.3", mx.reason);
  }
  target.mx_secure = mx.secure;
  const auto sts = co_await security_.sts(domain);
  ConnectOutcome outcome = failed(false, "4.4.1", "no host of " + domain + " could be tried");
  bool all_permanent = true;
  for (const auto& host : mx.hosts) {
    target.host = host;
    outcome = co_await connect_host(target, sts);
    if (outcome.connection) co_return outcome;
    all_permanent = all_permanent && outcome.failure.permanent;
  }
  outcome.failure.permanent = all_permanent;
  co_return outcome;
}

// One MX host, with the TLS that its DNS, its domain's policy and the message ask for.
awaitable<ConnectOutcome> Connector::connect_host(trust::TransportTarget target,
                                                  const trust::StsState& sts) {
  const bool literal = target.host.starts_with('[');
  trust::TransportPlan plan;
  if (!literal) plan = co_await security_.plan(target, sts);
  if (literal && target.require_tls) {
    co_return failed(true, "5.7.30", "REQUIRETLS: nobody vouches for an address literal");
  }
  if (!plan.decision.skip.empty()) {
    trust::TransportOutcome skipped;
    skipped.tls = trust::TlsOutcome::handshake;
    skipped.information = plan.dane.reason.empty() ? plan.decision.skip : plan.dane.reason;
    if (plan.decision.failed_already) co_await security_.note(target, sts, plan, skipped);
    const std::string reason = target.host + " is not used: " + std::string(plan.decision.skip) +
                               (plan.dane.reason.empty() ? "" : ": " + plan.dane.reason);
    co_return failed(plan.decision.skip_is_final, plan.decision.skip_is_final ? "5.7.30" : "4.7.5",
                     reason);
  }
  ClientSettings wanted;
  wanted.hostname = settings_.hostname;
  wanted.tls = plan.decision.required == trust::TransportDecision::Tls::opportunistic
                   ? ClientSettings::Tls::opportunistic
                   : ClientSettings::Tls::required;
  wanted.tls_context = &tls_;
  wanted.tls_peer = literal ? net::TlsPeer::unverified(target.host) : std::move(plan.peer);
  auto outcome = co_await try_host(target.host, target.port, wanted, false);
  const auto seen = literal ? std::nullopt : seen_of(outcome);
  if (seen) co_await security_.note(std::move(target), sts, plan, *seen);
  co_return outcome;
}

awaitable<ConnectOutcome> Connector::try_host(std::string host, std::uint16_t port,
                                              ClientSettings wanted, bool implicit_tls) {
  std::vector<net::IpAddress> addresses;
  if (host.starts_with('[')) {
    auto literal = std::string_view(host).substr(1, host.size() - 2);
    if (literal.starts_with("IPv6:")) literal.remove_prefix(5);
    if (const auto address = net::IpAddress::parse(literal)) addresses.push_back(*address);
  } else {
    const auto answer = co_await resolver_.addresses(host);
    if (answer.status == net::DnsStatus::failed || answer.status == net::DnsStatus::bogus) {
      co_return failed(false, "4.4.3",
                       "the addresses of " + host + " cannot be looked up: " + answer.error);
    }
    addresses = answer.records;
  }
  if (addresses.empty()) co_return failed(true, "5.4.4", "the host " + host + " has no address");
  ConnectOutcome outcome;
  for (const auto& address : in_turn(std::move(addresses), settings_.prefer_ipv4)) {
    const net::Endpoint at{address, port};
    outcome = co_await try_address(host, at, wanted, implicit_tls);
    if (outcome.connection) co_return outcome;
    if (outcome.failure.status == "4.7.5" && wanted.tls == ClientSettings::Tls::opportunistic) {
      // RFC 3207: TLS that does not work protects no better than none, and the mail has to go.
      const auto failure = outcome.failure;
      auto plain = wanted;
      plain.tls = ClientSettings::Tls::never;
      outcome = co_await try_address(host, at, plain, false);
      if (outcome.connection) {
        outcome.connection->tls = "none: " + failure.reason;
        outcome.connection->without_tls = failure;
        co_return outcome;
      }
    }
  }
  co_return outcome;
}

awaitable<ConnectOutcome> Connector::try_address(std::string host, net::Endpoint at,
                                                 const ClientSettings& wanted, bool implicit_tls) {
  auto connection = std::make_unique<Connection>();
  connection->host = host + " " + at.address.literal();
  connection->address = at.address.text();
  connection->settings = std::make_unique<ClientSettings>(wanted);
  auto stream = co_await net::connect(at, net::after(kConnectWait));
  if (!stream) {
    co_return failed(
        false, "4.4.1",
        connection->host + " port " + std::to_string(at.port) + ": " + stream.error().message());
  }
  connection->stream = std::move(*stream);
  co_return co_await open(std::move(connection), implicit_tls);
}

awaitable<ConnectOutcome> Connector::open(std::unique_ptr<Connection> connection,
                                          bool implicit_tls) {
  auto& stream = *connection->stream;
  if (implicit_tls) {
    const auto shaken = co_await stream.connect_tls(tls_, connection->settings->tls_peer,
                                                    net::after(kHandshakeWait));
    if (!shaken) {
      const auto* tls = stream.tls();
      co_return failed(
          false, "4.7.5",
          connection->host + ": TLS failed: " +
              (tls != nullptr && !tls->verify_error.empty() ? tls->verify_error
                                                            : shaken.error().message()));
    }
  }
  connection->client = std::make_unique<Client>(stream, *connection->settings);
  const auto opened = co_await connection->client->open();
  if (!opened.ok()) {
    stream.close();
    const bool permanent = opened.kind == ClientOutcome::Kind::answered && opened.reply.permanent();
    auto outcome = failed(permanent, failure_status(opened, permanent),
                          connection->host + ": " + opened.reply.full_text());
    outcome.failure.address = connection->address;
    outcome.failure.fault = opened.fault;
    outcome.failure.tls = tls_outcome(opened);
    co_return outcome;
  }
  connection->tls = describe(stream.tls());
  co_return ConnectOutcome{std::move(connection), {}};
}

}  // namespace freehold::smtp

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

std::string describe(const net::TlsInfo* tls) {
  if (tls == nullptr) return "none: the host does not offer STARTTLS";
  return tls->version + " " + tls->cipher +
         (tls->peer_verified ? ", verified" : ", not verified: " + tls->verify_error);
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

awaitable<ConnectOutcome> Connector::connect(const queue::Route& route, bool require_tls) {
  if (route.relay) co_return co_await connect_relay(*route.relay);
  co_return co_await connect_mx(route.domain, require_tls);
}

awaitable<ConnectOutcome> Connector::connect_relay(const directory::RelayInfo& relay) {
  ClientSettings wanted;
  wanted.hostname = settings_.hostname;
  wanted.tls = ClientSettings::Tls::verified;
  wanted.tls_context = &tls_;
  wanted.tls_name = relay.host;
  if (!relay.user.empty()) wanted.login = directory::SaslCredentials{relay.user, relay.password};
  auto outcome =
      co_await try_host(relay.host, relay.port, wanted, relay.tls == directory::RelayTls::implicit);
  // A relay that refuses the login or is gone is the owner's to mend: no user's mail is bounced for
  // it.
  outcome.failure.permanent = false;
  if (outcome.failure.status.starts_with('5')) outcome.failure.status.front() = '4';
  co_return outcome;
}

awaitable<ConnectOutcome> Connector::connect_mx(std::string domain, bool require_tls) {
  ClientSettings wanted;
  wanted.hostname = settings_.hostname;
  wanted.tls = require_tls ? ClientSettings::Tls::verified : ClientSettings::Tls::opportunistic;
  wanted.tls_context = &tls_;
  std::vector<std::string> hosts;
  if (domain.starts_with('[')) {
    hosts = {domain};
  } else {
    auto mx = co_await find_mx(resolver_, domain, settings_.hostname);
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
    hosts = std::move(mx.hosts);
  }
  ConnectOutcome outcome = failed(false, "4.4.1", "no host of " + domain + " could be tried");
  bool all_permanent = true;
  for (const auto& host : hosts) {
    wanted.tls_name = host;
    outcome = co_await try_host(host, settings_.smtp_port, wanted, false);
    if (outcome.connection) co_return outcome;
    all_permanent = all_permanent && outcome.failure.permanent;
  }
  outcome.failure.permanent = all_permanent;
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
      const auto reason = outcome.failure.reason;
      auto plain = wanted;
      plain.tls = ClientSettings::Tls::never;
      outcome = co_await try_address(host, at, plain, false);
      if (outcome.connection) {
        outcome.connection->tls = "none: " + reason;
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
    const auto shaken = co_await stream.connect_tls(tls_, connection->settings->tls_name, true,
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
    const auto status = opened.kind == ClientOutcome::Kind::tls ? std::string("4.7.5")
                        : opened.reply.status.present()         ? opened.reply.status.text()
                        : permanent                             ? std::string("5.4.1")
                                                                : std::string("4.4.2");
    co_return failed(permanent, status, connection->host + ": " + opened.reply.full_text());
  }
  connection->tls = describe(stream.tls());
  co_return ConnectOutcome{std::move(connection), {}};
}

}  // namespace freehold::smtp

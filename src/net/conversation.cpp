#include "net/conversation.hpp"

#include <boost/asio/this_coro.hpp>

#include "base/log.hpp"
#include "net/proxy_protocol.hpp"
#include "net/socket_stream.hpp"

namespace freehold::net {

namespace {

constexpr std::chrono::seconds kHandshakeLimit{30};
constexpr std::chrono::seconds kProxyHeaderLimit{5};

class Counted {
 public:
  explicit Counted(metrics::Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  ~Counted() { gauge_.add(-1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  metrics::Gauge& gauge_;
};

// Learns the real addresses from the proxy.
awaitable<bool> hear_proxy(SocketStream& stream, const ServerSession& session) {
  const IoResult<ProxyHeader> header = co_await read_proxy_header(stream, after(kProxyHeaderLimit));
  if (!header) {
    log::warning("net.proxy_header_missing", {{"session", session.id()},
                                              {"peer", stream.peer().address.text()},
                                              {"error", header.error().message()}});
    co_return false;
  }
  if (header->proxied) stream.set_endpoints(header->source, header->destination);
  co_return true;
}

awaitable<bool> secure(SocketStream& stream, const TlsContext& context,
                       const ServerSession& session) {
  const IoResult<> secured = co_await stream.accept_tls(context, after(kHandshakeLimit));
  if (!secured) {
    log::info("net.tls_failed", {{"session", session.id()},
                                 {"peer", stream.peer().address.text()},
                                 {"error", secured.error().message()}});
  }
  co_return secured.has_value();
}

}  // namespace

awaitable<void> converse(const Acceptor& acceptor, House house, std::string id, Accepted accepted,
                         std::optional<ConnectionLimits::Ticket> ticket) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const int descriptor = accepted.descriptor.get();
  SocketStream stream(executor, descriptor, accepted.peer, accepted.local);
  static_cast<void>(accepted.descriptor.release());  // now the stream's
  const Counted counted(acceptor.connections());
  ServerSession session(std::move(id), house.draining, house.sessions, &stream);
  std::optional<ConnectionLimits::Ticket> late_ticket;
  if (!ticket) {
    const bool heard = co_await hear_proxy(stream, session);
    if (!heard) co_return;
    if (house.is_banned && house.is_banned(stream.peer().address)) {
      acceptor.refuse(descriptor, stream.peer(), ConnectionLimits::Refusal::banned);
      co_return;
    }
    auto admission = house.limits.admit(stream.peer().address);
    if (const auto* refusal = std::get_if<ConnectionLimits::Refusal>(&admission)) {
      acceptor.refuse(descriptor, stream.peer(), *refusal);
      co_return;
    }
    late_ticket.emplace(std::get<ConnectionLimits::Ticket>(std::move(admission)));
  }
  if (acceptor.settings().implicit_tls != nullptr) {
    const bool secured = co_await secure(stream, *acceptor.settings().implicit_tls, session);
    if (!secured) co_return;
  }
  co_await acceptor.serve()(stream, session);
  stream.close();
}

}  // namespace freehold::net

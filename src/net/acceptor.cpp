#include "net/acceptor.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>

#include "base/log.hpp"
#include "net/readiness.hpp"
#include "net/socket_address.hpp"

namespace freehold::net {

namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::seconds kBetweenComplaints{1};
constexpr unsigned kAcceptsInTurn = 64;

// Errors that last: to try again at once would be to spin.
bool is_out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::string_view words(ConnectionLimits::Refusal refusal) {
  switch (refusal) {
    case ConnectionLimits::Refusal::server_full:
      return "server_full";
    case ConnectionLimits::Refusal::prefix_full:
      return "prefix_full";
    case ConnectionLimits::Refusal::banned:
      break;
  }
  return "banned";
}

// Logs one line a second at most.
class Complaint {
 public:
  void write(const std::string& listener, const error_code& error) {
    const auto now = Deadline::clock::now();
    if (last_ && now - *last_ < kBetweenComplaints) return;
    last_ = now;
    log::warning("net.accept_failed", {{"listener", listener}, {"error", error.message()}});
  }

 private:
  std::optional<Deadline> last_;
};

}  // namespace

Acceptor::Acceptor(ListenerSettings settings, Serve serve, OpenListener open)
    : settings_(std::move(settings)),
      serve_(std::move(serve)),
      open_(std::move(open)),
      accepted_(metrics::counter("freehold_net_accepted_total", "Connections accepted.", label())),
      refused_(metrics::counter("freehold_net_refused_total", "Connections over a limit or banned.",
                                label())),
      connections_(metrics::gauge("freehold_net_connections", "Connections now open.", label())) {}

Acceptor::~Acceptor() {
  if (!open_.made_path.empty()) unlink(open_.made_path.c_str());
}

awaitable<void> Acceptor::run(Session& session, std::function<void(Accepted)> take) {
  const auto executor = co_await boost::asio::this_coro::executor;
  Readiness readiness(executor, open_.descriptor.get());
  static_cast<void>(open_.descriptor.release());  // now closed with `readiness`
  session.on_drain(
      [&readiness] { readiness.end(Readiness::reading, boost::asio::error::operation_aborted); });
  Complaint complaint;
  unsigned accepts = 0;
  while (!session.draining()) {
    SocketAddress peer;
    Descriptor descriptor(
        accept4(readiness.descriptor(), peer.get(), peer.room(), SOCK_NONBLOCK | SOCK_CLOEXEC));
    const error_code error(errno, boost::system::system_category());
    if (descriptor) {
      accepted_.add();
      const Endpoint local = SocketAddress::local(descriptor.get()).endpoint();
      take({std::move(descriptor), peer.endpoint(), local});
      if (++accepts % kAcceptsInTurn == 0) co_await readiness.yield();
    } else if (error.value() == EAGAIN || error.value() == EWOULDBLOCK) {
      const error_code waited =
          co_await readiness.wait(Readiness::reading, Want::to_read, Deadline::max());
      if (waited && !session.draining()) co_await sleep(session, kPause);
    } else if (is_out_of_resources(error.value())) {
      complaint.write(settings_.name, error);
      co_await sleep(session, kPause);
    } else {
      // What the network did to a connection before it was accepted (accept(2)); the next one may
      // be well.
      complaint.write(settings_.name, error);
      co_await readiness.yield();
    }
  }
}

void Acceptor::refuse(int descriptor, const Endpoint& peer,
                      ConnectionLimits::Refusal refusal) const {
  refused_.add();
  const auto level =
      refusal == ConnectionLimits::Refusal::banned ? log::Level::debug : log::Level::info;
  log::write(
      level, "net.refused",
      {{"listener", settings_.name}, {"peer", peer.address.text()}, {"reason", words(refusal)}});
  const bool banned = refusal == ConnectionLimits::Refusal::banned;
  const std::string& text = banned ? settings_.goodbye_when_banned : settings_.goodbye_when_full;
  static_cast<void>(send(descriptor, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  shutdown(descriptor, SHUT_WR);
}

bool Acceptor::is_proxy(const IpAddress& address) const {
  return std::ranges::any_of(settings_.proxies,
                             [&](const Network& network) { return network.contains(address); });
}

}  // namespace freehold::net

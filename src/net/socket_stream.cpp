#include "net/socket_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>

namespace freehold::net {

namespace asio = boost::asio;

namespace {

// A peer that always has data ready must not keep the thread for itself.
constexpr unsigned kTurns = 64;
// What is read and thrown away before a close: unread data would turn it into a reset, and the peer
// would lose our goodbye.
constexpr std::size_t kMostDiscarded = 256 * 1024;

Attempt system_outcome(ssize_t result, Want want) {
  if (result >= 0) return Attempt::done(static_cast<std::size_t>(result));
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return Attempt::wait_for(want);
  return Attempt::failed(error_code(errno, boost::system::system_category()));
}

Attempt receive(int descriptor, std::span<char> into, int flags) {
  const Attempt attempt =
      system_outcome(recv(descriptor, into.data(), into.size(), flags), Want::to_read);
  const bool ended = attempt.count == 0 && !attempt.blocked && !attempt.error;
  return ended ? Attempt::failed(asio::error::eof) : attempt;
}

void discard_unread(int descriptor) {
  std::array<char, 8192> buffer;
  for (std::size_t total = 0; total < kMostDiscarded;) {
    const ssize_t count = recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) return;
    total += static_cast<std::size_t>(count);
  }
}

}  // namespace

SocketStream::SocketStream(asio::any_io_executor executor, int descriptor, Endpoint peer,
                           Endpoint local)
    : peer_(peer), local_(local), readiness_(std::move(executor), descriptor) {
  const int on = 1;  // fails on a unix socket, which does not wait for more anyway
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

awaitable<IoResult<std::size_t>> SocketStream::read_some(std::span<char> into, Deadline deadline) {
  if (into.empty()) co_return std::size_t{0};
  while (true) {
    if (turn_is_over()) co_await readiness_.yield();
    if (cancelled_) co_return error_code{asio::error::operation_aborted};
    const Attempt attempt = try_read(into);
    if (attempt.error) co_return attempt.error;
    if (!attempt.blocked) co_return attempt.count;
    const error_code error =
        co_await readiness_.wait(Readiness::reading, *attempt.blocked, deadline);
    turns_ = 0;
    if (error) co_return error;
  }
}

awaitable<IoResult<>> SocketStream::write(std::string_view bytes, Deadline deadline) {
  // TLS would send the rest of the record that was given up, and take it for the new one.
  if (write_failed_) co_return write_failed_;
  while (!bytes.empty()) {
    if (turn_is_over()) co_await readiness_.yield();
    const Attempt attempt = try_write(bytes);
    bytes.remove_prefix(attempt.count);
    write_failed_ = attempt.error;
    if (attempt.blocked) {
      write_failed_ = co_await readiness_.wait(Readiness::writing, *attempt.blocked, deadline);
      turns_ = 0;
    }
    if (write_failed_) co_return write_failed_;
  }
  co_return IoResult<>{};
}

awaitable<IoResult<Wake>> SocketStream::wait_readable(Deadline deadline) {
  while (true) {
    if (turn_is_over()) co_await readiness_.yield();
    if (cancelled_) co_return asio::error::operation_aborted;
    if (interrupted_) {
      interrupted_ = false;
      co_return Wake::interrupted;
    }
    const Attempt attempt = try_peek();
    if (!attempt.blocked) co_return Wake::readable;  // or an error, which the next read will tell
    waiting_readable_ = true;
    const error_code error =
        co_await readiness_.wait(Readiness::reading, *attempt.blocked, deadline);
    waiting_readable_ = false;
    turns_ = 0;
    if (interrupted_) continue;
    if (error) co_return error;
    // What has come over TLS may be no data of the peer's, but the protocol's own.
    if (!tls_) co_return Wake::readable;
  }
}

void SocketStream::interrupt() {
  interrupted_ = true;
  if (waiting_readable_) readiness_.end(Readiness::reading, asio::error::operation_aborted);
}

void SocketStream::cancel() {
  cancelled_ = true;
  readiness_.end(Readiness::reading, asio::error::operation_aborted);
}

awaitable<IoResult<>> SocketStream::accept_tls(const TlsContext& context, Deadline deadline) {
  if (tls_) co_return asio::error::already_connected;
  tls_ = TlsSession::server(context, readiness_.descriptor());
  co_return co_await handshake(deadline);
}

awaitable<IoResult<>> SocketStream::connect_tls(const TlsContext& context, TlsPeer peer,
                                                Deadline deadline) {
  if (tls_) co_return asio::error::already_connected;
  tls_ = TlsSession::client(context, readiness_.descriptor(), peer);
  if (!tls_) co_return asio::error::invalid_argument;
  co_return co_await handshake(deadline);
}

awaitable<IoResult<>> SocketStream::handshake(Deadline deadline) {
  while (true) {
    if (cancelled_) co_return asio::error::operation_aborted;
    const Attempt attempt = tls_->handshake();
    if (attempt.error) co_return attempt.error;
    if (!attempt.blocked) break;
    const error_code error =
        co_await readiness_.wait(Readiness::reading, *attempt.blocked, deadline);
    if (error) co_return error;
  }
  secured_ = true;
  co_return IoResult<>{};
}

void SocketStream::close() {
  if (closed_) return;
  closed_ = true;
  if (tls_) tls_->close();
  shutdown(readiness_.descriptor(), SHUT_WR);
  discard_unread(readiness_.descriptor());
  readiness_.close();
}

awaitable<IoResult<>> SocketStream::finish_connect(Deadline deadline) {
  const error_code waited = co_await readiness_.wait(Readiness::writing, Want::to_write, deadline);
  if (waited) co_return waited;
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(readiness_.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) co_return error_code(error, boost::system::system_category());
  co_return IoResult<>{};
}

void SocketStream::set_endpoints(const Endpoint& peer, const Endpoint& local) {
  peer_ = peer;
  local_ = local;
}

Attempt SocketStream::try_read(std::span<char> into) {
  return tls_ ? tls_->read(into) : receive(readiness_.descriptor(), into, 0);
}

Attempt SocketStream::try_write(std::string_view bytes) {
  if (tls_) return tls_->write(bytes);
  const ssize_t sent = send(readiness_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return system_outcome(sent, Want::to_write);
}

Attempt SocketStream::try_peek() {
  char byte = 0;
  return tls_ ? tls_->peek() : receive(readiness_.descriptor(), {&byte, 1}, MSG_PEEK);
}

bool SocketStream::turn_is_over() {
  if (++turns_ < kTurns) return false;
  turns_ = 0;
  return true;
}

}  // namespace freehold::net

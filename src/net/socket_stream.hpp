#pragma once

#include "net/attempt.hpp"
#include "net/tls_session.hpp"

namespace freehold::net {

// A stream over a TCP or unix socket, at first plain. It tries before it waits: the reactor is
// asked only when the kernel has nothing to give or no room.
class SocketStream final : public Stream {
 public:
  // Takes over a non-blocking socket, connected or just connecting.
  SocketStream(boost::asio::any_io_executor executor, int descriptor, Endpoint peer,
               Endpoint local);

  awaitable<IoResult<std::size_t>> read_some(std::span<char> into, Deadline) override;
  awaitable<IoResult<>> write(std::string_view bytes, Deadline) override;
  awaitable<IoResult<Wake>> wait_readable(Deadline) override;
  void interrupt() override;
  void cancel() override;
  awaitable<IoResult<>> accept_tls(const TlsContext&, Deadline) override;
  using Stream::connect_tls;
  awaitable<IoResult<>> connect_tls(const TlsContext&, TlsPeer, Deadline) override;
  void close() override;
  const TlsInfo* tls() const override { return secured_ ? &tls_->info() : nullptr; }
  const Endpoint& peer() const override { return peer_; }
  const Endpoint& local() const override { return local_; }

  // Waits for the end of a connect(2) that is in progress.
  awaitable<IoResult<>> finish_connect(Deadline);
  // What a PROXY header said.
  void set_endpoints(const Endpoint& peer, const Endpoint& local);

 private:
  Attempt try_read(std::span<char> into);
  Attempt try_write(std::string_view bytes);
  Attempt try_peek();
  awaitable<IoResult<>> handshake(Deadline);
  bool turn_is_over();

  Endpoint peer_;
  Endpoint local_;
  Readiness readiness_;
  std::unique_ptr<TlsSession> tls_;  // uses the descriptor of readiness_
  bool secured_ = false;
  bool cancelled_ = false;
  bool interrupted_ = false;
  bool waiting_readable_ = false;
  bool closed_ = false;
  unsigned turns_ = 0;  // operations since the coroutine was last suspended
  error_code write_failed_;
};

}  // namespace freehold::net

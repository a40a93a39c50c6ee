#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/address.hpp"
#include "net/tls_peer.hpp"

namespace freehold::net {

class TlsContext;

// A moment of the monotonic clock at which a wait is given up.
using Deadline = std::chrono::steady_clock::time_point;
[[nodiscard]] inline Deadline after(std::chrono::milliseconds wait) {
  return std::chrono::steady_clock::now() + wait;
}

// What is known of the TLS that protects a stream.
struct TlsInfo {
  std::string version;                       // "TLSv1.3"
  std::string cipher;                        // "TLS_AES_256_GCM_SHA384"
  int bits = 0;                              // of the cipher's key
  std::string server_name;                   // the SNI
  bool peer_verified = false;                // client side: the chain and the name were right
  TlsProof verified_by = TlsProof::nothing;  // client side
  std::string verify_error;                  // client side: why not
  CertificateFault fault = CertificateFault::none;  // the same, sorted
  std::string
      channel_binding;  // tls-exporter (RFC 9266) on TLS 1.3, for SCRAM-…-PLUS; empty before
};

enum class Wake { readable, interrupted };

// A connection: plain TCP, TLS, a unix socket, or memory in tests. Owned by its session's coroutine
// and used in the thread of that session only. At most one read (or wait_readable) and one write at
// a time.
//
// Every wait ends by its deadline with errc::timed_out; a stream stays usable for a goodbye after a
// read has timed out or was cancelled, but not after a write has. A peer's orderly end is
// asio::error::eof.
class Stream {
 public:
  virtual ~Stream() = default;

  // Some bytes, at least one.
  virtual awaitable<IoResult<std::size_t>> read_some(std::span<char> into, Deadline) = 0;
  // All of `bytes`.
  virtual awaitable<IoResult<>> write(std::string_view bytes, Deadline) = 0;
  // Waits without consuming anything and without holding a buffer: for idle sessions and for IDLE.
  virtual awaitable<IoResult<Wake>> wait_readable(Deadline) = 0;

  // Ends a wait_readable, the one under way or else the next one, with Wake::interrupted. From the
  // session's own thread.
  virtual void interrupt() = 0;
  // Ends the read under way, and each later one, with errc::operation_canceled. From the session's
  // own thread.
  virtual void cancel() = 0;

  // Server side of the TLS handshake. What the peer sent in plain text before it and was not read
  // is an error.
  virtual awaitable<IoResult<>> accept_tls(const TlsContext&, Deadline) = 0;
  // Client side. Fails with errc::invalid_argument when the peer's name is none.
  virtual awaitable<IoResult<>> connect_tls(const TlsContext&, TlsPeer, Deadline) = 0;
  // The same for one name, with or without need of a valid certificate for it.
  awaitable<IoResult<>> connect_tls(const TlsContext& context, std::string server_name, bool verify,
                                    Deadline deadline) {
    return connect_tls(context, TlsPeer{std::move(server_name), verify, {}, {}}, deadline);
  }

  // Says goodbye to the peer (TLS close_notify, FIN) and closes. No further call but the
  // destructor.
  virtual void close() = 0;

  [[nodiscard]] virtual const TlsInfo* tls() const = 0;  // null: plain
  // Of a unix socket both are 127.0.0.1, port 0: as local as can be.
  [[nodiscard]] virtual const Endpoint& peer() const = 0;
  [[nodiscard]] virtual const Endpoint& local() const = 0;
};

// A pair of connected streams in memory: what one writes the other reads. Deadlines hold as on the
// real ones; TLS is refused with errc::operation_not_supported.
[[nodiscard]] std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> memory_streams();

}  // namespace freehold::net

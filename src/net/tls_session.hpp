#pragma once

#include <memory>
#include <span>
#include <string>

#include "net/attempt.hpp"
#include "net/stream.hpp"

using SSL = struct ssl_st;

namespace freehold::net {

// OpenSSL's side of one connection, over a descriptor that is not its own. Nothing here waits.
class TlsSession {
 public:
  [[nodiscard]] static std::unique_ptr<TlsSession> server(const TlsContext& context,
                                                          int descriptor);
  // The peer's name is a host name or an IP address's text; null when it is neither.
  [[nodiscard]] static std::unique_ptr<TlsSession> client(const TlsContext& context, int descriptor,
                                                          const TlsPeer& peer);

  Attempt handshake();
  Attempt read(std::span<char> into);
  Attempt write(std::string_view bytes);
  // Whether read would have something: a count of 1, an error, or blocked.
  Attempt peek();
  // Sends close_notify if it can be sent at once.
  void close();

  [[nodiscard]] const TlsInfo& info() const { return info_; }  // after the handshake

 private:
  struct Free {
    void operator()(SSL* ssl) const;
  };

  explicit TlsSession(SSL* ssl) : ssl_(ssl) {}
  bool expect_server(const TlsPeer& peer);
  bool expect_dane(const TlsPeer& peer);
  Attempt outcome(int result, std::size_t count);
  error_code failure(int system_error);
  void describe();
  void describe_peer();

  std::unique_ptr<SSL, Free> ssl_;
  bool established_ = false;
  bool unmatchable_ = false;  // DANE without a record that OpenSSL understands
  error_code failed_;         // OpenSSL must not be asked again after a fatal error
  TlsInfo info_;
};

}  // namespace freehold::net

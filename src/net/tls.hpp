#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"

namespace freehold::net {

// Certificates, keys and settings for TLS (1.2 and 1.3, server ciphers of RFC 9325). Shared by the
// listeners and read by every thread; a stream that has begun its handshake keeps what it began
// with.
class TlsContext {
 public:
  // Reads PEM files: the chain with the server's own certificate first, and its key.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> server(const std::string& chain_file,
                                                                  const std::string& key_file);
  // Trusts the certificates in `ca_file`, or the system's when it is empty.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> client(const std::string& ca_file = {});

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Reads the files again. New handshakes use the new certificate, running connections go on; on a
  // Problem the old certificate stays. Thread-safe.
  [[nodiscard]] Result<> reload();

  struct State;
  [[nodiscard]] std::shared_ptr<State> state()
      const;  // shared by this context and the handshakes under way

 private:
  TlsContext();
  struct Holder;
  std::unique_ptr<Holder> holder_;
};

// Writes a self-signed certificate for `host` (ECDSA P-256, 10 years) and its key (mode 0600).
[[nodiscard]] Result<> write_self_signed(const std::string& host, const std::string& chain_file,
                                         const std::string& key_file);

}  // namespace freehold::net

#pragma once

#include <memory>

#include "net/tls.hpp"

using SSL_CTX = struct ssl_ctx_st;

namespace freehold::net {

// OpenSSL's context: made once, never changed after. A reload makes another one.
struct TlsContext::State {
  explicit State(SSL_CTX* context) : ctx(context) {}
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  SSL_CTX* const ctx;  // owned
};

}  // namespace freehold::net

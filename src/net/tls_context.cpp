#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <ctime>
#include <mutex>

#include "base/log.hpp"
#include "net/tls_state.hpp"

namespace freehold::net {

namespace {

struct FreeContext {
  void operator()(SSL_CTX* ctx) const { SSL_CTX_free(ctx); }
};
using ContextPointer = std::unique_ptr<SSL_CTX, FreeContext>;

// RFC 9325, 4.2, for TLS 1.2: forward secrecy and authenticated encryption only.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

std::string openssl_reason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = error ? ERR_reason_error_string(error) : nullptr;
  return reason ? reason : "unknown reason";
}

// Sessions are neither cached nor resumed: mail connections are long and few, and tickets cost
// memory in each.
ContextPointer make_context(const SSL_METHOD* method) {
  ContextPointer ctx(SSL_CTX_new(method));
  if (!ctx) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(ctx.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(ctx.get(), kCiphers);
  SSL_CTX_set_options(ctx.get(),
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(ctx.get(), 0);
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(ctx.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return ctx;
}

Problem unreadable(const std::string& what, const std::string& file) {
  return problem(Problem::Kind::invalid, what + ": " + openssl_reason(), file,
                 "it has to be a readable PEM file");
}

void warn_of_dates(SSL_CTX* ctx, const std::string& file) {
  const X509* certificate = SSL_CTX_get0_certificate(ctx);
  if (certificate == nullptr) return;
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    log::warning("tls.certificate_expired", {{"file", file}});
  }
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    log::warning("tls.certificate_not_yet_valid", {{"file", file}});
  }
}

}  // namespace

TlsContext::State::~State() { SSL_CTX_free(ctx); }

struct TlsContext::Holder {
  bool is_server = false;
  std::string
      certificates;  // the chain of a server, the authorities of a client; may be empty there
  std::string key;

  std::mutex mutex;  // guards `state`
  std::shared_ptr<State> state;

  [[nodiscard]] Result<ContextPointer> load_server() const {
    ContextPointer ctx = make_context(TLS_server_method());
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(ctx.get(), certificates.c_str()) != 1) {
      return unreadable("the certificate cannot be read", certificates);
    }
    if (SSL_CTX_use_PrivateKey_file(ctx.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
      const unsigned long error = ERR_peek_last_error();
      if (ERR_GET_LIB(error) == ERR_LIB_X509) return mismatch();
      return unreadable("the key cannot be read", key);
    }
    if (SSL_CTX_check_private_key(ctx.get()) != 1) return mismatch();
    warn_of_dates(ctx.get(), certificates);
    return ctx;
  }

  [[nodiscard]] Problem mismatch() const {
    ERR_clear_error();
    return problem(Problem::Kind::invalid,
                   "the key does not belong to the certificate in " + certificates, key,
                   "give the key that the certificate was made with");
  }

  [[nodiscard]] Result<ContextPointer> load_client() const {
    ContextPointer ctx = make_context(TLS_client_method());
    if (SSL_CTX_dane_enable(ctx.get()) != 1) throw std::bad_alloc();
    ERR_clear_error();
    if (certificates.empty()) {
      SSL_CTX_set_default_verify_paths(ctx.get());
    } else if (SSL_CTX_load_verify_file(ctx.get(), certificates.c_str()) != 1) {
      return unreadable("the trusted certificates cannot be read", certificates);
    }
    return ctx;
  }

  [[nodiscard]] Result<> load() {
    Result<ContextPointer> loaded = is_server ? load_server() : load_client();
    if (!loaded) return loaded.error();
    auto fresh = std::make_shared<State>(loaded->release());
    const std::lock_guard lock(mutex);
    state.swap(fresh);
    return {};
  }
};

TlsContext::TlsContext() : holder_(std::make_unique<Holder>()) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::server(const std::string& chain_file,
                                                       const std::string& key_file) {
  std::unique_ptr<TlsContext> context(new TlsContext);
  context->holder_->is_server = true;
  context->holder_->certificates = chain_file;
  context->holder_->key = key_file;
  const Result<> loaded = context->reload();
  if (!loaded) return loaded.error();
  return context;
}

Result<std::unique_ptr<TlsContext>> TlsContext::client(const std::string& ca_file) {
  std::unique_ptr<TlsContext> context(new TlsContext);
  context->holder_->certificates = ca_file;
  const Result<> loaded = context->reload();
  if (!loaded) return loaded.error();
  return context;
}

Result<> TlsContext::reload() { return holder_->load(); }

std::shared_ptr<TlsContext::State> TlsContext::state() const {
  const std::lock_guard lock(holder_->mutex);
  return holder_->state;
}

}  // namespace freehold::net

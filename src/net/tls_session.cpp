#include "net/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "net/tls_state.hpp"

namespace freehold::net {

namespace asio = boost::asio;

namespace {

// Verification errors (X509_V_ERR_…) are small numbers, OpenSSL's packed ones are above.
constexpr int kLargestVerifyError = 0xFFFF;
// Certificate usages of RFC 7218, 2.1.
constexpr std::uint8_t kDaneTa = 2;
constexpr std::uint8_t kDaneEe = 3;

class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    if (value >= 0 && value <= kLargestVerifyError) return X509_verify_cert_error_string(value);
    const char* reason = ERR_reason_error_string(static_cast<unsigned>(value));
    return reason ? reason : "TLS error";
  }
};

error_code tls_error(unsigned long value) {
  static const TlsCategory category;
  return {static_cast<int>(static_cast<unsigned>(value)), category};
}

SSL* make_ssl(const TlsContext& context, int descriptor) {
  // OpenSSL writes to the descriptor with write(2), which has no MSG_NOSIGNAL.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(ignored);
  const auto state = context.state();
  SSL* ssl = SSL_new(state->ctx);  // holds the SSL_CTX by its own count
  if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) throw std::bad_alloc();
  return ssl;
}

bool add_names(SSL* ssl, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty() || name.find('\0') != std::string::npos) return false;
    if (SSL_add1_host(ssl, name.c_str()) != 1) return false;
  }
  return true;
}

CertificateFault fault_of(long verify_error) {
  switch (verify_error) {
    case X509_V_OK:
      return CertificateFault::none;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return CertificateFault::host_mismatch;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CRL_HAS_EXPIRED:
      return CertificateFault::expired;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
    case X509_V_ERR_CERT_REVOKED:
    case X509_V_ERR_INVALID_CA:
      return CertificateFault::not_trusted;
    default:
      return CertificateFault::other;
  }
}

}  // namespace

CertificateFault certificate_fault(const error_code& error) {
  if (!error || std::string_view(error.category().name()) != "tls") return CertificateFault::none;
  if (error.value() < 0 || error.value() > kLargestVerifyError) return CertificateFault::none;
  return fault_of(error.value());
}

void TlsSession::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

std::unique_ptr<TlsSession> TlsSession::server(const TlsContext& context, int descriptor) {
  std::unique_ptr<TlsSession> session(new TlsSession(make_ssl(context, descriptor)));
  SSL_set_accept_state(session->ssl_.get());
  return session;
}

std::unique_ptr<TlsSession> TlsSession::client(const TlsContext& context, int descriptor,
                                               const TlsPeer& peer) {
  std::unique_ptr<TlsSession> session(new TlsSession(make_ssl(context, descriptor)));
  SSL_set_connect_state(session->ssl_.get());
  if (!session->expect_server(peer)) return nullptr;
  // When it is not required OpenSSL verifies all the same, and goes on.
  SSL_set_verify(session->ssl_.get(), peer.required ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  return session;
}

bool TlsSession::expect_server(const TlsPeer& peer) {
  const std::string& name = peer.name;
  if (name.empty()) return false;  // OpenSSL would then take any name
  info_.server_name = name;
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl_.get());
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (!peer.tlsa.empty()) return expect_dane(peer);
  if (IpAddress::parse(name)) {  // RFC 6066, 3: no address in the SNI
    return X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str()) == 1;
  }
  return SSL_set_tlsext_host_name(ssl_.get(), name.c_str()) == 1 &&
         X509_VERIFY_PARAM_set1_host(param, name.data(), name.size()) == 1 &&
         add_names(ssl_.get(), peer.other_names);
}

// OpenSSL does the digest agility of RFC 7671, 9 and passes over records that it cannot read.
bool TlsSession::expect_dane(const TlsPeer& peer) {
  SSL* ssl = ssl_.get();
  if (peer.name.find('\0') != std::string::npos || IpAddress::parse(peer.name)) return false;
  if (SSL_dane_enable(ssl, peer.name.c_str()) != 1) return false;
  SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);  // RFC 7672, 3.1.1
  unmatchable_ = true;
  for (const TlsaRecord& record : peer.tlsa) {
    if (record.usage != kDaneTa && record.usage != kDaneEe) continue;
    const auto* data = reinterpret_cast<const unsigned char*>(record.data.data());
    const int added = SSL_dane_tlsa_add(ssl, record.usage, record.selector, record.matching, data,
                                        record.data.size());
    if (added == 1) unmatchable_ = false;
  }
  ERR_clear_error();
  // Without any record OpenSSL would fall back to the authorities.
  return !(unmatchable_ && peer.required) && add_names(ssl, peer.other_names);
}

Attempt TlsSession::handshake() {
  if (failed_) return Attempt::failed(failed_);
  ERR_clear_error();
  const Attempt attempt = outcome(SSL_do_handshake(ssl_.get()), 0);
  if (!attempt.error && !attempt.blocked) describe();
  return attempt;
}

Attempt TlsSession::read(std::span<char> into) {
  if (failed_) return Attempt::failed(failed_);
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  return outcome(result, count);
}

Attempt TlsSession::peek() {
  if (failed_) return Attempt::failed(failed_);
  ERR_clear_error();
  char byte = 0;
  std::size_t count = 0;
  const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &count);
  return outcome(result, count);
}

Attempt TlsSession::write(std::string_view bytes) {
  if (failed_ && failed_ != asio::error::eof) return Attempt::failed(failed_);
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  return outcome(result, count);
}

void TlsSession::close() {
  if (!established_ || (failed_ && failed_ != asio::error::eof)) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Attempt TlsSession::outcome(int result, std::size_t count) {
  if (result == 1) return Attempt::done(count);
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Attempt::wait_for(Want::to_read);
    case SSL_ERROR_WANT_WRITE:
      return Attempt::wait_for(Want::to_write);
    case SSL_ERROR_ZERO_RETURN:
      failed_ = asio::error::eof;
      break;
    case SSL_ERROR_SYSCALL:
      failed_ = failure(system_error);
      break;
    default:
      failed_ = failure(0);
      break;
  }
  return Attempt::failed(failed_);
}

error_code TlsSession::failure(int system_error) {
  const unsigned long error = ERR_peek_error();
  ERR_clear_error();
  if (error == 0) {
    return system_error == 0 ? error_code(asio::error::connection_reset)
                             : error_code(system_error, boost::system::system_category());
  }
  // An end without close_notify may be a forged one (RFC 8446, 6.1): not eof.
  if (ERR_GET_LIB(error) == ERR_LIB_SSL &&
      ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return asio::error::connection_reset;
  }
  if (ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    const long verified = SSL_get_verify_result(ssl_.get());
    if (verified != X509_V_OK) return tls_error(static_cast<unsigned long>(verified));
  }
  return tls_error(error);
}

void TlsSession::describe() {
  established_ = true;
  SSL* ssl = ssl_.get();
  info_.version = SSL_get_version(ssl);
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  info_.cipher = SSL_CIPHER_get_name(cipher);
  info_.bits = SSL_CIPHER_get_bits(cipher, nullptr);
  if (SSL_is_server(ssl)) {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    info_.server_name = name ? name : "";
  } else {
    describe_peer();
  }
  if (SSL_version(ssl) == TLS1_3_VERSION) {
    constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";  // RFC 9266, 4.2
    std::array<unsigned char, 32> binding{};
    if (SSL_export_keying_material(ssl, binding.data(), binding.size(), kLabel.data(),
                                   kLabel.size(), nullptr, 0, 1) == 1) {
      info_.channel_binding.assign(reinterpret_cast<const char*>(binding.data()), binding.size());
    }
  }
}

void TlsSession::describe_peer() {
  SSL* ssl = ssl_.get();
  const long verified = unmatchable_ ? X509_V_ERR_DANE_NO_MATCH : SSL_get_verify_result(ssl);
  info_.peer_verified = verified == X509_V_OK && SSL_get0_peer_certificate(ssl) != nullptr;
  info_.fault = fault_of(verified);
  if (!info_.peer_verified) {
    info_.verify_error = X509_verify_cert_error_string(verified);
    return;
  }
  info_.verified_by = TlsProof::authority;
  std::uint8_t usage = 0;
  if (SSL_get0_dane_authority(ssl, nullptr, nullptr) >= 0 &&
      SSL_get0_dane_tlsa(ssl, &usage, nullptr, nullptr, nullptr, nullptr) >= 0) {
    info_.verified_by = usage == kDaneEe ? TlsProof::dane_ee : TlsProof::dane_ta;
  }
}

}  // namespace freehold::net

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace freehold::net {

// A TLSA record (RFC 6698, 2.1), as it stood in DNS: the numbers are not judged here.
struct TlsaRecord {
  std::uint8_t usage = 0;     // 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE
  std::uint8_t selector = 0;  // 0 the whole certificate, 1 its public key
  std::uint8_t matching = 0;  // 0 as it is, 1 SHA-256, 2 SHA-512
  std::string data;

  bool operator==(const TlsaRecord&) const = default;
};

// What a client asks of the server that it is about to shake hands with. Whatever is asked, the
// outcome of the verification is in TlsInfo; `required` makes a failed one end the handshake.
struct TlsPeer {
  std::string name;  // the SNI, and the first name that the certificate may be for
  bool required = true;
  std::vector<std::string> other_names;  // of which the certificate may be for any one as well
  // DANE instead of the authorities of the context (RFC 7672, 3): usages 2 and 3 only. Names are
  // compared for usage 2, and for usage 3 neither names nor dates. When OpenSSL can use none of
  // them, nothing verifies.
  std::vector<TlsaRecord> tlsa;

  // Any certificate will do.
  [[nodiscard]] static TlsPeer unverified(std::string name) {
    return {std::move(name), false, {}, {}};
  }
  // Signed by an authority that the context trusts, for this name.
  [[nodiscard]] static TlsPeer verified(std::string name) {
    return {std::move(name), true, {}, {}};
  }
  [[nodiscard]] static TlsPeer dane(std::string name, std::vector<TlsaRecord> tlsa,
                                    std::vector<std::string> other_names = {}) {
    return {std::move(name), true, std::move(other_names), std::move(tlsa)};
  }
};

// By what a peer was verified.
enum class TlsProof : std::uint8_t { nothing, authority, dane_ta, dane_ee };

// Why a certificate was not accepted, as RFC 8460, 4.3 sorts it.
enum class CertificateFault : std::uint8_t { none, host_mismatch, expired, not_trusted, other };

// Of the error that a handshake ended with; `none` when it was not the certificate.
[[nodiscard]] CertificateFault certificate_fault(const error_code& error);

}  // namespace freehold::net

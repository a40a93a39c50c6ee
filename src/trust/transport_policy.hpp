#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "net/tls_peer.hpp"
#include "trust/dane.hpp"
#include "trust/known_tls.hpp"
#include "trust/mta_sts.hpp"

namespace freehold::trust {

// What TLS a message to one host of its destination needs. No I/O: a table of all that may speak
// for or against, and what follows.

// RFC 8460, 4.3; in its words with text_of().
enum class TlsResultType : std::uint8_t {
  success,
  starttls_not_supported,
  certificate_host_mismatch,
  certificate_expired,
  certificate_not_trusted,
  validation_failure,
  tlsa_invalid,
  dnssec_invalid,
  dane_required,
  sts_policy_fetch_error,
  sts_policy_invalid,
  sts_webpki_invalid,
};
[[nodiscard]] std::string_view text_of(TlsResultType type);
[[nodiscard]] std::optional<TlsResultType> tls_result_type(std::string_view text);

enum class TlsPolicyType : std::uint8_t { none, tlsa, sts };  // RFC 8460, 4.2

// All that speaks about one host.
struct TransportFacts {
  std::string_view host;
  bool mx_secure = false;  // the MX answer was validated by DNSSEC
  DaneDemand::Kind dane = DaneDemand::Kind::none;
  const StsPolicy* sts = nullptr;    // that holds for the destination; null: none
  bool require_tls = false;          // RFC 8689: REQUIRETLS on MAIL FROM
  bool tls_required_no = false;      // RFC 8689: the header field "TLS-Required: No"
  TlsLevel habit = TlsLevel::plain;  // what KnownTls demands, see demanded()
};

struct TransportDecision {
  enum class Tls : std::uint8_t {
    opportunistic,  // when offered, whatever the certificate
    encrypted,      // or nothing is sent; whatever the certificate
    authority,      // a certificate by an authority for the host's name
    dane,           // a certificate that the TLSA records pin
  };
  Tls required = Tls::opportunistic;  // or nothing is sent
  // What the policy asks, which counts in the report. It differs from `required` where a failure
  // must not hinder (RFC 8461, 5: mode testing; TLS-Required: No).
  Tls expected = Tls::opportunistic;
  bool by_habit = false;          // no policy requires it, only what has been so far
  bool needs_requiretls = false;  // the server has to offer REQUIRETLS after STARTTLS

  // Not empty: the host must not be used, for this reason (for people).
  std::string_view skip{};
  // The message asked for more than this host can ever give: when no other host is left it bounces
  // with 5.7.30 (RFC 8689, 4.2.1), while for another skip it waits.
  bool skip_is_final = false;

  // For the report: the policy under which the outcome counts, and what has failed already.
  TlsPolicyType policy = TlsPolicyType::none;
  std::optional<TlsResultType> failed_already{};
};

[[nodiscard]] TransportDecision decide_transport(const TransportFacts& facts);

// How an attempt under a decision came out, for the report.
enum class TlsOutcome : std::uint8_t {
  good,         // under TLS, as the decision asked
  not_offered,  // no STARTTLS, or refused
  handshake,    // broke for another reason than the certificate
  certificate,  // for `fault`
};
[[nodiscard]] TlsResultType result_type(const TransportDecision& decision, TlsOutcome outcome,
                                        net::CertificateFault fault = net::CertificateFault::none);
// What a policy that could not be fetched counts as (RFC 8460, 4.3.2.2).
[[nodiscard]] TlsResultType result_type(StsFetch::Status failure);

// What to ask of the handshake.
[[nodiscard]] net::TlsPeer peer_for(const TransportDecision& decision, const std::string& host,
                                    const DaneDemand& dane);

}  // namespace freehold::trust

#include "trust/transport_policy.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace freehold::trust {

namespace {

using Tls = TransportDecision::Tls;
using Dane = DaneDemand::Kind;
using Fault = net::CertificateFault;

constexpr std::array<std::pair<TlsResultType, std::string_view>, 12> kResultTypes = {{
    {TlsResultType::success, "success"},
    {TlsResultType::starttls_not_supported, "starttls-not-supported"},
    {TlsResultType::certificate_host_mismatch, "certificate-host-mismatch"},
    {TlsResultType::certificate_expired, "certificate-expired"},
    {TlsResultType::certificate_not_trusted, "certificate-not-trusted"},
    {TlsResultType::validation_failure, "validation-failure"},
    {TlsResultType::tlsa_invalid, "tlsa-invalid"},
    {TlsResultType::dnssec_invalid, "dnssec-invalid"},
    {TlsResultType::dane_required, "dane-required"},
    {TlsResultType::sts_policy_fetch_error, "sts-policy-fetch-error"},
    {TlsResultType::sts_policy_invalid, "sts-policy-invalid"},
    {TlsResultType::sts_webpki_invalid, "sts-webpki-invalid"},
}};

void raise_required(TransportDecision& decision, Tls level) {
  decision.required = std::max(decision.required, level);
  decision.expected = std::max(decision.expected, level);
}

void skip(TransportDecision& decision, std::string_view reason, bool final) {
  if (!decision.skip.empty()) return;
  decision.skip = reason;
  decision.skip_is_final = final;
}

// RFC 7672, 2.2. DANE comes before MTA-STS, which must not make up for its failure (RFC 8461, 2).
void apply_dane(TransportDecision& decision, Dane dane, bool binding) {
  if (dane == Dane::none) return;
  decision.policy = TlsPolicyType::tlsa;
  switch (dane) {
    case Dane::authenticate:
      decision.expected = Tls::dane;
      break;
    case Dane::encrypt:
      decision.expected = Tls::encrypted;
      decision.failed_already = TlsResultType::tlsa_invalid;
      break;
    default:
      decision.failed_already = TlsResultType::dnssec_invalid;
      if (binding) skip(decision, "its TLSA records cannot be looked up securely", false);
      break;
  }
  if (binding) decision.required = decision.expected;
}

// RFC 8461, 4 and 5.
void apply_sts(TransportDecision& decision, const StsPolicy& policy, bool listed, bool binding) {
  const bool dane = decision.policy == TlsPolicyType::tlsa;
  const bool enforced = policy.mode == StsMode::enforce && binding;
  if (!dane) decision.policy = TlsPolicyType::sts;
  if (!listed) {
    if (!dane) decision.failed_already = TlsResultType::validation_failure;
    if (enforced) skip(decision, "the domain's MTA-STS policy does not list it", false);
    return;
  }
  // A certificate that DANE pins need not be any authority's.
  if (decision.expected == Tls::dane || decision.failed_already == TlsResultType::dnssec_invalid) {
    return;
  }
  if (enforced) {
    raise_required(decision, Tls::authority);
    decision.policy = TlsPolicyType::sts;
    decision.failed_already.reset();
  } else if (!dane) {
    decision.expected = Tls::authority;
  }
}

// RFC 8689, 4.2.1.
void apply_requiretls(TransportDecision& decision, bool host_is_certain) {
  decision.needs_requiretls = true;
  if (!host_is_certain) {
    skip(decision, "REQUIRETLS: neither DNSSEC nor an MTA-STS policy vouches for it", true);
  }
  if (decision.expected == Tls::dane) {
    decision.required = Tls::dane;
  } else {
    raise_required(decision, Tls::authority);
  }
}

// No more than TLS: certificates lapse, and where nobody promises a valid one that holds no mail.
void apply_habit(TransportDecision& decision, TlsLevel habit) {
  if (habit == TlsLevel::plain || decision.required >= Tls::encrypted) return;
  decision.by_habit = true;
  raise_required(decision, Tls::encrypted);
}

}  // namespace

std::string_view text_of(TlsResultType type) {
  return std::ranges::find(kResultTypes, type, [](const auto& p) { return p.first; })->second;
}

std::optional<TlsResultType> tls_result_type(std::string_view text) {
  const auto* found = std::ranges::find(kResultTypes, text, [](const auto& p) { return p.second; });
  if (found == kResultTypes.end()) return std::nullopt;
  return found->first;
}

TransportDecision decide_transport(const TransportFacts& facts) {
  TransportDecision decision;
  // RFC 8689, 5: with REQUIRETLS the header field is not looked at.
  const bool binding = facts.require_tls || !facts.tls_required_no;
  const StsPolicy* sts = facts.sts && facts.sts->mode != StsMode::none ? facts.sts : nullptr;
  const bool listed = sts && sts->allows(facts.host);
  apply_dane(decision, facts.dane, binding);
  if (sts) apply_sts(decision, *sts, listed, binding);
  if (facts.require_tls) apply_requiretls(decision, facts.mx_secure || listed);
  if (binding) apply_habit(decision, facts.habit);
  return decision;
}

TlsResultType result_type(const TransportDecision& decision, TlsOutcome outcome, Fault fault) {
  switch (outcome) {
    case TlsOutcome::not_offered:
      return TlsResultType::starttls_not_supported;
    case TlsOutcome::handshake:
      return TlsResultType::validation_failure;
    case TlsOutcome::certificate:
      break;
    default:
      return TlsResultType::success;
  }
  // Where no policy asks for a certificate, none has failed.
  if (decision.expected < Tls::authority) return TlsResultType::success;
  switch (fault) {
    case Fault::host_mismatch:
      return TlsResultType::certificate_host_mismatch;
    case Fault::expired:
      return TlsResultType::certificate_expired;
    case Fault::not_trusted:
      return TlsResultType::certificate_not_trusted;
    default:
      return TlsResultType::validation_failure;
  }
}

TlsResultType result_type(StsFetch::Status failure) {
  switch (failure) {
    case StsFetch::Status::found:
      return TlsResultType::success;
    case StsFetch::Status::bad_certificate:
      return TlsResultType::sts_webpki_invalid;
    case StsFetch::Status::malformed:
      return TlsResultType::sts_policy_invalid;
    default:
      return TlsResultType::sts_policy_fetch_error;
  }
}

net::TlsPeer peer_for(const TransportDecision& decision, const std::string& host,
                      const DaneDemand& dane) {
  if (decision.expected == Tls::dane) {
    auto peer = net::TlsPeer::dane(dane.base_domain, dane.records, dane.other_names);
    peer.required = decision.required == Tls::dane;
    return peer;
  }
  // RFC 7672, 2.2: where records exist, the SNI is the base domain also when none is usable.
  const bool pinned = dane.kind == Dane::encrypt && decision.required != Tls::authority;
  const std::string& name = pinned ? dane.base_domain : host;
  return decision.required == Tls::authority ? net::TlsPeer::verified(name)
                                             : net::TlsPeer::unverified(name);
}

}  // namespace freehold::trust

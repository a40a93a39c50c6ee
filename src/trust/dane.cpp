#include "trust/dane.hpp"

#include <arpa/nameser.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

using net::DnsStatus;
using Kind = DaneDemand::Kind;

constexpr std::uint16_t kTlsa = 52;

enum Usage : std::uint8_t { dane_ta = 2, dane_ee = 3 };
enum Selector : std::uint8_t { certificate = 0, public_key = 1 };
enum Matching : std::uint8_t { whole = 0, sha256_digest = 1, sha512_digest = 2 };

// All of the bytes are one DER object of that kind.
bool is_object(std::uint8_t selector, const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = at + der.size();
  const auto size = static_cast<long>(der.size());
  bool read = false;
  if (selector == certificate) {
    X509* x509 = d2i_X509(nullptr, &at, size);
    read = x509 != nullptr;
    X509_free(x509);
  } else {
    EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, size);
    read = key != nullptr;
    EVP_PKEY_free(key);
  }
  ERR_clear_error();
  return read && at == end;
}

DaneDemand unknown(std::string reason) {
  DaneDemand demand;
  demand.kind = Kind::unknown;
  demand.reason = std::move(reason);
  return demand;
}

std::string why(const char* what, const std::string& name, DnsStatus status,
                const std::string& error) {
  return std::string(what) + " of " + name + ": " +
         (status == DnsStatus::bogus ? "DNSSEC validation failed" : "the lookup failed") +
         (error.empty() ? "" : " (" + error + ")");
}

void add_name(std::vector<std::string>& names, const std::string& name, const std::string& base) {
  if (name.empty() || name == base || std::ranges::find(names, name) != names.end()) return;
  names.push_back(name);
}

// The names under which the records may stand, in the order to be asked (RFC 7672, 2.2.3).
struct Candidates {
  std::vector<std::string> names;
  std::optional<DaneDemand> unknown;
};

awaitable<Candidates> candidates_of(net::Resolver& resolver, std::string host) {
  Candidates out;
  const auto addresses = co_await resolver.addresses(host);
  if (addresses.status == DnsStatus::failed || addresses.status == DnsStatus::bogus) {
    out.unknown = unknown(why("addresses", host, addresses.status, addresses.error));
    co_return out;
  }
  if (addresses.status != DnsStatus::found) co_return out;
  const std::string end = to_lower(addresses.canonical_name);
  const bool is_alias = !end.empty() && end != host;
  if (addresses.secure) {
    if (is_alias) out.names.push_back(end);
    out.names.push_back(host);
  } else if (is_alias) {
    // An alias that is signed itself and leads out of what is signed (2.2.2).
    const auto alias = co_await resolver.records(host, ns_t_cname);
    if (alias.status == DnsStatus::failed || alias.status == DnsStatus::bogus) {
      out.unknown = unknown(why("CNAME", host, alias.status, alias.error));
    } else if (alias.status == DnsStatus::found && alias.secure) {
      out.names.push_back(host);
    }
  }
  co_return out;
}

}  // namespace

std::optional<net::TlsaRecord> parse_tlsa(std::string_view rdata) {
  if (rdata.size() < 4 || rdata.size() > 3 + kMaxTlsaData) return std::nullopt;
  const auto number = [&](std::size_t at) { return static_cast<std::uint8_t>(rdata[at]); };
  return net::TlsaRecord{number(0), number(1), number(2), std::string(rdata.substr(3))};
}

bool is_usable(const net::TlsaRecord& record) {
  if (record.usage != dane_ta && record.usage != dane_ee) return false;
  if (record.selector != certificate && record.selector != public_key) return false;
  switch (record.matching) {
    case sha256_digest:
      return record.data.size() == 32;
    case sha512_digest:
      return record.data.size() == 64;
    case whole:
      return is_object(record.selector, record.data);
    default:
      return false;
  }
}

std::optional<DaneDemand> read_tlsa_answer(const net::DnsAnswer<std::string>& answer) {
  if (answer.status == DnsStatus::failed || answer.status == DnsStatus::bogus) {
    return unknown(why("TLSA", "the host", answer.status, answer.error));
  }
  if (answer.status != DnsStatus::found || !answer.secure || answer.records.empty()) {
    return std::nullopt;
  }
  DaneDemand demand;
  const std::size_t count = std::min(answer.records.size(), kMaxTlsaRecords);
  for (std::size_t i = 0; i < count; ++i) {
    auto record = parse_tlsa(answer.records[i]);
    if (record && is_usable(*record)) demand.records.push_back(std::move(*record));
  }
  demand.kind = demand.records.empty() ? Kind::encrypt : Kind::authenticate;
  return demand;
}

awaitable<DaneDemand> find_dane(net::Resolver& resolver, DaneHost host) {
  // 2.2.1: an MX host that somebody else may have put there is not worth to be authenticated.
  if (!host.mx_secure) co_return DaneDemand{};
  host.host = to_lower(host.host);
  host.domain = to_lower(host.domain);
  const Candidates candidates = co_await candidates_of(resolver, host.host);
  if (candidates.unknown) co_return *candidates.unknown;
  for (const std::string& name : candidates.names) {
    const std::string place = "_" + std::to_string(host.port) + "._tcp." + name;
    const auto answer = co_await resolver.records(place, kTlsa);
    auto demand = read_tlsa_answer(answer);
    if (!demand) continue;
    demand->base_domain = name;
    add_name(demand->other_names, host.domain, name);
    co_return *demand;
  }
  co_return DaneDemand{};
}

}  // namespace freehold::trust

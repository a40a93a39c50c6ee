#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "net/resolver.hpp"
#include "net/tls_peer.hpp"

namespace freehold::trust {

// RFC 7672: a host's certificate, or that it has TLS at all, is pinned in signed DNS.

// RDATA (RFC 6698, 2.1); nothing when it is too short or too long.
[[nodiscard]] std::optional<net::TlsaRecord> parse_tlsa(std::string_view rdata);
// Whether an SMTP client can match a certificate by it: usages 2 and 3 (RFC 7672, 3.1.3), known
// selectors and matchings, a digest of the right size, data that is a certificate or key.
[[nodiscard]] bool is_usable(const net::TlsaRecord& record);

// What DNS demands of one host.
struct DaneDemand {
  enum class Kind : std::uint8_t {
    none,          // DANE does not apply
    authenticate,  // TLS, and the certificate matches one of `records`
    encrypt,       // TLS, but no record is usable (RFC 7672, 2.2)
    unknown,       // a lookup failed or was forged: this host must not be used now (2.1.1)
  };
  Kind kind = Kind::none;
  std::string base_domain;               // the SNI, and where the records stood
  std::vector<std::string> other_names;  // for usage 2, besides the base domain (3.2.2, 3.2.3)
  std::vector<net::TlsaRecord> records;  // usable ones
  std::string reason;                    // for people: why it is unknown
  bool operator==(const DaneDemand&) const = default;
};

struct DaneHost {
  std::string host;        // to connect to: an MX host, or the destination domain itself
  std::string domain;      // the destination
  bool mx_secure = false;  // the MX answer (or that there is none) was validated
  std::uint16_t port = 25;
};

// Asks for the host's addresses (again: they come from the resolver's cache) and TLSA records. The
// addresses come first: where they are not signed, some name servers choke on TLSA (2.2.2).
awaitable<DaneDemand> find_dane(net::Resolver& resolver, DaneHost host);

// The pure step at one base domain; nothing when the next one may be asked.
[[nodiscard]] std::optional<DaneDemand> read_tlsa_answer(const net::DnsAnswer<std::string>& answer);

}  // namespace freehold::trust

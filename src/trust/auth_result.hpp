#pragma once

#include <string>
#include <string_view>

#include "net/address.hpp"
#include "trust/authentication_results.hpp"
#include "trust/dmarc.hpp"
#include "trust/iprev.hpp"
#include "trust/spf.hpp"

namespace freehold::trust {

// The checks' verdicts as results of an Authentication-Results field (RFC 8601, 2.7).

// policy.iprev
[[nodiscard]] AuthResult auth_result(const IprevVerdict& verdict, const net::IpAddress& client);
// smtp.mailfrom, unless the reverse-path was null; smtp.helo
[[nodiscard]] AuthResult auth_result(const SpfVerdict& verdict, std::string_view reverse_path,
                                     std::string_view helo);
// header.from; policy.dmarc, what is to be applied (RFC 7489, 11.1)
[[nodiscard]] AuthResult auth_result(const DmarcVerdict& verdict);

// Of one signature; what is empty is left out.
struct DkimFacts {
  std::string result;  // RFC 8601, 2.7.1
  std::string reason{};
  std::string domain{};     // header.d
  std::string identity{};   // header.i
  std::string selector{};   // header.s
  std::string algorithm{};  // header.a
  std::string signature{};  // b=, of which header.b has the beginning (RFC 6008)
};
[[nodiscard]] AuthResult auth_result(const DkimFacts& facts);

// Of the chain (RFC 8617, 10.2): header.oldest-pass when there is one, smtp.remote-ip.
[[nodiscard]] AuthResult arc_auth_result(std::string_view result, std::string_view reason,
                                         unsigned oldest_pass, const net::IpAddress& client);

}  // namespace freehold::trust

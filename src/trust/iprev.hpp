#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/awaitable.hpp"
#include "net/address.hpp"
#include "net/resolver.hpp"

namespace freehold::trust {

// RFC 8601, 2.7.3
enum class IprevResult : std::uint8_t {
  pass,       // a name of the address leads back to it
  fail,       // it has names, none of which does
  temperror,  // the DNS failed
  permerror,  // it has no name
};
[[nodiscard]] std::string_view iprev_result_name(IprevResult result);

struct IprevVerdict {
  IprevResult result = IprevResult::permerror;
  std::string name;     // the first that leads back; for a fail, the first of all
  std::string problem;  // for a temperror, in words
};

// Whether the client's reverse name resolves back to it (RFC 8601, 3). At most 10 names are tried.
// The resolver has to outlive the run.
[[nodiscard]] awaitable<IprevVerdict> check_iprev(net::Resolver& resolver, net::IpAddress client);

}  // namespace freehold::trust

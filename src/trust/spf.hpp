#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "net/address.hpp"
#include "net/resolver.hpp"

namespace freehold::trust {

// RFC 7208, 2.6
enum class SpfResult : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
// As Authentication-Results and reports have it (RFC 8601, 2.7.2).
[[nodiscard]] std::string_view spf_result_name(SpfResult result);

struct SpfQuery {
  net::IpAddress client;
  std::string helo;
  // The reverse-path without angle brackets. Empty for <>, and to check HELO: then it is
  // postmaster@helo (RFC 7208, 2.4).
  std::string sender;
  std::string receiver_host{};  // who checks; only for an explanation's text
  Time now{};                   // likewise
};

struct SpfVerdict {
  SpfResult result = SpfResult::none;
  bool of_helo = false;     // the sender was empty: the identity is HELO
  std::string domain;       // whose policy it is: of the sender, or HELO; as A-labels
  std::string mechanism;    // what decided: "include:_spf.example.com", "-all"; "default" when none
                            // matched; empty without a record
  std::string explanation;  // by the domain's owner, for a fail; visible ASCII; mostly empty
  std::string problem;      // why it is none, temperror or permerror, in words
  unsigned lookups = 0;     // terms that asked the DNS, of which there may be 10
  unsigned void_lookups = 0;  // of them those without an answer, of which there may be 2
};

// check_host() of RFC 7208, 4. The time that it takes is bounded by the resolver's time-out times
// some dozens of questions; who wants less puts a deadline around it. The resolver has to outlive
// the run.
[[nodiscard]] awaitable<SpfVerdict> check_spf(net::Resolver& resolver, SpfQuery query);

}  // namespace freehold::trust

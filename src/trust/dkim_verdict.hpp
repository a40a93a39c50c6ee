#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace freehold::trust {

// RFC 8601, 2.7.1.
enum class DkimResult { none, pass, fail, policy, neutral, temperror, permerror };

[[nodiscard]] std::string_view to_string(DkimResult result);

// Why a signature is not good.
struct DkimFault {
  DkimResult result = DkimResult::neutral;
  std::string reason;  // for Authentication-Results and logs; only ASCII, no quotes
  bool operator==(const DkimFault&) const = default;
};

// What one signature says and whether it is to be believed. Its tags are there as far as they could
// be read, whatever the result.
struct DkimVerdict {
  DkimResult result = DkimResult::none;
  std::string reason;     // empty for pass and none
  std::string domain;     // d=, lower case (header.d)
  std::string selector;   // s= (header.s)
  std::string identity;   // i=, or "@" and d= (header.i)
  std::string algorithm;  // a= (header.a)
  std::string b;          // the first eight characters of b= (header.b, RFC 6008)
  unsigned key_bits = 0;  // 0: there was no key
  // t=y in the key record: the domain is trying out DKIM, and the message is to be treated as if it
  // were not signed (RFC 6376, 3.6.1), whatever the result.
  bool testing = false;
  std::optional<std::uint64_t> body_length;  // l=
  std::optional<Time> signed_at;             // t=
  std::optional<Time> expires_at;            // x=
};

}  // namespace freehold::trust

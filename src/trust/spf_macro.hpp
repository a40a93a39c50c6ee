#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "net/address.hpp"

namespace freehold::trust {

// The macros of SPF records (RFC 7208, 7). Pure.

// What the letters stand for. Views of what outlives the expansion.
struct SpfMacroValues {
  std::string_view sender;         // s
  std::string_view local_part;     // l
  std::string_view sender_domain;  // o
  std::string_view domain;         // d
  net::IpAddress client;           // i, v, c
  std::string_view validated;      // p; who has macros with p asks for it first, see spf_uses()
  std::string_view helo;           // h
  std::string_view receiver_host;  // r, in explanations only
  Time now;                        // t, in explanations only
};

// Whether it is a macro-string of a record (c, r and t are not in it).
[[nodiscard]] bool is_spf_macro_string(std::string_view text);
// Whether it is a domain-spec: it ends in a top-level label behind a dot, or in a macro.
[[nodiscard]] bool is_spf_domain_spec(std::string_view text);
// Whether a macro of that (lower-case) letter stands in it.
[[nodiscard]] bool spf_uses(std::string_view text, char letter);

// A domain-spec as the name to ask for: without a final dot, cut from the left to 253 bytes, then
// escaped as net::Resolver wants it. It need not be one that can be asked for. The text has to be a
// domain-spec.
[[nodiscard]] std::string expand_spf_domain(std::string_view domain_spec,
                                            const SpfMacroValues& values);
// An explain-string; nothing when it is none.
[[nodiscard]] std::optional<std::string> expand_spf_explanation(std::string_view text,
                                                                const SpfMacroValues& values);

}  // namespace freehold::trust

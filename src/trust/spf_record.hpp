#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/address.hpp"
#include "trust/spf.hpp"

namespace freehold::trust {

// One mechanism of a record with its qualifier (RFC 7208, 4.6 and 5).
struct SpfTerm {
  enum class Kind : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

  Kind kind = Kind::all;
  SpfResult result = SpfResult::pass;  // when it matches: its qualifier
  std::string_view text{};             // the whole, as it is written
  std::string_view domain_spec{};      // empty: the current domain
  net::Network network{};              // ip4, ip6
  unsigned v4_bits = 32;               // a, mx
  unsigned v6_bits = 128;

  // ip4 and ip6
  [[nodiscard]] bool network_contains(const net::IpAddress& client) const;
};

// A record, read in whole before any of it is used. Refers to the record's text, which has to
// outlive it.
struct SpfRecord {
  std::vector<SpfTerm> terms;
  std::string_view redirect;     // a domain-spec; empty: none
  std::string_view explanation;  // likewise
};

// Whether a TXT record is an SPF record (RFC 7208, 4.5).
[[nodiscard]] bool is_spf_record(std::string_view text);
// The Problem says which term is wrong (RFC 7208, 4.6: then nothing of the record counts).
[[nodiscard]] Result<SpfRecord> parse_spf_record(std::string_view text);

}  // namespace freehold::trust

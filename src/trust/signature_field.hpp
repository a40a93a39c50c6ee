#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trust/body_hash.hpp"
#include "trust/dkim_verdict.hpp"
#include "trust/signature_key.hpp"

namespace freehold::trust {

// The three fields that carry a signature: nearly the same tags.
enum class SignatureKind {
  dkim,         // DKIM-Signature: RFC 6376, 3.5
  arc_message,  // ARC-Message-Signature: RFC 8617, 4.1.2
  arc_seal,     // ARC-Seal: RFC 8617, 4.1.3
};

[[nodiscard]] std::string_view field_name(SignatureKind kind);

// The tags of such a field.
struct SignatureField {
  KeyType key_type = KeyType::rsa;
  std::string algorithm;  // a= as written
  std::string signature;  // b=, decoded
  std::string b;          // b= as written, without white space
  std::string body_hash;  // bh=, decoded
  Canonicalization header_form = Canonicalization::simple;
  BodyForm body_form;
  std::string domain;               // d=, lower case
  std::string selector;             // s=
  std::string identity;             // i= of DKIM, or "@" and d=
  unsigned instance = 0;            // i= of ARC
  std::string chain_validation;     // cv=
  std::vector<std::string> fields;  // h=, in their order
  std::optional<Time> signed_at;    // t=
  std::optional<Time> expires_at;   // x=
  // Where in the value that which stands between "b=" and ";" begins and ends.
  std::size_t b_begin = 0;
  std::size_t b_end = 0;
  // The first thing that is wrong with it. Then the other members are there as far as they could be
  // read. Syntax errors are neutral, what RFC 6376, 6.1.1 forbids is permerror, rsa-sha1 is policy.
  std::optional<DkimFault> fault;
};

[[nodiscard]] SignatureField parse_signature_field(SignatureKind kind, std::string_view value);

// i= of an ARC field: 1 to 50 (RFC 8617, 4.2.1); 0 when it is anything else.
[[nodiscard]] unsigned parse_instance(std::string_view text);

}  // namespace freehold::trust

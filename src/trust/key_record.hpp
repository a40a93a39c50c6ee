#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/awaitable.hpp"
#include "net/resolver.hpp"
#include "trust/dkim_verdict.hpp"
#include "trust/signature_key.hpp"

namespace freehold::trust {

// What the TXT record of a selector says (RFC 6376, 3.6.1), its key ready for use.
struct KeyRecord {
  KeyType type = KeyType::rsa;
  std::optional<PublicKey> key;    // nothing when there is a fault
  bool sha256 = true;              // h= lets it be used with SHA-256
  bool testing = false;            // t=y
  bool exact_domain = false;       // t=s: the domain of i= has to be d= itself
  std::optional<DkimFault> fault;  // permerror, always
};

[[nodiscard]] KeyRecord parse_key_record(std::string_view text);

// The same, from a process-wide memory of texts that were met lately: parsing a key takes longer
// than verifying with it. From any thread.
[[nodiscard]] std::shared_ptr<const KeyRecord> known_key_record(const std::string& text);

// The key that a signature names, or why there is none.
struct KeyLookup {
  std::shared_ptr<const KeyRecord>
      record;                      // shared with the memory above; never null without a fault
  std::optional<DkimFault> fault;  // temperror, or permerror
};

// Asks for SELECTOR._domainkey.DOMAIN (U-labels are let pass: RFC 8616) and takes the first record
// that is usable for that kind of key.
awaitable<KeyLookup> find_key(net::Resolver& resolver, std::string domain, std::string selector,
                              KeyType type);

}  // namespace freehold::trust

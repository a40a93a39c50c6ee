#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace freehold::directory {

// A mail address in the one form that is stored and compared: the local part in Unicode NFC and
// lower case (RFC 6531; this house tells no two local parts apart by case), the domain as
// lower-case A-labels (RFC 5890).
struct Address {
  std::string local;
  std::string domain;

  [[nodiscard]] std::string text() const { return local + "@" + domain; }
  // The same without a "+tag".
  [[nodiscard]] Address without_tag() const;
  bool operator==(const Address&) const = default;

  // The Problem says what is wrong with it.
  [[nodiscard]] static Result<Address> parse(std::string_view text);
};

// The canonical form of a domain name: no final dot, labels of 1 to 63 octets, 253 in all.
[[nodiscard]] Result<std::string> canonical_domain(std::string_view name);
[[nodiscard]] Result<std::string> canonical_local_part(std::string_view local);
// For people: U-labels where the A-labels decode.
[[nodiscard]] std::string display_domain(const std::string& canonical);

}  // namespace freehold::directory

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freehold::smtp {

// An envelope's address. The null reverse-path has neither part, <postmaster> no domain.
struct Path {
  std::string local_part;  // without the quotes: what the mailbox is called
  std::string domain;      // as it came: A-labels, U-labels or "[192.0.2.1]"

  [[nodiscard]] bool null() const { return local_part.empty() && domain.empty(); }
  [[nodiscard]] bool ascii() const;
  // As between the angle brackets; the local part is quoted when it has to be.
  [[nodiscard]] std::string text() const;
  bool operator==(const Path&) const = default;
};

struct PathOutcome {
  std::optional<Path> path;
  std::string error;      // when there is none: what is wrong
  std::string_view rest;  // what follows the '>'
};

// Takes "<…>" from the front of `text`. A source route is read and ignored (RFC 5321, 3.6.1;
// Appendix C). "<>" and
// "<postmaster>" are paths; whether they may stand here is the command's matter. Non-ASCII is UTF-8
// (RFC 6531, 3.3).
[[nodiscard]] PathOutcome take_path(std::string_view text);

// Without brackets, as in configuration and in a header: local@domain.
[[nodiscard]] std::optional<Path> parse_mailbox(std::string_view text);

// A name of the DNS in letters, digits, hyphens (and the underscores of this world) or U-labels, or
// an address literal.
[[nodiscard]] bool is_domain(std::string_view text);
[[nodiscard]] bool is_address_literal(std::string_view text);

}  // namespace freehold::smtp

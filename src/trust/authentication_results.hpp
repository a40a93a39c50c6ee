#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::trust {

// The Authentication-Results field (RFC 8601). Pure.

// "smtp.mailfrom=anna@example.com"
struct AuthProperty {
  std::string type;  // lower case: smtp, header, body, policy
  std::string name;  // lower case
  std::string value{};
  bool operator==(const AuthProperty&) const = default;
};

// "spf=pass reason=… smtp.mailfrom=…"
struct AuthResult {
  std::string method;  // lower case, a keyword (letters, digits, hyphens)
  std::string result;  // likewise
  std::string reason{};
  std::vector<AuthProperty> properties{};
  unsigned version = 1;  // of the method

  [[nodiscard]] const std::string* find(std::string_view type, std::string_view name) const;
  bool operator==(const AuthResult&) const = default;
};

struct AuthenticationResults {
  std::string authserv_id;            // who says so
  std::vector<AuthResult> results{};  // empty: "none"
  unsigned version = 1;               // of the field
  bool operator==(const AuthenticationResults&) const = default;
};

// The field's body: folded, a result a line, without the last line's end. Values are quoted where
// they have to be, cut where they are too long, and never start another line. ARC has the same body
// behind its instance (RFC 8617, 4.1.1).
[[nodiscard]] std::string authentication_results_body(const AuthenticationResults& results);
// The whole field with CRLF.
[[nodiscard]] std::string authentication_results_field(const AuthenticationResults& results);

// Reads a body (a header field's value, folds and comments included), without insisting on the
// quotes that many leave out. What stands there as name=value without a dot is passed over, except
// the reason. Nothing when it cannot be understood.
[[nodiscard]] std::optional<AuthenticationResults> parse_authentication_results(
    std::string_view body);

// The raw header block without the fields that claim to be ours, or name nobody (RFC 8601, 5). Our
// own name is known in any case, as U-labels, and with a final dot.
[[nodiscard]] std::string without_forged_results(std::string_view block,
                                                 std::string_view authserv_id);

}  // namespace freehold::trust

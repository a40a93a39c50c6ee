#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freehold::trust {

// Domain names as the checks need them. Lower case and without a final dot, unless a line says
// otherwise.

// A name out of a message or a command in the one form that is compared and asked for: lower case,
// A-labels, no final dot (RFC 8616, 4; RFC 9989, 5.3.1). Nothing when it is no
// name, an address literal among them.
[[nodiscard]] std::optional<std::string> comparable_domain(std::string_view name);

// "example.com" of "mail.example.com"; "" of "com".
[[nodiscard]] std::string_view parent_domain(std::string_view name);
[[nodiscard]] std::size_t count_labels(std::string_view name);
// Its last `count` labels; the whole when it has no more.
[[nodiscard]] std::string_view last_labels(std::string_view name, std::size_t count);
// Whether a name is the other or below it. Without regard to case.
[[nodiscard]] bool is_within(std::string_view name, std::string_view domain);

}  // namespace freehold::trust

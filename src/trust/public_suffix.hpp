#pragma once

#include <string>
#include <string_view>

namespace freehold::trust {

// The organizational domain as RFC 7489, 3.2 has it: one label below the public suffix, by the
// machine's public suffix list (or the one built into libpsl, when that is newer). A name that is a
// suffix itself is its own. Takes and gives lower-case A-labels; any thread.
[[nodiscard]] std::string registrable_domain(std::string_view name);

}  // namespace freehold::trust

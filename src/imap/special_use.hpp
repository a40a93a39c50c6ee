#pragma once

#include <optional>
#include <string_view>

namespace freehold::imap {

// RFC 6154's attributes and RFC 8621's roles, which the mailstore keeps.

// "\Drafts" for "drafts"; empty for a role that IMAP has no word for.
[[nodiscard]] std::string_view use_of_role(std::string_view role);
// The other way round, without case; nothing: no mailbox here can be for that.
[[nodiscard]] std::optional<std::string_view> role_of_use(std::string_view use);

}  // namespace freehold::imap

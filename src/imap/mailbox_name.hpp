#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freehold::imap {

// Modified UTF-7 (RFC 3501, 5.1.3): mailbox names for clients that did not ENABLE UTF-8. Nothing:
// it is not well-formed.
[[nodiscard]] std::optional<std::string> from_modified_utf7(std::string_view name);
[[nodiscard]] std::string to_modified_utf7(std::string_view utf8);

// Whether a LIST pattern matches: '*' any text, '%' any text without the separator. INBOX matches
// without case.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view path);

}  // namespace freehold::imap

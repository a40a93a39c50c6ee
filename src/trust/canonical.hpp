#pragma once

#include <string>
#include <string_view>

namespace freehold::trust {

// RFC 6376, 3.4.
enum class Canonicalization { simple, relaxed };

// Appends one field in canonical form. `name` and `value` are as they came, the value with its
// folds and without its final line end; `line` is the whole field as it came. Ends with CRLF
// whatever the line ended with.
void append_canonical(std::string& out, Canonicalization how, std::string_view name,
                      std::string_view value, std::string_view line);

}  // namespace freehold::trust

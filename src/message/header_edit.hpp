#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace freehold::message {

// Editing of a raw header block (with or without the empty line that ends it) without touching any
// other byte: what a submission server may do to a message (RFC 6409, 8). Names are compared
// without regard to case.

[[nodiscard]] bool has_field(std::string_view block, std::string_view name);
// Without any field of that name, folded lines included.
[[nodiscard]] std::string without_field(std::string_view block, std::string_view name);
// Without the fields that are picked by name and value; the value has its folds.
[[nodiscard]] std::string without_fields(
    std::string_view block,
    const std::function<bool(std::string_view name, std::string_view value)>& picked);

// `field` is one or more whole fields; a missing final CRLF is added.
[[nodiscard]] std::string with_field_at_top(std::string_view block, std::string_view field);
// Before the empty line.
[[nodiscard]] std::string with_field_at_bottom(std::string_view block, std::string_view field);

}  // namespace freehold::message

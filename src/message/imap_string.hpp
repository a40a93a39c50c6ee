#pragma once

#include <string>
#include <string_view>

namespace freehold::message {

// A string as IMAP writes it (RFC 9051, 4.3): in quotes, or as a literal where it has to be one.
void append_imap_string(std::string& out, std::string_view text);
// The same; NIL when it is empty.
void append_imap_nstring(std::string& out, std::string_view text);

}  // namespace freehold::message

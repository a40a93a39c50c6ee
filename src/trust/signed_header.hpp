#pragma once

#include <span>
#include <string>
#include <string_view>

#include "message/header.hpp"
#include "trust/body_hash.hpp"
#include "trust/canonical.hpp"

namespace freehold::trust {

// A signature's own field as it is hashed: the value of b= and the final CRLF are not there (RFC
// 6376, 3.7). [b_begin, b_end) is the place of that value in `value`.
void append_own_field(std::string& out, Canonicalization how, std::string_view name,
                      std::string_view value, std::string_view line, std::size_t b_begin,
                      std::size_t b_end);

// The fields that h= names (lower case), in its order, in canonical form: of several with one name
// the last first, and nothing for those that are not there (RFC 6376, 5.4.2). `own`, if any, is the
// signature's own field, which is never one of them.
void append_signed_fields(std::string& out, Canonicalization how, const message::Header& header,
                          std::span<const std::string> names, const message::Field* own);

}  // namespace freehold::trust

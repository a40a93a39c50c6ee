#pragma once

#include "message/header.hpp"
#include "message/part.hpp"

namespace freehold::message {

// Fills in what a part's header says of it (RFC 2045; RFC 2183; RFC 3282; RFC 2557; RFC 1864). The
// type is left empty when the header has none.
void describe_part(Part& part, const Header& header);

}  // namespace freehold::message

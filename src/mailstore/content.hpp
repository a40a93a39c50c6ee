#pragma once

#include "schema/mailstore.pb.h"

namespace freehold::message {
struct Parsed;
}

namespace freehold::mailstore {

// The record of a parsed message, without a prefix.
[[nodiscard]] schema::Content content_of(const message::Parsed& parsed);

}  // namespace freehold::mailstore

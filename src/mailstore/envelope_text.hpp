#pragma once

#include <string>

namespace freehold::schema {
class Envelope;
}

namespace freehold::mailstore {

// ENVELOPE as IMAP writes it (RFC 9051, 7.5.2). It is stored ready beside the message, because
// lists of messages are what clients ask for most.
[[nodiscard]] std::string envelope_text(const schema::Envelope& envelope);

}  // namespace freehold::mailstore

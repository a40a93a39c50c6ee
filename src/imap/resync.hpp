#pragma once

#include <optional>

#include "imap/session.hpp"

namespace freehold::imap {

// What a client that was here before knows of the mailbox (RFC 7162, 3.2.5).
struct Resync {
  UidValidity uid_validity;
  ModSeq modseq;
  std::optional<SequenceSet> known;  // nothing: all UIDs
};

// Behind the word QRESYNC of SELECT and EXAMINE.
[[nodiscard]] Resync read_resync(Lexer& lexer);
// Brings the client's knowledge of the selected mailbox up to date: VANISHED, then FETCH. A fail
// means that the client is gone.
awaitable<IoResult<>> put_resync(Context& context, const Resync& resync);
// VANISHED (EARLIER) for those of a set of UIDs that went after a modseq; nothing when none did.
void put_vanished(Context& context, ModSeq since, const std::optional<SequenceSet>& among);

}  // namespace freehold::imap

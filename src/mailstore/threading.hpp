#pragma once

#include "base/ids.hpp"
#include "mailstore/account_change.hpp"
#include "mailstore/message.hpp"

namespace freehold::mailstore {

// The thread that the message belongs to by its message ids and base subject (RFC 8621, 3), 0 for a
// new one.
[[nodiscard]] ThreadId find_thread(const store::Transaction& tx, AccountId account,
                                   const ThreadKeys& message);
// Notes the message's ids, so that its answers (and those that came before it) join the thread.
void note_thread(store::Transaction& tx, AccountId account, const ThreadKeys& message,
                 ThreadId thread);

}  // namespace freehold::mailstore

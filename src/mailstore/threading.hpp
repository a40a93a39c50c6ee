#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "mailstore/account_change.hpp"
#include "mailstore/message.hpp"

namespace freehold::mailstore {

struct FoundThread {
  ThreadId thread;                     // 0: a new one
  std::vector<std::uint64_t> new_ids;  // of the message's, that no thread has noted yet
};
// The thread that the message belongs to by its message ids and base subject (RFC 8621, 3).
[[nodiscard]] FoundThread find_thread(const store::Transaction& tx, AccountId account,
                                      const ThreadKeys& message);
// Notes the new ids, so that its answers (and those that came before it) join the thread.
void note_thread(store::Transaction& tx, AccountId account, const FoundThread& found,
                 std::uint64_t subject, ThreadId thread);

}  // namespace freehold::mailstore

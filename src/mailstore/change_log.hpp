#pragma once

#include <algorithm>

#include "base/ids.hpp"
#include "schema/mailstore.pb.h"

namespace freehold::mailstore {

// Calls visit(kind, uid, email) for the messages of one group of a change.
template <class Visit>
void visit_messages(const schema::Change::Messages& messages, Visit visit) {
  std::int64_t uid = 0, email = 0;
  const auto count = std::min(messages.uids_size(), messages.emails_size());
  for (int i = 0; i < count; ++i) {
    uid += messages.uids(i);
    email += messages.emails(i);
    visit(messages.kind(), Uid(static_cast<std::uint32_t>(uid)),
          EmailId(static_cast<std::uint64_t>(email)));
  }
}

// The same for those of one mailbox.
template <class Visit>
void visit_messages(const schema::Change& change, MailboxId mailbox, Visit visit) {
  for (const auto& messages : change.messages()) {
    if (messages.mailbox() == mailbox.value) visit_messages(messages, visit);
  }
}

}  // namespace freehold::mailstore

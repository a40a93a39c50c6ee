#pragma once

#include <functional>
#include <set>
#include <string>

#include "mailstore/annotation_log.hpp"

namespace freehold::mailstore {
struct MailboxInfo;
}

namespace freehold::imap {

struct Context;

// Tells a session which annotations others have changed: their names, without values (RFC 5464,
// 4.4.2). It is there after ENABLE METADATA, or NOTIFY with MailboxMetadataChange or
// ServerMetadataChange. Used by the session's coroutine.
class MetadataNews {
 public:
  // From now on.
  explicit MetadataNews(const Context& context);

  // ENABLE: what is told while NOTIFY does not say otherwise.
  void enable(bool mailboxes, bool server);
  void tell(Context& context);
  // NOTIFY: of the mailboxes, and of the server (null), that are wanted.
  using Wanted = std::function<bool(const mailstore::MailboxInfo*)>;
  void tell(Context& context, const Wanted& wanted);

  // This session has changed it, and knows.
  void note_own(MailboxId mailbox, const std::string& entry) { own_.insert({mailbox, entry}); }

 private:
  ModSeq told_;
  bool mailboxes_ = false;
  bool server_ = false;
  std::multiset<mailstore::AnnotatedEntry> own_;
};

}  // namespace freehold::imap

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "imap/mailbox_access.hpp"
#include "imap/notify_request.hpp"
#include "imap/session.hpp"
#include "imap/wakeup.hpp"

namespace freehold::imap {

// What a session that has said NOTIFY SET (RFC 5465) is told of while it says nothing: of its own
// mailboxes, and of those of others that it names or is subscribed to, as far as its rights go
// (RFC 4314; what an account newly gives is noticed with the next news). Used by the session's
// coroutine.
class Notifications {
 public:
  Notifications(Context& context, NotifyRequest request, const Home& home);

  // Everything that has happened since the last time; a fail means that the client is gone.
  awaitable<IoResult<>> tell(Context& context);
  // As tell(), without the selected mailbox: in IDLE, which tells of that itself.
  void tell_others(Context& context);

  // Whether of what arrives in the selected mailbox more is told than its flags: by tell_arrived(),
  // after each EXISTS. A fail means that the client is gone.
  [[nodiscard]] bool fetches_arrived() const;
  awaitable<IoResult<>> tell_arrived(Context& context);
  // Another mailbox will be selected.
  void forget_selected() { arrived_upto_.reset(); }

 private:
  struct Told {
    std::string path;
    bool subscribed = false;
    Uid uid_next;
    std::uint64_t emails = 0;
    ModSeq modseq;
  };
  [[nodiscard]] std::vector<NamedMailbox> heard_of(const Context& context) const;
  void listen_to(Context& context, AccountId account);
  [[nodiscard]] const NotifyGroup* group_of(const Context& context,
                                            const NamedMailbox& mailbox) const;
  [[nodiscard]] const NotifyGroup* group_of_selected() const;
  void tell_mailbox(Context& context, const NamedMailbox& mailbox, Told& told);
  void tell_new_mailbox(Context& context, const NamedMailbox& mailbox);
  void tell_metadata(Context& context);
  static Told told_of(const mailstore::MailboxInfo& info);
  awaitable<IoResult<>> tell_selected(Context& context);

  NotifyRequest request_;
  std::map<mailstore::OwnedMailbox, Told> told_;
  std::optional<Uid> arrived_upto_;  // of the selected mailbox: what tell_arrived() has told
  Home home_;
  std::map<AccountId, Wakeup> wakeups_;  // of whose mailboxes it hears
};

}  // namespace freehold::imap

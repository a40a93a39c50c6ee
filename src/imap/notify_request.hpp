#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "imap/fetch_items.hpp"

namespace freehold::imap {

// RFC 5465: of which mailboxes a client wants to hear what.
struct NotifyGroup {
  enum class Of { selected, selected_delayed, inboxes, personal, subscribed, subtree, mailboxes };
  Of of = Of::personal;
  std::vector<std::string> names;  // of subtree and mailboxes; UTF-8

  bool message_new = false;
  bool message_expunge = false;
  bool flag_change = false;
  bool mailbox_name = false;
  bool subscription_change = false;
  bool mailbox_metadata_change = false;
  bool server_metadata_change = false;
  std::optional<FetchRequest> fetch;  // what to tell of new messages in the selected mailbox

  [[nodiscard]] bool is_selected() const {
    return of == Of::selected || of == Of::selected_delayed;
  }
  [[nodiscard]] bool messages() const { return message_new || message_expunge || flag_change; }
};

struct NotifyRequest {
  bool none = false;    // NOTIFY NONE
  bool status = false;  // tell how things are now
  std::vector<NotifyGroup> groups;
  bool unknown_event = false;  // one that is not supported: NO [BADEVENT …]
};

// Everything behind "NOTIFY"; `name` reads a mailbox name. The lexer fails on what is not
// well-formed.
[[nodiscard]] NotifyRequest read_notify(Lexer& lexer,
                                        const std::function<std::string(Lexer&)>& name);

}  // namespace freehold::imap

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailstore/mailstore.hpp"

namespace freehold::imap {

// X-GM-LABELS: the mailboxes that an email is in, by name; those that have a use by that ("\Sent").

// `all` are the account's mailboxes that the session may know of. Nothing: there is no such
// mailbox.
[[nodiscard]] std::optional<MailboxId> mailbox_of_label(
    const std::vector<mailstore::MailboxInfo>& all, std::string_view label);
// Of an email, without the mailbox that it is looked at in.
[[nodiscard]] std::vector<std::string> labels_of(const mailstore::Mailstore& store,
                                                 AccountId account, EmailId email, MailboxId here,
                                                 const std::vector<mailstore::MailboxInfo>& all);

}  // namespace freehold::imap

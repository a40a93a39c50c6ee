#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "mailstore/mailstore.hpp"
#include "mailstore/rights.hpp"

// Whose mailbox a name means, and what this session may do there: the one place that knows the
// namespaces (RFC 2342) and asks for rights (RFC 4314). Names of others' mailboxes:
// "Other Users/anna@example.test/INBOX", of groups' "Shared/team@example.test/INBOX".
namespace freehold::imap {

struct Context;

struct NamedMailbox {
  AccountId owner;
  mailstore::MailboxInfo info;  // path, children and subscription as this session's account sees it
  std::string owners_path;      // what its owner calls it
  mailstore::Rights rights;

  [[nodiscard]] mailstore::OwnedMailbox id() const { return {owner, info.id}; }
};

// The mailbox of a name, when the session has all of `needed` there. Problems: denied, or
// not_found, also of one that it has no right to know of (RFC 4314, 6).
[[nodiscard]] Result<NamedMailbox> find_mailbox(const Context& context, std::string_view name,
                                                mailstore::Rights needed);
// The same when it has any of them.
[[nodiscard]] Result<NamedMailbox> find_mailbox_with_any(const Context& context,
                                                         std::string_view name,
                                                         mailstore::Rights of);

// Where a mailbox of this name may be made.
struct NamedPlace {
  AccountId owner;
  std::string owners_path;
};
[[nodiscard]] Result<NamedPlace> find_place(const Context& context, std::string_view name);

[[nodiscard]] std::vector<NamedMailbox> own_mailboxes(const Context& context);
// Its own mailboxes, then those of others that it may know of; parents before children.
[[nodiscard]] std::vector<NamedMailbox> visible_mailboxes(const Context& context);

// An owner's mailboxes that the session may know of, as their owner calls them.
[[nodiscard]] std::vector<mailstore::MailboxInfo> known_mailboxes(const Context& context,
                                                                  AccountId owner);

// What the session may do in the selected mailbox, as of now.
[[nodiscard]] mailstore::Rights rights_in_view(const Context& context);

// With any of these MYRIGHTS answers (RFC 4314, 4).
constexpr auto kRightsToKnow = mailstore::Right::lookup | mailstore::Right::read |
                               mailstore::Right::insert | mailstore::Right::create |
                               mailstore::Right::remove | mailstore::Right::administer;
void put_my_rights(Context& context, const NamedMailbox& mailbox);  // cmd_acl.cpp

// The quota that counts for a mailbox: its owner's, 0 when unlimited.
[[nodiscard]] std::uint64_t quota_of(const Context& context, AccountId owner);

// A name's first parts for mailboxes of an owner: "Shared/team@example.test/"; empty for its own,
// and for an owner whose address does not fit into a name.
[[nodiscard]] std::string prefix_of(const Context& context, AccountId owner);

}  // namespace freehold::imap

#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/session.hpp"

// QUOTA (RFC 9208): one root for all that an account keeps. The session's own is named "",
// another's, whose mailboxes it may put mail into, by the address.
namespace freehold::imap {

namespace {

// Storage is told in units of 1024 octets.
std::uint64_t in_units(std::uint64_t bytes) { return (bytes + 1023) / 1024; }

void put_quota(Context& context, std::string_view root, AccountId owner) {
  const auto limit = quota_of(context, owner);
  context.out << "* QUOTA " << Output::astring_of(root) << " (";
  if (limit != 0) {
    const auto used = context.house.mailstore.usage(owner).bytes;
    context.out << "STORAGE " << in_units(used) << ' ' << in_units(limit);
  }
  context.out << ")\r\n";
}

// Who may put mail there has to know whether there is room; of others' mailboxes else not.
bool may_know_quota(const Context& context, const NamedMailbox& mailbox) {
  return mailbox.owner == context.id() || mailbox.rights.has(mailstore::Right::insert);
}

// Nothing: there is none of that name for this session.
std::optional<AccountId> owner_of_root(const Context& context, const std::string& root) {
  if (root.empty()) return context.id();
  const auto account = context.house.directory.account(std::string_view(root));
  if (!account || account->id == context.id()) return std::nullopt;
  for (const auto& mailbox : visible_mailboxes(context)) {
    if (mailbox.owner == account->id && may_know_quota(context, mailbox)) return account->id;
  }
  return std::nullopt;
}

std::string root_of(const Context& context, AccountId owner) {
  if (owner == context.id()) return {};
  const auto account = context.house.directory.account(owner);
  return account ? account->name : std::string();
}

}  // namespace

awaitable<Reply> get_quota(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto root = lexer.astring();
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto owner = owner_of_root(context, root);
  if (!owner) co_return Reply::no("[NONEXISTENT] there is no such quota root");
  put_quota(context, root, *owner);
  co_return Reply::ok("GETQUOTA completed");
}

awaitable<Reply> get_quota_root(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto found = find_mailbox(context, path, mailstore::Right::read);
  if (!found) co_return reply_for(found.error());
  const bool told = may_know_quota(context, *found);
  const auto root = root_of(context, found->owner);
  context.out << "* QUOTAROOT ";
  context.put_mailbox_name(found->info.path);
  if (told) context.out << ' ' << Output::astring_of(root);
  context.out << "\r\n";
  if (told) put_quota(context, root, found->owner);
  co_return Reply::ok("GETQUOTAROOT completed");
}

awaitable<Reply> set_quota(Context&, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  static_cast<void>(lexer.astring());
  lexer.space();
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    static_cast<void>(lexer.atom());
    lexer.space();
    static_cast<void>(lexer.number64());
    if (lexer.peek() != ')') lexer.space();
  }
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  co_return Reply::no("[NOPERM] quotas are set by the operator, with 'freehold account'");
}

void warn_of_quota(Context& context, std::uint64_t quota) {
  if (quota == 0) return;
  const auto used = context.house.mailstore.usage(context.id()).bytes;
  const bool near = used >= quota / 100 * kSoftQuotaPercent;
  if (near && !context.quota_told) {
    context.out << "* NO [OVERQUOTA] " << in_units(used) << " of " << in_units(quota)
                << " KiB are used: delete mail, or have the quota raised\r\n";
  }
  context.quota_told = near;
}

}  // namespace freehold::imap

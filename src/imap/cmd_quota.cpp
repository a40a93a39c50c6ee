#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/session.hpp"

// QUOTA (RFC 9208): one root, named "", for all that an account keeps.
namespace freehold::imap {

namespace {

// Storage is told in units of 1024 octets.
std::uint64_t in_units(std::uint64_t bytes) { return (bytes + 1023) / 1024; }

void put_quota(Context& context) {
  const auto limit = quota_of(context, context.id());
  context.out << "* QUOTA \"\" (";
  if (limit != 0) {
    const auto used = context.house.mailstore.usage(context.id()).bytes;
    context.out << "STORAGE " << in_units(used) << ' ' << in_units(limit);
  }
  context.out << ")\r\n";
}

}  // namespace

awaitable<Reply> get_quota(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto root = lexer.astring();
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (!root.empty()) co_return Reply::no("[NONEXISTENT] there is no such quota root");
  put_quota(context);
  co_return Reply::ok("GETQUOTA completed");
}

awaitable<Reply> get_quota_root(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto found = find_mailbox(context, path, mailstore::Right::read);
  if (!found) co_return reply_for(found.error());
  // What others may keep is theirs to know: their mailboxes have no root here.
  const bool own = found->owner == context.id();
  context.out << "* QUOTAROOT ";
  context.put_mailbox_name(found->info.path);
  context.out << (own ? " \"\"\r\n" : "\r\n");
  if (own) put_quota(context);
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

void warn_of_quota(Context& context) {
  const auto limit = quota_of(context, context.id());
  if (limit == 0) return;
  const auto used = context.house.mailstore.usage(context.id()).bytes;
  const bool near = used >= limit / 100 * kSoftQuotaPercent;
  if (near && !context.quota_told) {
    context.out << "* NO [OVERQUOTA] " << in_units(used) << " of " << in_units(limit)
                << " KiB are used: delete mail, or have the quota raised\r\n";
  }
  context.quota_told = near;
}

}  // namespace freehold::imap

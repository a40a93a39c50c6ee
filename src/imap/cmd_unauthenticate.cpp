#include "base/log.hpp"
#include "imap/session.hpp"

// UNAUTHENTICATE (RFC 8437): the connection, with its TLS, goes to another account.
namespace freehold::imap {

awaitable<Reply> unauthenticate(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  log::info("imap.logout", {{"session", context.session.id()}, {"user", context.account->name}});
  context.leave_mailbox();
  context.changed.reset();
  context.notifications.reset();
  context.metadata_news.reset();
  context.account.reset();
  context.place.reset();
  // RFC 8437, 2: whatever ENABLE and the account's commands did is undone.
  context.rev2 = context.utf8 = context.condstore = context.qresync = context.uid_only =
      context.quota_told = false;
  context.state = kNotAuthenticated;
  co_return Reply::ok("[CAPABILITY " + capabilities(context) + "] who comes next?");
}

}  // namespace freehold::imap

#include "imap/notifications.hpp"
#include "imap/session.hpp"

// NOTIFY (RFC 5465).
namespace freehold::imap {

awaitable<Reply> notify(Context& context, Command& command) {
  auto& lexer = command.arguments;
  auto request = read_notify(lexer, [&](Lexer& l) { return context.mailbox_name(l); });
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (request.unknown_event) {
    co_return Reply::no(
        "[BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange"
        " MailboxMetadataChange ServerMetadataChange)]"
        " this event is not known");
  }
  context.notifications.reset();
  if (request.none) co_return Reply::ok("NOTIFY completed");
  const auto home = co_await Home::here();
  context.notifications = std::make_shared<Notifications>(context, std::move(request), home);
  co_return Reply::ok("NOTIFY completed");
}

}  // namespace freehold::imap

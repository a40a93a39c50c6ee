#include "imap/mailbox_name.hpp"
#include "imap/session.hpp"

// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051, 6.3.4 to 6.3.8).
namespace freehold::imap {

std::string Context::mailbox_name(Lexer& lexer) {
  auto name = lexer.astring();
  if (utf8) return name;
  auto decoded = from_modified_utf7(name);
  if (!decoded) lexer.fail("the mailbox name is not modified UTF-7");
  return decoded.value_or("");
}

void Context::put_mailbox_name(std::string_view path) {
  if (utf8) {
    out.astring(path);
  } else {
    out.astring(to_modified_utf7(path));
  }
}

awaitable<Reply> create(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  // A trailing separator says that there will be mailboxes in it; it is no part of the name.
  if (path.size() > 1 && path.ends_with(mailstore::kPathSeparator)) path.pop_back();
  const auto made = co_await context.house.mailstore.create_mailbox(context.id(), path);
  if (!made) co_return reply_for(made.error());
  co_return Reply::ok("CREATE completed");
}

awaitable<Reply> remove(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto done = co_await context.house.mailstore.delete_mailbox(context.id(), path);
  if (!done) co_return reply_for(done.error());
  co_return Reply::ok("DELETE completed");
}

awaitable<Reply> rename(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto from = context.mailbox_name(lexer);
  lexer.space();
  const auto to = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto done = co_await context.house.mailstore.rename_mailbox(context.id(), from, to);
  if (!done) co_return reply_for(done.error());
  co_return Reply::ok("RENAME completed");
}

namespace {

awaitable<Reply> set_subscribed(Context& context, Command& command, bool subscribed) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto done = co_await context.house.mailstore.set_subscribed(context.id(), path, subscribed);
  if (!done) co_return reply_for(done.error());
  co_return Reply::ok(command.name + " completed");
}

}  // namespace

awaitable<Reply> subscribe(Context& context, Command& command) {
  return set_subscribed(context, command, true);
}
awaitable<Reply> unsubscribe(Context& context, Command& command) {
  return set_subscribed(context, command, false);
}

}  // namespace freehold::imap

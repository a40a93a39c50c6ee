#include "imap/session.hpp"

// EXPUNGE and UID EXPUNGE (RFC 9051, 6.4.3 and 6.4.9).
namespace freehold::imap {

awaitable<Reply> expunge(Context& context, Command& command) {
  auto& lexer = command.arguments;
  std::optional<std::vector<Uid>> only;
  if (command.by_uid) {
    lexer.space();
    const auto set = lexer.sequence_set();
    if (!lexer.failed()) {
      only.emplace();
      const auto indexes = context.select(set, true);
      for (const auto index : *indexes) only->push_back(context.view->messages()[index].uid);
    }
  }
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (context.view->read_only()) co_return Reply::no("[NOPERM] the mailbox is selected read-only");
  const auto gone = co_await context.house.mailstore.expunge(context.id(), context.view->mailbox(),
                                                             std::move(only));
  if (!gone) co_return reply_for(gone.error());
  context.tell_news();
  if (context.condstore && !gone->empty()) {
    co_return Reply::ok("[HIGHESTMODSEQ " + std::to_string(context.view->upto().value) +
                        "] EXPUNGE completed");
  }
  co_return Reply::ok("EXPUNGE completed");
}

}  // namespace freehold::imap

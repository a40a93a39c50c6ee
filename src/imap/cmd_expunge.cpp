#include "imap/mailbox_access.hpp"
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
      if (context.over_limit(indexes->size())) co_return context.too_many();
      for (const auto index : *indexes) only->push_back(context.view->row(index).uid);
    }
  }
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (!rights_in_view(context).has(mailstore::Right::expunge))
    co_return Reply::no("[NOPERM] you have no right to expunge here");
  if (context.view->read_only()) co_return Reply::no("[NOPERM] the mailbox is selected read-only");
  const auto gone = co_await context.house.mailstore.expunge(
      context.view->account(), context.view->mailbox(), std::move(only));
  if (!gone) co_return reply_for(gone.error());
  context.tell_news();
  co_return Reply::ok((gone->empty() ? "" : context.modseq_code()) + "EXPUNGE completed");
}

}  // namespace freehold::imap

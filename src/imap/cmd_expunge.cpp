#include "imap/mailbox_access.hpp"
#include "imap/session.hpp"

// EXPUNGE and UID EXPUNGE (RFC 9051, 6.4.3 and 6.4.9).
namespace freehold::imap {

namespace {

// Those of a set that are \Deleted now, whether the client has been told so or not.
std::vector<Uid> deleted_among(const Context& context, const SequenceSet& set) {
  const auto now =
      context.house.mailstore.snapshot(context.view->account(), context.view->mailbox());
  if (!now) return {};
  const auto indexes = View::select(*now, set.saved_result ? context.saved_set() : set, true,
                                    {{}, mailstore::kDeleted});
  return now->uids(indexes);
}

}  // namespace

awaitable<Reply> expunge(Context& context, Command& command) {
  auto& lexer = command.arguments;
  std::optional<std::vector<Uid>> only;
  if (command.by_uid) {
    lexer.space();
    const auto set = lexer.sequence_set();
    if (!lexer.failed()) {
      only = deleted_among(context, set);
      if (context.over_limit(only->size())) co_return context.too_many();
    }
  }
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (!rights_in_view(context).has(mailstore::Right::expunge))
    co_return Reply::no("[NOPERM] you have no right to expunge here");
  if (context.view->read_only()) co_return Reply::no("[NOPERM] the mailbox is selected read-only");
  const auto gone = co_await context.house.mailstore.expunge(
      context.view->account(), context.view->mailbox(), std::move(only));
  if (!gone) co_return reply_for(gone.error());
  // What another session has just expunged is seen in the mailbox before its news come: they are
  // told now, for the client takes what it knows to be \Deleted to be gone.
  context.changed->store(true, std::memory_order_release);
  context.tell_news();
  co_return Reply::ok((gone->empty() ? "" : context.modseq_code()) + "EXPUNGE completed");
}

}  // namespace freehold::imap

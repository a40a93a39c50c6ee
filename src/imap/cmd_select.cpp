#include <algorithm>

#include "base/home.hpp"
#include "imap/session.hpp"

// SELECT, EXAMINE, CLOSE, UNSELECT (RFC 9051, 6.3.2, 6.3.3, 6.4.1, 6.4.2).
namespace freehold::imap {

namespace {

void leave(Context& context) {
  context.view.reset();
  context.watch.reset();
  context.saved_result.clear();
  context.state = kAuthenticated;
}

void put_mailbox_state(Context& context) {
  auto& out = context.out;
  const auto& view = *context.view;
  out << "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)\r\n";
  out << (view.read_only() ? "* OK [PERMANENTFLAGS ()] read-only\r\n"
                           : "* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft "
                             "\\*)] kept\r\n");
  out << "* " << std::uint64_t{view.count()} << " EXISTS\r\n";
  if (!context.rev2) {
    out << "* 0 RECENT\r\n";
    const auto& messages = view.messages();
    const auto unseen = std::ranges::find_if(
        messages, [](const auto& m) { return !m.flags.has(mailstore::kSeen); });
    if (unseen != messages.end()) {
      out << "* OK [UNSEEN " << static_cast<std::uint64_t>(unseen - messages.begin() + 1)
          << "] the first\r\n";
    }
  }
  out << "* OK [UIDVALIDITY " << std::uint64_t{view.info().uid_validity.value} << "] valid\r\n";
  out << "* OK [UIDNEXT " << std::uint64_t{view.info().uid_next.value} << "] the next\r\n";
  out << "* OK [HIGHESTMODSEQ " << view.info().highest_modseq.value << "] kept\r\n";
  if (context.rev2) {
    out << "* LIST () \"/\" ";
    context.put_mailbox_name(view.info().path);
    out << "\r\n";
  }
}

awaitable<Reply> open(Context& context, Command& command, bool read_only) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (lexer.skip(' ')) {
    lexer.expect('(');
    while (!lexer.failed() && !lexer.skip(')')) {
      if (lexer.keyword() == "CONDSTORE") {
        context.condstore = true;
      } else {
        lexer.fail("this parameter of SELECT is not known");
      }
      if (lexer.peek() != ')') lexer.space();
    }
  }
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (context.view && context.rev2) context.out << "* OK [CLOSED] the one before is closed\r\n";
  leave(context);
  auto info = context.house.mailstore.mailbox(context.id(), path);
  if (!info) co_return Reply::no("[NONEXISTENT] there is no such mailbox");

  // Watched before it is read, so that nothing comes in between unseen.
  context.changed = std::make_shared<std::atomic<bool>>(false);
  context.watch = context.house.mailstore.watch(context.id(), [changed = context.changed] {
    changed->store(true, std::memory_order_release);
  });
  ModSeq upto;
  auto messages = context.house.mailstore.index(context.id(), info->id, upto);
  info = context.house.mailstore.mailbox(context.id(), info->id);
  if (!info) co_return Reply::no("[NONEXISTENT] there is no such mailbox");
  if (!messages.empty() && info->uid_next <= messages.back().uid)
    info->uid_next = Uid(messages.back().uid.value + 1);
  context.view =
      std::make_unique<View>(context.id(), std::move(*info), read_only, std::move(messages), upto);
  context.state = kSelected;
  put_mailbox_state(context);
  co_return Reply::ok(read_only ? "[READ-ONLY] EXAMINE completed"
                                : "[READ-WRITE] SELECT completed");
}

}  // namespace

awaitable<Reply> select(Context& context, Command& command) {
  return open(context, command, false);
}
awaitable<Reply> examine(Context& context, Command& command) {
  return open(context, command, true);
}

awaitable<Reply> unselect(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  leave(context);
  co_return Reply::ok("UNSELECT completed");
}

awaitable<Reply> close(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  if (!context.view->read_only()) {
    const auto gone = co_await context.house.mailstore.expunge(
        context.id(), context.view->mailbox(), std::nullopt);
    if (!gone) co_return reply_for(gone.error());
  }
  leave(context);
  co_return Reply::ok("CLOSE completed");
}

}  // namespace freehold::imap

#include <algorithm>

#include "base/home.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/notifications.hpp"
#include "imap/object_id.hpp"
#include "imap/resync.hpp"
#include "imap/session.hpp"

// SELECT, EXAMINE, CLOSE, UNSELECT (RFC 9051, 6.3.2, 6.3.3, 6.4.1, 6.4.2).
namespace freehold::imap {

void Context::leave_mailbox() {
  view.reset();
  watch.reset();
  saved_result.clear();
  live_searches.clear();
  if (notifications) notifications->forget_selected();
  state = kAuthenticated;
}

namespace {

using mailstore::Right;

// With none of them the mailbox is read-only (RFC 4314, 4).
constexpr auto kRightsToChange =
    Right::seen | Right::write | Right::insert | Right::delete_messages | Right::expunge;

std::string permanent_flags(const Context& context) {
  if (context.view->read_only()) return {};
  const auto may = rights_in_view(context).flags();
  std::string words;
  const auto add = [&words](std::string_view word) {
    if (!words.empty()) words += ' ';
    words += word;
  };
  if ((may.bits & mailstore::kSeen) != 0) add("\\Seen");
  if ((may.bits & mailstore::kAnswered) != 0) add("\\Answered \\Flagged");
  if ((may.bits & mailstore::kDeleted) != 0) add("\\Deleted");
  if ((may.bits & mailstore::kDraft) != 0) add("\\Draft");
  if (may.keywords) add("\\*");
  return words;
}

void put_mailbox_state(Context& context) {
  auto& out = context.out;
  const auto& view = *context.view;
  out << "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)\r\n";
  out << "* OK [PERMANENTFLAGS (" << permanent_flags(context) << ")] "
      << (view.read_only() ? "read-only" : "kept") << "\r\n";
  out << "* " << std::uint64_t{view.count()} << " EXISTS\r\n";
  if (!context.rev2) {
    out << "* 0 RECENT\r\n";
    if (const auto unseen = view.messages().first_unseen(); unseen && !context.uid_only)
      out << "* OK [UNSEEN " << std::uint64_t{*unseen + 1} << "] the first\r\n";
  }
  out << "* OK [UIDVALIDITY " << std::uint64_t{view.messages().uid_validity.value} << "] valid\r\n";
  out << "* OK [UIDNEXT " << std::uint64_t{view.messages().uid_next.value} << "] the next\r\n";
  out << "* OK [MAILBOXID (" << object_id(view.account(), view.mailbox()) << ")] its own\r\n";
  out << "* OK [HIGHESTMODSEQ " << view.messages().highest_modseq.value << "] kept\r\n";
  if (context.rev2) {
    out << "* LIST () \"/\" ";
    context.put_mailbox_name(view.info().path);
    out << "\r\n";
  }
}

std::optional<Resync> read_parameters(Context& context, Lexer& lexer) {
  std::optional<Resync> resync;
  if (!lexer.skip(' ')) return resync;
  lexer.expect('(');
  do {
    const auto name = lexer.keyword();
    if (name == "CONDSTORE") {
      context.condstore = true;
    } else if (name == "QRESYNC" && !resync) {
      if (!context.qresync) lexer.fail("ENABLE QRESYNC first");
      resync = read_resync(lexer);
    } else {
      lexer.fail("this parameter of SELECT is not known");
    }
  } while (lexer.skip(' '));
  lexer.expect(')');
  return resync;
}

awaitable<Reply> open(Context& context, Command& command, bool read_only) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  const auto resync = read_parameters(context, lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (context.view && (context.rev2 || context.qresync))
    context.out << "* OK [CLOSED] the one before is closed\r\n";
  context.leave_mailbox();
  auto found = find_mailbox(context, path, mailstore::Right::read);
  if (!found) co_return reply_for(found.error());
  read_only = read_only || !found->rights.has_any(kRightsToChange);

  // Watched before it is read, so that nothing comes in between unseen.
  context.changed = std::make_shared<std::atomic<bool>>(false);
  context.watch = context.house.mailstore.watch(found->owner, [changed = context.changed] {
    changed->store(true, std::memory_order_release);
  });
  auto messages = co_await context.house.mailstore.open_snapshot(found->owner, found->info.id);
  if (!messages) co_return Reply::no("[NONEXISTENT] there is no such mailbox");
  context.view =
      std::make_unique<View>(found->owner, std::move(found->info), read_only, std::move(messages));
  context.state = kSelected;
  put_mailbox_state(context);
  if (resync && !co_await put_resync(context, *resync)) {
    context.closing = true;
    co_return Reply::said();
  }
  co_return Reply::ok((read_only ? "[READ-ONLY] " : "[READ-WRITE] ") + command.name + " completed");
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
  context.leave_mailbox();
  co_return Reply::ok("UNSELECT completed");
}

namespace {

// Whether a client that takes away what it knows to be \Deleted has the mailbox as it is now.
// CLOSE tells nothing, so of anything else it would never hear once it believes to be that new.
bool knows_all(View& view, const View::Snapshot& newest) {
  const auto told = view.told();
  const auto news = view.apply(newest);
  return newest && !news.exists && news.updated.empty() &&
         std::ranges::all_of(news.vanished, [&told](Uid uid) {
           const auto message = told->find(uid);
           return message && message->flags.has(mailstore::kDeleted);
         });
}

}  // namespace

awaitable<Reply> close(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  std::string code;
  if (!context.view->read_only() && rights_in_view(context).has(mailstore::Right::expunge)) {
    const auto& house = context.house;
    const auto owner = context.view->account();
    const auto mailbox = context.view->mailbox();
    const auto gone = co_await house.mailstore.expunge(owner, mailbox, std::nullopt);
    if (!gone) co_return reply_for(gone.error());
    const auto newest = house.mailstore.snapshot(owner, mailbox);
    if (context.qresync && !gone->empty() && knows_all(*context.view, newest))
      code = "[HIGHESTMODSEQ " + std::to_string(newest->highest_modseq.value) + "] ";
  }
  context.leave_mailbox();
  co_return Reply::ok(code + "CLOSE completed");
}

}  // namespace freehold::imap

#include "base/bytes.hpp"
#include "base/home.hpp"
#include "imap/limits.hpp"
#include "imap/metadata_news.hpp"
#include "imap/notifications.hpp"
#include "imap/session.hpp"
#include "imap/wakeup.hpp"

// IDLE (RFC 2177): news are told as they come, until the client says DONE.
namespace freehold::imap {

awaitable<Reply> idle(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  const auto home = co_await Home::here();
  const auto of = context.view ? context.view->account() : context.id();
  const Wakeup wakeup(context.house.mailstore, of, home, context.stream);
  context.out << "+ idling\r\n";
  const auto deadline = net::after(kIdleTimeout);
  while (true) {
    if (context.notifications) {
      context.notifications->tell_others(context);
    } else if (context.metadata_news) {
      context.metadata_news->tell(context);
    }
    if (context.view) context.tell_news();
    if (context.notifications && !co_await context.notifications->tell_arrived(context)) {
      context.closing = true;
      co_return Reply::said();
    }
    if (auto sent = co_await context.out.flush(); !sent || context.closing) {
      context.closing = true;
      co_return Reply::said();
    }
    const auto woken = co_await context.reader.wait_readable(deadline);
    if (!woken || context.session.draining()) {
      if (context.session.draining()) context.out << "* BYE the server is stopping\r\n";
      context.closing = true;
      co_return Reply::said();
    }
    if (*woken == net::Wake::readable) break;
  }
  const auto line = co_await context.reader.read_line(net::after(kLoginTimeout));
  if (!line) {
    context.closing = true;
    co_return Reply::said();
  }
  if (!iequals(*line, "DONE")) co_return Reply::bad("IDLE ends with DONE");
  co_return Reply::ok("IDLE completed");
}

}  // namespace freehold::imap

#include "base/bytes.hpp"
#include "base/home.hpp"
#include "imap/limits.hpp"
#include "imap/session.hpp"

// IDLE (RFC 2177): news are told as they come, until the client says DONE.
namespace freehold::imap {

namespace {

// Interrupts the wait of a session that may be gone when the message arrives in its thread.
struct Wakeup {
  net::Stream* stream;
};

}  // namespace

awaitable<Reply> idle(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  const auto home = co_await Home::here();
  const auto wakeup =
      std::make_shared<Wakeup>(&context.stream);  // shared with the wakes on their way here
  const auto watch =
      context.house.mailstore.watch(context.id(), [home, weak = std::weak_ptr(wakeup)] {
        home.post([weak] {
          if (const auto there = weak.lock()) there->stream->interrupt();
        });
      });
  context.out << "+ idling\r\n";
  const auto deadline = net::after(kIdleTimeout);
  while (true) {
    if (context.view) context.tell_news();
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

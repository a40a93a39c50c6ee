#include "pop3/session.hpp"

#include <algorithm>
#include <iterator>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "pop3/limits.hpp"
#include "store/reader.hpp"

namespace freehold::pop3 {

namespace {

// RFC 1939's states, as bits, so that a command can name those in which it is allowed. UPDATE is
// within quit().
enum State : unsigned { kAuthorization = 1, kTransaction = 2, kAnyState = 3 };

struct CommandEntry {
  Verb verb;
  Handler handler;
  unsigned states;
};

constexpr CommandEntry kCommands[] = {
    {Verb::auth, auth, kAuthorization}, {Verb::capa, capa, kAnyState},
    {Verb::dele, dele, kTransaction},   {Verb::list, list, kTransaction},
    {Verb::noop, noop, kTransaction},   {Verb::pass, pass, kAuthorization},
    {Verb::quit, quit, kAnyState},      {Verb::retr, retr, kTransaction},
    {Verb::rset, rset, kTransaction},   {Verb::stat, stat, kTransaction},
    {Verb::stls, stls, kAuthorization}, {Verb::top, top, kTransaction},
    {Verb::uidl, uidl, kTransaction},   {Verb::user, user, kAuthorization},
    {Verb::utf8, utf8, kAuthorization},
};

State state_of(const Context& context) { return context.account ? kTransaction : kAuthorization; }

net::Deadline deadline_of(const Context& context) {
  return net::after(context.account ? kIdleTimeout : kLoginTimeout);
}

// The next command; an error_code ends the session.
awaitable<IoResult<Command>> read_command(Context& context) {
  const auto line = co_await context.reader.read_line(deadline_of(context));
  if (line) co_return parse_command(*line);
  if (line.error().category() != net::make_error_code(net::LineError::too_long).category()) {
    co_return line.error();
  }
  Command none;
  none.complaint = line.error().message();
  co_return none;
}

awaitable<Reply> run(Context& context, Command command) {
  if (!command.complaint.empty()) co_return Reply::wrong(command.complaint);
  const auto* entry = std::ranges::find(kCommands, command.verb, &CommandEntry::verb);
  if (entry == std::end(kCommands)) co_return Reply::wrong("no such command");
  if ((entry->states & state_of(context)) == 0) {
    co_return Reply::wrong(context.account ? "you are logged in already" : "log in first");
  }
  co_return co_await entry->handler(context, std::move(command));
}

void put_reply(Context& context, const Reply& reply) {
  if (reply.kind == Reply::Kind::said) return;
  context.out << (reply.kind == Reply::Kind::ok ? "+OK " : "-ERR ") << reply.text << "\r\n";
  context.errors = reply.kind == Reply::Kind::wrong ? context.errors + 1 : 0;
  if (context.errors < kMaxErrors) return;
  context.out << "-ERR too many wrong commands\r\n";
  context.closing = true;
}

// False: the session ends, without the UPDATE state.
awaitable<bool> wait_for_command(Context& context) {
  const auto woken = co_await context.reader.wait_readable(deadline_of(context));
  if (woken && !context.session.draining()) co_return true;
  if (context.session.draining()) {
    context.out << "-ERR [SYS/TEMP] the server is stopping\r\n";
  } else if (woken.error() == boost::system::errc::timed_out) {
    context.out << "-ERR idle for too long\r\n";
  }
  static_cast<void>(co_await context.out.flush());
  co_return false;
}

awaitable<Reply> run_safely(Context& context, Command command) {
  try {
    co_return co_await run(context, std::move(command));
  } catch (const store::ReadError& e) {
    log::error("pop3.store_error", {{"session", context.session.id()}, {"error", e.what()}});
  }
  co_return Reply::err("[SYS/TEMP] the mail store cannot be read");
}

}  // namespace

Context::Context(net::Stream& s, net::Session& n, const House& h)
    : stream(s), session(n), house(h), reader(s, kMaxLine), out(s) {}

Reply reply_for(const Problem& problem) {
  switch (problem.kind) {
    case Problem::Kind::unavailable:
    case Problem::Kind::conflict:
      return Reply::err("[SYS/TEMP] " + problem.what);
    default:
      return Reply::err("[SYS/PERM] " + problem.what);
  }
}

awaitable<void> serve(net::Stream& stream, net::Session& session, const House& house) {
  static auto& sessions = metrics::gauge("freehold_pop3_sessions", "POP3 sessions open");
  sessions.add(1);
  Context context(stream, session, house);
  session.on_drain([&stream] { stream.interrupt(); });
  context.out << "+OK " << house.settings.hostname << " Freehold ready\r\n";
  auto sent = co_await context.out.flush();
  while (sent && !context.closing) {
    const bool waited = co_await wait_for_command(context);
    if (!waited) break;
    const auto command = co_await read_command(context);
    if (!command) break;
    const auto reply = co_await run_safely(context, *command);
    put_reply(context, reply);
    // Pipelined commands are answered together.
    if (context.reader.buffered().empty() || context.closing || context.out.wants_flush()) {
      sent = co_await context.out.flush();
    }
  }
  session.on_drain({});
  sessions.add(-1);
}

}  // namespace freehold::pop3

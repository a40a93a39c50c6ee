#include "imap/session.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/home.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "imap/limits.hpp"

namespace freehold::imap {

namespace {

constexpr CommandEntry kCommands[] = {
    {"CAPABILITY", capability, kAnyState, true, false},
    {"NOOP", noop, kAnyState, true, false},
    {"LOGOUT", logout, kAnyState, false, false},
    {"ID", client_id, kAnyState, true, false},
    {"STARTTLS", starttls, kNotAuthenticated, false, false},
    {"LOGIN", login, kNotAuthenticated, false, false},
    {"AUTHENTICATE", authenticate, kNotAuthenticated, false, false},
    {"ENABLE", enable, kLoggedIn, false, false},
    {"SELECT", select, kLoggedIn, false, false},
    {"EXAMINE", examine, kLoggedIn, false, false},
    {"CREATE", create, kLoggedIn, true, false},
    {"DELETE", remove, kLoggedIn, true, false},
    {"RENAME", rename, kLoggedIn, true, false},
    {"SUBSCRIBE", subscribe, kLoggedIn, true, false},
    {"UNSUBSCRIBE", unsubscribe, kLoggedIn, true, false},
    {"LIST", list, kLoggedIn, true, false},
    {"LSUB", lsub, kLoggedIn, true, false},
    {"NAMESPACE", name_space, kLoggedIn, true, false},
    {"STATUS", status, kLoggedIn, true, false},
    {"IDLE", idle, kLoggedIn, true, false},
    {"CHECK", noop, kSelected, true, false},
    {"CLOSE", close, kSelected, false, false},
    {"UNSELECT", unselect, kSelected, false, false},
    {"EXPUNGE", expunge, kSelected, true, true},
    {"SEARCH", search, kSelected, false, true},
    {"FETCH", fetch, kSelected, false, true},
    {"STORE", store, kSelected, false, true},
    {"COPY", copy, kSelected, true, true},
    {"MOVE", move, kSelected, true, true},
};

// Reads one command's text: its first line, and each literal with the line behind it. APPEND's
// message literal is left to append(), so the text ends with its mark then.
class CommandReader {
 public:
  explicit CommandReader(Context& context) : context_(context) {}

  // An error_code ends the session; an empty text with a complaint is answered with BAD.
  awaitable<IoResult<>> read();

  std::string text;
  std::string complaint;
  std::optional<LiteralMark> message;  // APPEND's

 private:
  [[nodiscard]] bool is_append_message() const;

  Context& context_;
};

awaitable<IoResult<>> CommandReader::read() {
  const auto wait = context_.state == kNotAuthenticated ? kLoginTimeout : kIdleTimeout;
  const auto deadline = net::after(wait);
  while (true) {
    const auto line = co_await context_.reader.read_line(deadline);
    if (!line) {
      if (line.error().category() != net::make_error_code(net::LineError::too_long).category()) {
        co_return line.error();
      }
      complaint = line.error().message();
      co_return IoResult<>();
    }
    text.append(*line);
    const auto mark = literal_at_end(text);
    if (!mark) co_return IoResult<>();
    if (is_append_message()) {
      message = mark;
      co_return IoResult<>();
    }
    text.append("\r\n");
    if (mark->size > kMaxCommand || text.size() + mark->size > kMaxCommand) {
      complaint = "the literal is too long";
      // A synchronizing literal is not sent without our "+"; the other kind comes anyway, and is
      // not worth reading.
      if (!mark->synchronizing) context_.closing = true;
      co_return IoResult<>();
    }
    if (mark->synchronizing) {
      context_.out << "+ go on\r\n";
      if (auto sent = co_await context_.out.flush(); !sent) co_return sent.error();
    }
    auto left = static_cast<std::size_t>(mark->size);
    while (left > 0) {
      const auto chunk = co_await context_.reader.read_chunk(left, net::after(kLiteralTimeout));
      if (!chunk) co_return chunk.error();
      text.append(*chunk);
      left -= chunk->size();
    }
  }
}

// "tag APPEND mailbox [flags] [date] {n}": whether the mark at the end is the message's and not the
// mailbox name's.
bool CommandReader::is_append_message() const {
  Lexer lexer(text);
  static_cast<void>(lexer.tag());
  lexer.space();
  if (!lexer.word("APPEND")) return false;
  lexer.space();
  if (lexer.rest().find("\r\n") == std::string_view::npos && (lexer.peek() == '{')) return false;
  static_cast<void>(lexer.astring());
  return !lexer.failed();
}

void put_reply(Context& context, std::string_view tag, const Reply& reply) {
  if (reply.kind == Reply::Kind::said) return;
  constexpr std::string_view kWords[] = {" OK ", " NO ", " BAD "};
  context.out << (tag.empty() ? std::string_view("*") : tag) << kWords[static_cast<int>(reply.kind)]
              << reply.text << "\r\n";
}

awaitable<IoResult<Reply>> run(Context& context, CommandReader& read, std::string& tag) {
  Lexer lexer(read.text);
  tag = lexer.tag();
  lexer.space();
  auto name = lexer.keyword();
  bool by_uid = false;
  if (!lexer.failed() && name == "UID") {
    by_uid = true;
    lexer.space();
    name = lexer.keyword();
  }
  if (lexer.failed()) co_return Reply::bad(lexer.error());
  Command command{tag, name, lexer, by_uid};
  if (name == "APPEND") {
    if ((context.state & kLoggedIn) == 0) {
      context.closing = read.message && !read.message->synchronizing;
      co_return Reply::bad("log in first");
    }
    if (!read.message) co_return Reply::bad("APPEND needs a message as a literal");
    co_return co_await append(context, command, *read.message);
  }
  const auto* entry = find_command(name);
  if (entry == nullptr || (by_uid && !entry->has_uid)) co_return Reply::bad("no such command");
  if ((context.state & entry->states) == 0) {
    co_return Reply::bad(context.state == kNotAuthenticated ? "log in first" : "not in this state");
  }
  const auto reply = co_await entry->handler(context, command);
  if (context.state == kSelected && (entry->tells_news || by_uid)) context.tell_news();
  co_return reply;
}

bool has_news(const Context& context) {
  return context.changed && context.changed->load(std::memory_order_acquire);
}

}  // namespace

Context::Context(net::Stream& s, net::Session& n, const House& h)
    : stream(s), session(n), house(h), reader(s, kMaxLine), out(s) {}

const CommandEntry* find_command(std::string_view name) {
  const auto* found = std::ranges::find(kCommands, name, &CommandEntry::name);
  return found == std::end(kCommands) ? nullptr : found;
}

Reply reply_for(const Problem& problem) {
  switch (problem.kind) {
    case Problem::Kind::not_found:
      return Reply::no("[NONEXISTENT] " + problem.what);
    case Problem::Kind::exists:
      return Reply::no("[ALREADYEXISTS] " + problem.what);
    case Problem::Kind::denied:
      return Reply::no((problem.what.contains("quota") ? "[OVERQUOTA] " : "[NOPERM] ") +
                       problem.what);
    case Problem::Kind::unavailable:
      // RFC 5530: UNAVAILABLE; a full disk is best understood as a quota by clients.
      return Reply::no((problem.what.contains("disk") ? "[OVERQUOTA] " : "[UNAVAILABLE] ") +
                       problem.what);
    case Problem::Kind::invalid:
      return Reply::no("[CANNOT] " + problem.what);
    case Problem::Kind::corrupt:
    case Problem::Kind::conflict:
    case Problem::Kind::internal:
      break;
  }
  return Reply::no("[SERVERBUG] " + problem.what);
}

void Context::tell_news() {
  if (!view || !has_news(*this)) return;
  changed->store(false, std::memory_order_release);
  const auto news =
      view->apply(house.mailstore.changes(view->account(), view->mailbox(), view->upto()));
  for (const auto sequence : news.expunged) out << "* " << sequence << " EXPUNGE\r\n";
  if (news.exists) out << "* " << std::uint64_t{view->count()} << " EXISTS\r\n";
  for (const auto index : news.updated) put_flags_update(*this, index, rev2);
  if (view->gone()) {
    out << "* BYE the selected mailbox was deleted\r\n";
    closing = true;
  }
}

std::optional<std::vector<std::size_t>> Context::select(const SequenceSet& set, bool by_uid) {
  if (set.saved_result) {
    std::vector<std::size_t> indexes;
    for (const auto uid : saved_result) {
      if (const auto sequence = view->sequence_of(Uid(uid))) indexes.push_back(*sequence - 1);
    }
    return indexes;
  }
  if (!view->valid(set, by_uid)) return std::nullopt;
  return view->select(set, by_uid);
}

awaitable<void> serve(net::Stream& stream, net::Session& session, const House& house) {
  static auto& sessions = metrics::gauge("freehold_imap_sessions", "IMAP sessions open");
  sessions.add(1);
  Context context(stream, session, house);
  session.on_drain([&stream] { stream.interrupt(); });
  context.out << "* OK [CAPABILITY " << capabilities(context) << "] " << house.settings.hostname
              << " Freehold ready\r\n";
  auto sent = co_await context.out.flush();
  while (sent && !context.closing) {
    const auto wait = context.state == kNotAuthenticated ? kLoginTimeout : kIdleTimeout;
    const auto woken = co_await context.reader.wait_readable(net::after(wait));
    if (!woken || session.draining()) {
      if (session.draining())
        context.out << "* BYE the server is stopping\r\n";
      else if (woken.error() == boost::system::errc::timed_out)
        context.out << "* BYE idle for too long\r\n";
      static_cast<void>(co_await context.out.flush());
      break;
    }
    if (*woken == net::Wake::interrupted) continue;
    CommandReader read(context);
    if (const auto done = co_await read.read(); !done) break;
    std::string tag;
    IoResult<Reply> reply = Reply::bad(read.complaint);
    if (read.complaint.empty()) {
      try {
        reply = co_await run(context, read, tag);
      } catch (const store::ReadError& e) {
        log::error("imap.store_error", {{"session", session.id()}, {"error", e.what()}});
        reply = Reply::no("[SERVERBUG] the mail store cannot be read");
      }
    }
    if (!reply) break;
    put_reply(context, tag, *reply);
    context.errors = reply->kind == Reply::Kind::bad ? context.errors + 1 : 0;
    if (context.errors >= kMaxErrors) {
      context.out << "* BYE too many wrong commands\r\n";
      context.closing = true;
    }
    // Pipelined commands are answered together.
    if (context.reader.buffered().empty() || context.closing || context.out.wants_flush()) {
      sent = co_await context.out.flush();
    }
  }
  session.on_drain({});
  sessions.add(-1);
}

}  // namespace freehold::imap

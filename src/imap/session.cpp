#include "imap/session.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/home.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/metadata_news.hpp"
#include "imap/notifications.hpp"

namespace freehold::imap {

namespace {

constexpr CommandEntry kCommands[] = {
    {"CAPABILITY", capability, kAnyState, true, false, false},
    {"NOOP", noop, kAnyState, true, false, false},
    {"LOGOUT", logout, kAnyState, false, false, false},
    {"ID", client_id, kAnyState, true, false, false},
    {"STARTTLS", starttls, kNotAuthenticated, false, false, false},
    {"LOGIN", login, kNotAuthenticated, false, false, false},
    {"AUTHENTICATE", authenticate, kNotAuthenticated, false, false, false},
    {"ENABLE", enable, kLoggedIn, false, false, false},
    {"UNAUTHENTICATE", unauthenticate, kLoggedIn, false, false, false},
    {"COMPRESS", compress, kLoggedIn, false, false, false},
    {"SELECT", select, kLoggedIn, false, false, false},
    {"EXAMINE", examine, kLoggedIn, false, false, false},
    {"CREATE", create, kLoggedIn, true, false, false},
    {"DELETE", remove, kLoggedIn, true, false, false},
    {"RENAME", rename, kLoggedIn, true, false, false},
    {"SUBSCRIBE", subscribe, kLoggedIn, true, false, false},
    {"UNSUBSCRIBE", unsubscribe, kLoggedIn, true, false, false},
    {"LIST", list, kLoggedIn, true, false, false},
    {"LSUB", lsub, kLoggedIn, true, false, false},
    {"NAMESPACE", name_space, kLoggedIn, true, false, false},
    {"SETACL", set_acl, kLoggedIn, true, false, false},
    {"DELETEACL", delete_acl, kLoggedIn, true, false, false},
    {"GETACL", get_acl, kLoggedIn, true, false, false},
    {"LISTRIGHTS", list_rights, kLoggedIn, true, false, false},
    {"MYRIGHTS", my_rights, kLoggedIn, true, false, false},
    {"STATUS", status, kLoggedIn, true, false, false},
    {"GETQUOTA", get_quota, kLoggedIn, true, false, false},
    {"GETQUOTAROOT", get_quota_root, kLoggedIn, true, false, false},
    {"SETQUOTA", set_quota, kLoggedIn, true, false, false},
    {"GETMETADATA", get_metadata, kLoggedIn, true, false, false},
    {"SETMETADATA", set_metadata, kLoggedIn, true, false, false},
    {"IDLE", idle, kLoggedIn, true, false, false},
    {"NOTIFY", notify, kLoggedIn, true, false, false},
    {"CHECK", noop, kSelected, true, false, false},
    {"CLOSE", close, kSelected, false, false, false},
    {"UNSELECT", unselect, kSelected, false, false, false},
    {"EXPUNGE", expunge, kSelected, true, true, false},
    {"SEARCH", search, kSelected, false, true, true},
    {"SORT", sort, kSelected, false, true, true},
    {"THREAD", thread, kSelected, false, true, true},
    {"ESEARCH", multi_search, kLoggedIn, false, false, false},
    {"CANCELUPDATE", cancel_update, kSelected, true, false, false},
    {"FETCH", fetch, kSelected, false, true, true},
    {"STORE", store, kSelected, false, true, true},
    {"COPY", copy, kSelected, true, true, true},
    {"MOVE", move, kSelected, true, true, true},
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

// "tag APPEND mailbox [flags] [date] {n}", "tag [UID] REPLACE n mailbox …": whether the mark at the
// end is the message's and not the mailbox name's.
bool CommandReader::is_append_message() const {
  Lexer lexer(text);
  static_cast<void>(lexer.tag());
  lexer.space();
  auto name = lexer.keyword();
  if (name == "UID") {
    lexer.space();
    name = lexer.keyword();
  }
  if (lexer.failed() || (name != "APPEND" && name != "REPLACE")) return false;
  lexer.space();
  if (name == "REPLACE") {
    static_cast<void>(lexer.sequence_set());
    lexer.space();
  }
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
  context.tag = tag;
  if ((name == "APPEND" && !by_uid) || name == "REPLACE") {
    if ((context.state & kLoggedIn) == 0) {
      context.closing = read.message && !read.message->synchronizing;
      co_return Reply::bad("log in first");
    }
    co_return co_await append(context, command, read.text);
  }
  const auto* entry = find_command(name);
  if (entry == nullptr || (by_uid && !entry->has_uid)) co_return Reply::bad("no such command");
  if ((context.state & entry->states) == 0) {
    co_return Reply::bad(context.state == kNotAuthenticated ? "log in first" : "not in this state");
  }
  // Commands that name messages. The right may have gone since the mailbox was selected.
  if (entry->has_uid && !rights_in_view(context).has(mailstore::Right::read))
    co_return Reply::no("[NOPERM] you have no right to read this mailbox any more");
  if (context.uid_only && entry->has_set && !by_uid)
    co_return Reply::bad("[UIDREQUIRED] use UID " + name);
  const auto reply = co_await entry->handler(context, command);
  if (name == "COPY" && reply.kind == Reply::Kind::ok)
    warn_of_quota(context, quota_of(context, context.id()));
  if (context.state == kSelected && (entry->tells_news || by_uid)) context.tell_news();
  if (context.metadata_news && !context.notifications) context.metadata_news->tell(context);
  co_return reply;
}

// Of a command that was not read to its end; empty: none can be made out.
std::string tag_of(std::string_view text) {
  Lexer lexer(text);
  const auto tag = lexer.tag();
  lexer.space();
  return lexer.failed() ? std::string() : std::string(tag);
}

bool has_news(const Context& context) {
  return context.changed && context.changed->load(std::memory_order_acquire);
}

}  // namespace

Context::Context(net::Stream& s, net::Session& n, const House& h)
    : stream(s), session(n), house(h), reader(stream, kMaxLine), out(stream) {}

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

Reply reply_for_target(const Problem& problem) {
  if (problem.kind == Problem::Kind::not_found) return Reply::no("[TRYCREATE] " + problem.what);
  return reply_for(problem);
}

void Context::tell_news(Expunges expunges) {
  if (!view || !has_news(*this)) return;
  // What happens there is not for somebody who may not read it any more (RFC 4314, 4).
  if (!rights_in_view(*this).has(mailstore::Right::read)) return;
  changed->store(false, std::memory_order_release);
  const auto newest = house.mailstore.snapshot(view->account(), view->mailbox());
  if (expunges == Expunges::wait && newest && view->has_lost(*newest)) {
    changed->store(true, std::memory_order_release);
    return;
  }
  if (newest) tell_removed(*this, *newest);
  const auto news = view->apply(newest);
  if ((qresync || uid_only) && !news.vanished.empty()) {
    out << "* VANISHED " << format_set(numbers(news.vanished)) << "\r\n";
  } else {
    for (const auto sequence : news.expunged) out << "* " << sequence << " EXPUNGE\r\n";
  }
  if (news.exists) out << "* " << std::uint64_t{view->count()} << " EXISTS\r\n";
  for (const auto index : news.updated) put_flags_update(*this, index, rev2);
  if (!notifications || !notifications->fetches_arrived()) {
    for (const auto index : news.added) put_flags_update(*this, index, rev2);
  }
  if (newest) tell_changed(*this);
  if (view->gone()) {
    out << "* BYE the selected mailbox was deleted\r\n";
    closing = true;
  }
}

std::optional<std::vector<std::size_t>> Context::select(const SequenceSet& set, bool by_uid,
                                                        const View::Only& only) {
  if (set.saved_result) return view->select(saved_set(), true, only);
  if (!view->valid(set, by_uid)) return std::nullopt;
  return view->select(set, by_uid, only);
}

SequenceSet Context::saved_set() const {
  SequenceSet saved;
  for (const auto uid : saved_result) saved.ranges.emplace_back(uid, uid);
  return saved;
}

std::string Context::modseq_code() const {
  if (!condstore || !view) return {};
  return "[HIGHESTMODSEQ " + std::to_string(view->messages().highest_modseq.value) + "] ";
}

std::string Context::limit(std::vector<std::size_t>& indexes) const {
  if (!over_limit(indexes.size())) return {};
  const auto most = house.settings.message_limit;
  indexes.erase(indexes.begin(), indexes.end() - static_cast<std::ptrdiff_t>(most));
  return "[MESSAGELIMIT " + std::to_string(most) + " " +
         std::to_string(view->row(indexes.front()).uid.value) + "] ";
}

bool Context::over_limit(std::size_t messages) const {
  return house.settings.message_limit != 0 && messages > house.settings.message_limit;
}

Reply Context::too_many() const {
  return Reply::no("[MESSAGELIMIT " + std::to_string(house.settings.message_limit) +
                   "] name fewer messages at once");
}

namespace {

// To a client that said NOTIFY. False: it has gone.
using Tell = awaitable<IoResult<>> (Notifications::*)(Context&);
awaitable<bool> notify_client(Context& context, Tell tell) {
  if (!context.notifications) co_return true;
  try {
    co_return (co_await ((*context.notifications).*tell)(context)).has_value();
  } catch (const store::ReadError& e) {
    log::error("imap.store_error", {{"session", context.session.id()}, {"error", e.what()}});
    co_return false;
  }
}

}  // namespace

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
    if (*woken == net::Wake::interrupted) {
      if (!co_await notify_client(context, &Notifications::tell)) break;
      sent = co_await context.out.flush();
      continue;
    }
    CommandReader read(context);
    if (const auto done = co_await read.read(); !done) break;
    std::string tag;
    if (!read.complaint.empty()) tag = tag_of(read.text);
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
    if (!co_await notify_client(context, &Notifications::tell_arrived)) break;
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

#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"
#include "guard/login_guard.hpp"
#include "imap/lexer.hpp"
#include "imap/output.hpp"
#include "imap/view.hpp"
#include "mailstore/mailstore.hpp"
#include "net/line_reader.hpp"
#include "net/server.hpp"

namespace freehold::imap {

struct ServerSettings {
  std::string hostname;
  std::uint64_t max_message = 50 << 20;  // APPENDLIMIT
  const net::TlsContext* tls = nullptr;  // for STARTTLS; null: not offered
  bool allow_plain_login = false;        // LOGIN without TLS: for tests on loopback only
};

// What a session works with; outlives it.
struct House {
  mailstore::Mailstore& mailstore;
  directory::Directory& directory;
  guard::LoginGuard& logins;
  ServerSettings settings;
};

// Serves one connection: RFC 9051 (IMAP4rev2) and RFC 3501 (IMAP4rev1). Returns when the client has
// gone.
awaitable<void> serve(net::Stream& stream, net::Session& session, const House& house);

// ---- For the commands (cmd_*.cpp)
// -------------------------------------------------------------------------------------

// States of RFC 9051, 3, as bits, so that a command can name those in which it is allowed.
enum State : unsigned {
  kNotAuthenticated = 1,
  kAuthenticated = 2,
  kSelected = 4,
  kAnyState = 7,
  kLoggedIn = kAuthenticated | kSelected,
};

// The tagged answer to a command.
struct Reply {
  enum class Kind { ok, no, bad, said } kind = Kind::ok;  // said: the command has answered itself
  std::string text;  // with its response code: "[TRYCREATE] no such mailbox"

  [[nodiscard]] static Reply ok(std::string text) { return {Kind::ok, std::move(text)}; }
  [[nodiscard]] static Reply no(std::string text) { return {Kind::no, std::move(text)}; }
  [[nodiscard]] static Reply said() { return {Kind::said, {}}; }
  [[nodiscard]] static Reply bad(std::string text) { return {Kind::bad, std::move(text)}; }
};

// One connection's dialogue. Used by its coroutine only.
struct Context {
  Context(net::Stream& s, net::Session& n, const House& h);

  net::Stream& stream;
  net::Session& session;
  const House& house;
  net::LineReader reader;
  Output out;

  State state = kNotAuthenticated;
  std::optional<directory::AccountInfo> account;
  std::unique_ptr<View> view;  // in the selected state
  std::unique_ptr<mailstore::Mailstore::Watch> watch;
  std::shared_ptr<std::atomic<bool>> changed;  // set by the watch, from any thread
  std::vector<std::uint32_t> saved_result;     // UIDs of SEARCH RETURN (SAVE)

  bool rev2 = false;       // ENABLE IMAP4rev2
  bool utf8 = false;       // ENABLE UTF8=ACCEPT or IMAP4rev2: names in UTF-8
  bool condstore = false;  // RFC 7162, 3.1: the client knows MODSEQ
  bool closing = false;
  int errors = 0;
  int failed_logins = 0;

  [[nodiscard]] bool secure() const { return stream.tls() != nullptr; }
  [[nodiscard]] AccountId id() const { return account->id; }

  // A mailbox name from the client, as UTF-8; fails the lexer when it is not well-formed.
  [[nodiscard]] std::string mailbox_name(Lexer& lexer);
  void put_mailbox_name(std::string_view path);

  // Untagged responses for what happened in the selected mailbox (RFC 9051, 7). Expunges shift
  // sequence numbers, so they are told only between commands that name messages by them.
  void tell_news();

  // The indexes that a command's set names; nothing: an answer with the error has to be given.
  [[nodiscard]] std::optional<std::vector<std::size_t>> select(const SequenceSet& set, bool by_uid);
};

struct Command {
  std::string tag;
  std::string name;     // in upper case
  Lexer arguments;      // behind the name, at the space or at the end
  bool by_uid = false;  // "UID …"
};

using Handler = awaitable<Reply> (*)(Context&, Command&);

struct CommandEntry {
  std::string_view name;
  Handler handler;
  unsigned states;
  bool tells_news;  // may be followed by EXPUNGE
  bool has_uid;     // exists as "UID name" too
};
[[nodiscard]] const CommandEntry* find_command(std::string_view name);

[[nodiscard]] Reply reply_for(const Problem& problem);
[[nodiscard]] std::string capabilities(const Context& context);
void put_flags(Output& out, const mailstore::Flags& flags);
[[nodiscard]] mailstore::Flags read_flags(Lexer& lexer);       // a parenthesised list
[[nodiscard]] mailstore::Flags read_flag_words(Lexer& lexer);  // with or without parentheses
[[nodiscard]] std::string internal_date(Time t);
[[nodiscard]] std::optional<Time> parse_internal_date(std::string_view text);

// What makes room for an unsolicited or solicited FETCH line: "* 3 FETCH (FLAGS (…) UID 7 MODSEQ
// (9))".
void put_flags_update(Context& context, std::size_t index, bool with_uid);

// The commands, by file.
awaitable<Reply> capability(Context&, Command&);  // cmd_any.cpp
awaitable<Reply> noop(Context&, Command&);
awaitable<Reply> logout(Context&, Command&);
awaitable<Reply> client_id(Context&, Command&);
awaitable<Reply> starttls(Context&, Command&);  // cmd_login.cpp
awaitable<Reply> login(Context&, Command&);
awaitable<Reply> authenticate(Context&, Command&);
awaitable<Reply> enable(Context&, Command&);
awaitable<Reply> select(Context&, Command&);  // cmd_select.cpp
awaitable<Reply> examine(Context&, Command&);
awaitable<Reply> unselect(Context&, Command&);
awaitable<Reply> close(Context&, Command&);
awaitable<Reply> create(Context&, Command&);  // cmd_mailbox.cpp
awaitable<Reply> remove(Context&, Command&);
awaitable<Reply> rename(Context&, Command&);
awaitable<Reply> subscribe(Context&, Command&);
awaitable<Reply> unsubscribe(Context&, Command&);
awaitable<Reply> list(Context&, Command&);  // cmd_list.cpp
awaitable<Reply> lsub(Context&, Command&);
awaitable<Reply> name_space(Context&, Command&);
awaitable<Reply> status(Context&, Command&);   // cmd_status.cpp
awaitable<Reply> idle(Context&, Command&);     // cmd_idle.cpp
awaitable<Reply> expunge(Context&, Command&);  // cmd_expunge.cpp
awaitable<Reply> search(Context&, Command&);   // cmd_search.cpp
awaitable<Reply> fetch(Context&, Command&);    // cmd_fetch.cpp
awaitable<Reply> store(Context&, Command&);    // cmd_store.cpp
awaitable<Reply> copy(Context&, Command&);     // cmd_copy.cpp
awaitable<Reply> move(Context&, Command&);
// APPEND reads its message from the stream itself: `text` is the command up to and including the
// message's literal mark.
awaitable<IoResult<Reply>> append(Context& context, Command& command,
                                  LiteralMark message);  // cmd_append.cpp

// STATUS items, for STATUS and LIST-STATUS.
[[nodiscard]] std::vector<std::string> read_status_items(Lexer& lexer);
void put_status(Context& context, const mailstore::MailboxInfo& info,
                const std::vector<std::string>& items);

}  // namespace freehold::imap

#pragma once

#include <optional>
#include <string>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"
#include "guard/login_guard.hpp"
#include "mailstore/mailstore.hpp"
#include "net/line_reader.hpp"
#include "net/server.hpp"
#include "pop3/command.hpp"
#include "pop3/maildrop.hpp"
#include "pop3/output.hpp"

namespace freehold::pop3 {

struct ServerSettings {
  std::string hostname;
  const net::TlsContext* tls = nullptr;  // for STLS; null: not offered
  bool allow_plain_login = false;        // passwords without TLS: for tests on loopback only
};

// What a session works with; outlives it.
struct House {
  mailstore::Mailstore& mailstore;
  guard::LoginGuard& logins;
  ServerSettings settings;
};

// Serves one connection: RFC 1939 with CAPA, PIPELINING, STLS, AUTH and UTF8. It shows the inbox
// as it is at login; several sessions of an account may run at once. Returns when the client has
// gone.
awaitable<void> serve(net::Stream& stream, net::Session& session, const House& house);

// ---- For the commands (cmd_*.cpp)
// -------------------------------------------------------------------------------------

// The first (or only) line of an answer.
struct Reply {
  enum class Kind { ok, err, wrong, said } kind = Kind::ok;  // said: the command answered itself
  std::string text;  // with its response code: "[AUTH] wrong name or password"

  [[nodiscard]] static Reply ok(std::string text) { return {Kind::ok, std::move(text)}; }
  [[nodiscard]] static Reply err(std::string text) { return {Kind::err, std::move(text)}; }
  // Also -ERR, and counted: a client that goes on so is hung up on.
  [[nodiscard]] static Reply wrong(std::string text) { return {Kind::wrong, std::move(text)}; }
  [[nodiscard]] static Reply said() { return {Kind::said, {}}; }
};

// One connection's dialogue. Used by its coroutine only.
struct Context {
  Context(net::Stream& s, net::Session& n, const House& h);

  net::Stream& stream;
  net::Session& session;
  const House& house;
  net::LineReader reader;
  Output out;

  std::optional<std::string> user;                // USER has named it
  std::optional<directory::AccountInfo> account;  // logged in: the TRANSACTION state
  Maildrop drop;
  bool utf8 = false;
  bool closing = false;
  int errors = 0;
  int failed_logins = 0;

  [[nodiscard]] bool secure() const { return stream.tls() != nullptr; }
  [[nodiscard]] bool may_send_password() const {
    return secure() || house.settings.allow_plain_login;
  }
};

using Handler = awaitable<Reply> (*)(Context&, Command);

[[nodiscard]] Reply reply_for(const Problem& problem);

// The commands, by file.
awaitable<Reply> capa(Context&, Command);  // cmd_any.cpp
awaitable<Reply> quit(Context&, Command);
awaitable<Reply> noop(Context&, Command);
awaitable<Reply> utf8(Context&, Command);
awaitable<Reply> stls(Context&, Command);  // cmd_login.cpp
awaitable<Reply> user(Context&, Command);
awaitable<Reply> pass(Context&, Command);
awaitable<Reply> auth(Context&, Command);
awaitable<Reply> stat(Context&, Command);  // cmd_maildrop.cpp
awaitable<Reply> list(Context&, Command);
awaitable<Reply> uidl(Context&, Command);
awaitable<Reply> dele(Context&, Command);
awaitable<Reply> rset(Context&, Command);
awaitable<Reply> retr(Context&, Command);  // cmd_retr.cpp
awaitable<Reply> top(Context&, Command);

}  // namespace freehold::pop3

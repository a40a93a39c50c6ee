#include "base/bytes.hpp"
#include "base/home.hpp"
#include "base/log.hpp"
#include "directory/sasl.hpp"
#include "imap/limits.hpp"
#include "imap/session.hpp"

// STARTTLS, LOGIN, AUTHENTICATE and ENABLE (RFC 9051, 6.2 and 6.3.1).
namespace freehold::imap {

namespace {

constexpr std::chrono::seconds kHandshakeTimeout{30};

bool may_send_password(const Context& context) {
  return context.secure() || context.house.settings.allow_plain_login;
}

Reply refused(Context& context, std::string_view name) {
  log::warning("imap.login_failed", {{"session", context.session.id()},
                                     {"user", name},
                                     {"peer", context.stream.peer().address.text()}});
  if (++context.failed_logins >= kMaxLogins) {
    context.out << "* BYE too many failed logins\r\n";
    context.closing = true;
  }
  return Reply::no("[AUTHENTICATIONFAILED] wrong name or password");
}

// Enters the authenticated state.
awaitable<Reply> welcome(Context& context, directory::AccountInfo account) {
  log::info("imap.login", {{"session", context.session.id()},
                           {"user", account.name},
                           {"peer", context.stream.peer().address.text()}});
  context.account = std::move(account);
  context.state = kAuthenticated;
  if (context.house.mailstore.mailboxes(context.id()).empty()) {
    co_await context.house.mailstore.create_default_mailboxes(context.id());
  }
  co_return Reply::ok("[CAPABILITY " + capabilities(context) + "] logged in");
}

// One line of a SASL dialogue, decoded; nothing: "*" or not base64.
awaitable<IoResult<std::optional<std::string>>> read_answer(Context& context) {
  const auto line = co_await context.reader.read_line(net::after(kLoginTimeout));
  if (!line) co_return line.error();
  if (*line == "*") co_return std::optional<std::string>();
  co_return unbase64(*line);
}

guard::LoginSource source_of(const Context& context) {
  return {context.stream.peer().address, directory::Scope::imap};
}

awaitable<std::optional<directory::AccountInfo>> outcome_of(Context& context,
                                                            directory::SaslServer& sasl,
                                                            directory::SaslStep::Kind kind) {
  auto& logins = context.house.logins;
  const auto source = source_of(context);
  if (kind == directory::SaslStep::Kind::check_password) {
    co_return co_await logins.password(source, sasl.identity());
  }
  const bool proved = kind == directory::SaslStep::Kind::done;
  co_return co_await logins.scram_outcome(source, sasl.identity(), proved);
}

}  // namespace

awaitable<Reply> starttls(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  if (context.house.settings.tls == nullptr) co_return Reply::no("TLS is not set up");
  if (context.secure()) co_return Reply::bad("TLS is active already");
  context.out << command.tag << " OK begin TLS\r\n";
  // What came behind the command in plain text is never obeyed (RFC 9051, 6.2.1).
  context.reader.discard();
  context.closing = true;
  if (!co_await context.out.flush()) co_return Reply::said();
  const auto done = co_await context.stream.accept_tls(*context.house.settings.tls,
                                                       net::after(kHandshakeTimeout));
  context.closing = !done;
  co_return Reply::said();
}

awaitable<Reply> login(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto name = lexer.astring();
  lexer.space();
  const auto password = lexer.astring();
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (!may_send_password(context)) {
    co_return Reply::no("[PRIVACYREQUIRED] use TLS before you send a password");
  }
  auto account =
      co_await context.house.logins.password(source_of(context), {name, {}, password, 0});
  if (!account) co_return refused(context, name);
  co_return co_await welcome(context, std::move(*account));
}

awaitable<Reply> authenticate(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto mechanism = lexer.keyword();
  std::optional<std::string> message;
  if (lexer.skip(' ')) {
    const auto initial = lexer.rest();
    message = initial == "=" ? std::string() : unbase64(initial);
    if (!message) co_return Reply::bad("the initial response is not base64");
  } else if (!lexer.done()) {
    co_return Reply::bad(lexer.error());
  }
  if (!may_send_password(context)) {
    co_return Reply::no("[PRIVACYREQUIRED] use TLS before you log in");
  }
  const auto* tls = context.stream.tls();
  const auto sasl =
      directory::make_sasl_server(mechanism, {tls ? tls->channel_binding : std::string(), {}});
  if (!sasl) co_return Reply::no("[CANNOT] this mechanism is not offered");

  using Kind = directory::SaslStep::Kind;
  directory::SaslStep step{Kind::challenge, {}};
  if (message || !sasl->client_first()) step = sasl->step(message.value_or(""));
  while (step.kind == Kind::challenge || step.kind == Kind::fetch_keys) {
    if (step.kind == Kind::fetch_keys) {
      const auto keys =
          co_await context.house.logins.scram_keys(source_of(context), sasl->identity().authcid);
      step = sasl->give_keys(keys);
      continue;
    }
    context.out << "+ " << base64(step.data) << "\r\n";
    if (!co_await context.out.flush()) {
      context.closing = true;
      co_return Reply::said();
    }
    const auto answer = co_await read_answer(context);
    if (!answer) {
      context.closing = true;
      co_return Reply::said();
    }
    if (!*answer) co_return Reply::bad("authentication cancelled");
    step = sasl->step(**answer);
  }
  auto account = co_await outcome_of(context, *sasl, step.kind);
  if (!account) co_return refused(context, sasl->identity().authcid);
  co_return co_await welcome(context, std::move(*account));
}

awaitable<Reply> enable(Context& context, Command& command) {
  auto& lexer = command.arguments;
  std::string enabled;
  while (!lexer.at_end()) {
    lexer.space();
    const auto name = lexer.keyword();
    if (name == "IMAP4REV2") {
      context.rev2 = context.utf8 = true;
      enabled += " IMAP4rev2";
    } else if (name == "UTF8=ACCEPT") {
      context.utf8 = true;
      enabled += " UTF8=ACCEPT";
    } else if (name == "CONDSTORE") {
      context.condstore = true;
      enabled += " CONDSTORE";
    }
  }
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  context.out << "* ENABLED" << enabled << "\r\n";
  co_return Reply::ok("ENABLE completed");
}

}  // namespace freehold::imap

#include "base/log.hpp"
#include "imap/limits.hpp"
#include "imap/metadata_news.hpp"
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
  if (auto* const sessions = context.house.sessions) {
    context.place = sessions->admit(account.id);
    if (!context.place) {
      log::warning("imap.too_many_sessions",
                   {{"session", context.session.id()}, {"user", account.name}});
      // RFC 5530, 3: LIMIT.
      co_return Reply::no("[LIMIT] the account has as many sessions open as it may (" +
                          std::to_string(sessions->most()) +
                          "): close another mail program, or have the limit raised");
    }
  }
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

// The client's line after a challenge.
awaitable<IoResult<std::string>> answer_of(Context& context) {
  if (const auto sent = co_await context.out.flush(); !sent) co_return sent.error();
  const auto line = co_await context.reader.read_line(net::after(kLoginTimeout));
  if (!line) co_return line.error();
  co_return std::string(*line);
}

guard::LoginSource source_of(const Context& context) {
  return {context.stream.peer().address, directory::Scope::imap};
}

}  // namespace

awaitable<Reply> starttls(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  if (context.house.settings.tls == nullptr) co_return Reply::no("TLS is not set up");
  if (context.secure()) co_return Reply::bad("TLS is active already");
  // After UNAUTHENTICATE; TLS stands below compression, and it is too late for that.
  if (context.stream.active()) co_return Reply::bad("the connection is compressed already");
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
  std::optional<std::string> initial;
  if (lexer.skip(' ')) {
    initial = lexer.rest();
  } else if (!lexer.done()) {
    co_return Reply::bad(lexer.error());
  }
  if (!may_send_password(context)) {
    co_return Reply::no("[PRIVACYREQUIRED] use TLS before you log in");
  }
  const auto* tls = context.stream.tls();
  const auto dialogue =
      guard::SaslDialogue::make(context.house.logins.door(source_of(context)), mechanism,
                                tls ? tls->channel_binding : std::string());
  if (!dialogue) co_return Reply::no("[CANNOT] this mechanism is not offered");

  using Kind = guard::SaslDialogue::Step::Kind;
  auto step = co_await dialogue->begin(std::move(initial));
  while (step.kind == Kind::challenge) {
    context.out << "+ " << step.challenge << "\r\n";
    const auto line = co_await answer_of(context);
    if (!line) {
      context.closing = true;
      co_return Reply::said();
    }
    step = co_await dialogue->answer(*line);
  }
  if (step.kind == Kind::cancelled) co_return Reply::bad("authentication cancelled");
  if (step.kind == Kind::malformed) co_return Reply::bad("the response is not base64");
  if (step.kind == Kind::refused) co_return refused(context, dialogue->name());
  co_return co_await welcome(context, std::move(*step.account));
}

awaitable<Reply> enable(Context& context, Command& command) {
  auto& lexer = command.arguments;
  std::string enabled;
  do {
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
    } else if (name == "QRESYNC") {
      context.condstore = context.qresync = true;
      enabled += " QRESYNC";
    } else if (name == "METADATA" || name == "METADATA-SERVER") {
      if (!context.metadata_news) context.metadata_news = std::make_shared<MetadataNews>(context);
      context.metadata_news->enable(name == "METADATA", true);
      enabled += " " + name;
    } else if (name == "UIDONLY") {
      context.uid_only = true;
      enabled += " UIDONLY";
    }
  } while (!lexer.at_end());
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  context.out << "* ENABLED" << enabled << "\r\n";
  co_return Reply::ok("ENABLE completed");
}

}  // namespace freehold::imap

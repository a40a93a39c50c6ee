#include "base/log.hpp"
#include "pop3/limits.hpp"
#include "pop3/session.hpp"

// STLS (RFC 2595, 4), USER and PASS, AUTH (RFC 5034).
namespace freehold::pop3 {

namespace {

Reply needs_tls() { return Reply::err("use TLS before you log in"); }

Reply refused(Context& context, std::string_view name) {
  log::warning("pop3.login_failed", {{"session", context.session.id()},
                                     {"user", name},
                                     {"peer", context.stream.peer().address.text()}});
  if (++context.failed_logins >= kMaxLogins) context.closing = true;
  return Reply::err("[AUTH] wrong name or password");
}

// Enters the TRANSACTION state.
awaitable<Reply> welcome(Context& context, directory::AccountInfo account) {
  auto& mailstore = context.house.mailstore;
  auto inbox = mailstore.mailbox(account.id, "INBOX");
  if (!inbox) {
    const auto made = co_await mailstore.create_default_mailboxes(account.id);
    if (!made) co_return reply_for(made.error());
    inbox = mailstore.mailbox(account.id, "INBOX");
    if (!inbox) co_return Reply::err("[SYS/PERM] there is no inbox");
  }
  context.drop = Maildrop(mailstore, account.id, *inbox);
  log::info("pop3.login", {{"session", context.session.id()},
                           {"user", account.name},
                           {"peer", context.stream.peer().address.text()}});
  context.account = std::move(account);
  co_return Reply::ok("logged in, messages: " + std::to_string(context.drop.count()));
}

guard::LoginSource source_of(const Context& context) {
  return {context.stream.peer().address, directory::Scope::pop3};
}

// A challenge and the client's answer to it.
awaitable<IoResult<std::string>> ask(Context& context, std::string challenge) {
  context.out << "+ " << challenge << "\r\n";
  if (const auto sent = co_await context.out.flush(); !sent) co_return sent.error();
  const auto line = co_await context.reader.read_line(net::after(kLoginTimeout));
  if (!line) co_return line.error();
  co_return std::string(*line);
}

}  // namespace

awaitable<Reply> stls(Context& context, Command) {
  if (context.house.settings.tls == nullptr) co_return Reply::err("TLS is not set up");
  if (context.secure()) co_return Reply::err("TLS is active already");
  // RFC 6856, 2.1: what was agreed in the open does not hold behind TLS, so it must not be agreed.
  if (context.utf8) co_return Reply::err("STLS comes before UTF8");
  context.out << "+OK begin TLS\r\n";
  // What came behind the command in plain text is never obeyed.
  context.reader.discard();
  context.user.reset();
  context.closing = true;
  if (!co_await context.out.flush()) co_return Reply::said();
  const auto done = co_await context.stream.accept_tls(*context.house.settings.tls,
                                                       net::after(kHandshakeTimeout));
  context.closing = !done;
  co_return Reply::said();
}

awaitable<Reply> user(Context& context, Command command) {
  if (!context.may_send_password()) co_return needs_tls();
  context.user = std::move(command.text);
  co_return Reply::ok("and the password?");
}

awaitable<Reply> pass(Context& context, Command command) {
  if (!context.may_send_password()) co_return needs_tls();
  if (!context.user) co_return Reply::wrong("USER comes first");
  const auto name = *std::exchange(context.user, std::nullopt);
  auto account =
      co_await context.house.logins.password(source_of(context), {name, {}, command.text, 0});
  if (!account) co_return refused(context, name);
  co_return co_await welcome(context, std::move(*account));
}

awaitable<Reply> auth(Context& context, Command command) {
  if (!context.may_send_password()) co_return needs_tls();
  const auto* tls = context.stream.tls();
  const auto dialogue =
      guard::SaslDialogue::make(context.house.logins.door(source_of(context)), command.text,
                                tls ? tls->channel_binding : std::string());
  if (!dialogue) co_return Reply::err("this mechanism is not offered");

  using Kind = guard::SaslDialogue::Step::Kind;
  auto step = co_await dialogue->begin(command.initial);
  while (step.kind == Kind::challenge) {
    const auto line = co_await ask(context, step.challenge);
    if (!line) {
      context.closing = true;
      co_return Reply::said();
    }
    step = co_await dialogue->answer(*line);
  }
  if (step.kind == Kind::cancelled) co_return Reply::wrong("authentication cancelled");
  if (step.kind == Kind::malformed) co_return Reply::wrong("the response is not base64");
  if (step.kind == Kind::refused) co_return refused(context, dialogue->name());
  co_return co_await welcome(context, std::move(*step.account));
}

}  // namespace freehold::pop3

#include "base/log.hpp"
#include "directory/sasl.hpp"
#include "pop3/session.hpp"

// CAPA, NOOP, UTF8 and QUIT with the UPDATE state.
namespace freehold::pop3 {

namespace {

// What has been marked goes, or is hidden, as the account wants. Durable when it returns.
awaitable<Result<>> update(Context& context) {
  auto marked = context.drop.marked();
  if (marked.empty()) co_return Result<>();
  const auto count = marked.size();
  const auto& account = *context.account;
  auto& mailstore = context.house.mailstore;
  Result<> done;
  if (account.pop_delete_hides) {
    done = co_await mailstore.hide_from_pop(account.id, context.drop.mailbox(), std::move(marked));
  } else {
    done = co_await mailstore.remove(account.id, context.drop.mailbox(), std::move(marked));
  }
  if (!done) co_return done;
  log::info("pop3.update", {{"session", context.session.id()},
                            {"user", account.name},
                            {account.pop_delete_hides ? "hidden" : "deleted", count}});
  co_return done;
}

}  // namespace

// RFC 2449, 3182 and 6856. What it says of logins holds until TLS is there, and then changes.
awaitable<Reply> capa(Context& context, Command) {
  context.out << "+OK these are there\r\n"
                 "TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\n"
                 "UTF8 USER\r\nIMPLEMENTATION Freehold\r\n";
  if (context.may_send_password()) {
    const auto* tls = context.stream.tls();
    context.out << "USER\r\nSASL";
    for (const auto name : directory::sasl_mechanisms({tls ? tls->channel_binding : std::string(),
                                                       {},
                                                       context.house.logins.takes_tokens()})) {
      context.out << " " << name;
    }
    context.out << "\r\n";
  }
  if (!context.account && !context.secure() && context.house.settings.tls != nullptr) {
    context.out << "STLS\r\n";
  }
  context.out << ".\r\n";
  co_return Reply::said();
}

awaitable<Reply> noop(Context&, Command) { co_return Reply::ok("still here"); }

// Messages are sent as they are in either mode: most that come with UTF-8 in their header have no
// other form, and clients without this command have to be able to fetch them too (RFC 6856, 4).
awaitable<Reply> utf8(Context& context, Command) {
  context.utf8 = true;
  co_return Reply::ok("UTF-8 it is");
}

awaitable<Reply> quit(Context& context, Command) {
  context.closing = true;
  if (!context.account) co_return Reply::ok("see you");
  const auto done = co_await update(context);
  if (done) co_return Reply::ok("see you");
  log::warning("pop3.update_failed",
               {{"session", context.session.id()}, {"error", done.error().text()}});
  co_return reply_for(done.error());
}

}  // namespace freehold::pop3

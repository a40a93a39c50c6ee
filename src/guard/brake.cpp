#include "guard/brake.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace freehold::guard {

namespace {

std::string refusal(const std::string& reason) {
  return "sending is paused (" + reason + "); your mail system's owner can release it";
}

}  // namespace

awaitable<std::optional<std::string>> Brake::check(AccountId id) {
  const auto account = directory_.account(id);
  if (!account) co_return std::nullopt;
  if (account->pause) co_return refusal(account->pause->reason);
  const auto suspicion = judge(sending_.picture(id));
  if (!suspicion.strong()) co_return std::nullopt;
  const auto pulled = co_await pull(*account, suspicion.text(), directory::Actor::system());
  if (!pulled && pulled.error().kind != Problem::Kind::exists) {
    log::error("guard.not_paused", {{"account", account->name}, {"error", pulled.error().text()}});
  }
  co_return refusal(suspicion.text());
}

awaitable<Result<>> Brake::pull(directory::AccountInfo account, std::string reason,
                                directory::Actor by) {
  static auto& paused = metrics::counter("freehold_guard_paused_total", "Accounts paused");
  // Of two sessions that see it at once, one pauses.
  const auto done = co_await directory_.pause(account.id, reason, by);
  if (!done) co_return done;
  paused.add();
  const auto held = co_await mail_.hold(account.id);
  log::warning("guard.paused", {{"account", account.name},
                                {"reason", reason},
                                {"held", held ? *held : 0},
                                {"error", held ? std::string() : held.error().text()}});
  co_await mail_.tell(std::move(account), std::move(reason), held ? *held : 0);
  co_return done;
}

awaitable<void> Brake::check_all() {
  for (const auto id : sending_.take_changed()) {
    const auto refused = co_await check(id);
    // What was on its way into the queue when the account was paused.
    if (!refused) continue;
    const auto held = co_await mail_.hold(id);
    if (!held) log::error("guard.not_held", {{"error", held.error().text()}});
  }
}

awaitable<void> Brake::resume() {
  for (const auto& account : directory_.accounts()) {
    if (!account.pause) continue;
    const auto held = co_await mail_.hold(account.id);
    if (!held) {
      log::error("guard.not_held", {{"account", account.name}, {"error", held.error().text()}});
    }
  }
}

awaitable<Result<>> Brake::pause(std::string address, std::string reason, directory::Actor by) {
  const auto account = directory_.account(address);
  if (!account) {
    co_return problem(Problem::Kind::not_found, "there is no account " + address, {},
                      "see `freehold account list`");
  }
  co_return co_await pull(*account, std::move(reason), std::move(by));
}

awaitable<Result<>> Brake::release(std::string address, directory::Actor by) {
  const auto account = directory_.account(address);
  const auto done = co_await directory_.unpause(address, by);
  if (!done || !account) co_return done;
  sending_.forgive(account->id);
  const auto released = co_await mail_.release(account->id);
  if (!released) co_return released.error();
  log::info("guard.released", {{"account", account->name}, {"messages", *released}});
  co_return done;
}

}  // namespace freehold::guard

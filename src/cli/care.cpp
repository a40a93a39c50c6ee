#include "cli/care.hpp"

#include <malloc.h>

#include <chrono>

#include "base/log.hpp"
#include "store/bodies.hpp"

namespace freehold::cli {

namespace {

constexpr std::chrono::seconds kHousekeeping{5};
constexpr std::size_t kCollectAtOnce = 2'000;
constexpr std::chrono::minutes kPurgeRounds{10};
constexpr std::size_t kPurgeAtOnce = 20;  // records of up to 64 messages: others come in between
constexpr std::chrono::seconds kGuardRounds{5};
constexpr std::chrono::seconds kFilterRounds{3};

// Bodies that nobody names any more go in the background. So does memory that a rush of sessions
// has left: the allocator keeps it otherwise.
awaitable<void> keep_house(net::Session& session, House& house) {
  while (co_await net::sleep(session, kHousekeeping)) {
    std::size_t gone = 0;
    do {
      gone = co_await house.pool.run(
          [&house] { return store::collect_unlinked(house.engine, kCollectAtOnce); });
    } while (gone == kCollectAtOnce && !session.draining());
    malloc_trim(0);
  }
}

// Mail that was expunged long enough ago goes for good, in small changes.
awaitable<void> purge_expunged(net::Session& session, House& house) {
  do {
    const auto before = system_clock().now() - house.mailstore.keep_expunged();
    for (const auto& account : house.directory.accounts()) {
      std::size_t purged = kPurgeAtOnce;
      while (purged == kPurgeAtOnce && !session.draining()) {
        const auto done = co_await house.mailstore.purge_expunged(account.id, before, kPurgeAtOnce);
        purged = done ? *done : 0;
        if (done) continue;
        log::warning("mailstore.not_purged",
                     {{"account", account.name}, {"error", done.error().text()}});
      }
    }
  } while (co_await net::sleep(session, kPurgeRounds));
}

// What proves our mail and judges others' is looked after now and then.
awaitable<void> care_for_trust(net::Session& session, House& house) {
  constexpr int kMinute = 12;  // rounds of kHousekeeping
  constexpr int kHour = 60 * kMinute;
  for (int round = 0; co_await net::sleep(session, kHousekeeping); ++round) {
    co_await house.tally.flush();
    if (round % kMinute == 0) co_await house.security.refresh_policies();
    if (round % kHour == 0) {
      co_await house.reports.erase_old();
      for (const auto& domain : house.directory.domains()) {
        const auto tended = co_await house.keys.tend(domain.name);
        if (!tended) {
          log::warning("trust.keys_not_tended",
                       {{"domain", domain.name}, {"error", tended.error().text()}});
        }
      }
    }
    if (round % (5 * kMinute) == 0) {
      const auto sent = co_await house.reports.send_due();
      if (sent > 0) log::info("reports.sent", {{"count", sent}});
    }
  }
  co_await house.tally.flush();
}

// What the guards remember goes to disk, and accounts are looked at for what came back of their
// mail.
awaitable<void> keep_guards(net::Session& session, House& house) {
  co_await house.brake.resume();
  bool on = true;
  while (on) {
    on = co_await net::sleep(session, kGuardRounds);
    co_await house.brake.check_all();
    co_await house.bans.save();
    co_await house.sending.save();
  }
}

// Owners' moves to and from Junk are learned from within seconds; what the filter counts reaches
// the disk every minute.
awaitable<void> care_for_filter(net::Session& session, House& house) {
  auto& screen = *house.screen;
  constexpr int kMinute = 20;  // rounds
  constexpr int kHour = 60 * kMinute;
  for (int round = 0; co_await net::sleep(session, kFilterRounds); ++round) {
    bool more = true;
    while (more && !session.draining()) more = co_await screen.learn_noted();
    if (round % (24 * kHour) == 0) co_await screen.lists().test_lists();
    if (round % kMinute == 0) co_await screen.flush();
    if (round % kHour == 0) co_await house.pool.run([&screen] { screen.expire(); });
  }
  co_await screen.flush();
}

awaitable<void> run_queue(net::Session& session, net::Server& server, House& house) {
  return house.queue.run(
      session,
      [&server](std::string name, auto task) { server.spawn(std::move(name), std::move(task)); },
      [&house](const queue::MessageView& message, const queue::Envelope& envelope,
               const BlobHash& body, std::vector<queue::Report> reports) {
        return house.dispatch.send_report(message, envelope, body, std::move(reports));
      });
}

}  // namespace

void spawn_care(net::Server& server, House& house) {
  const auto spawn = [&](const char* name, awaitable<void> (*care)(net::Session&, House&)) {
    server.spawn(name, [care, &house](net::Session& session) { return care(session, house); });
  };
  server.spawn("queue", [&server, &house](net::Session& session) {
    return run_queue(session, server, house);
  });
  spawn("housekeeping", keep_house);
  spawn("expunged", purge_expunged);
  spawn("trust", care_for_trust);
  if (house.screen) spawn("filter", care_for_filter);
  spawn("guards", keep_guards);
}

}  // namespace freehold::cli

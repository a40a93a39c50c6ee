#include <algorithm>
#include <chrono>
#include <map>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "net/server.hpp"
#include "queue/queue_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// The running queue: what is due is taken, its attempt written down, and handed to the channels.
namespace freehold::queue {

namespace keys = store::keys;

namespace {

constexpr std::size_t kMostPerTake = 500;          // recipients: bounds the batch
constexpr std::chrono::seconds kLongestSleep{60};  // the clock may be set
constexpr std::chrono::milliseconds kDrainLook{20};

struct DueList {
  std::map<QueueId, std::vector<std::uint32_t>> due;
  std::vector<std::string> keys;  // of all of them
  std::optional<Time> next;       // the first that is not due yet
};

DueList read_due(const store::Reader& reader, Time now) {
  DueList list;
  std::size_t count = 0;
  reader.scan(store::prefix_range(keys::table(keys::Table::due)),
              [&](std::string_view key, std::string_view) {
                const auto due = keys::due_of(key);
                if (due.when > now || count == kMostPerTake) {
                  list.next = due.when;
                  return false;
                }
                list.due[due.id].push_back(due.number);
                list.keys.emplace_back(key);
                ++count;
                return true;
              });
  return list;
}

}  // namespace

void Queue::State::begin_work(const Job& job) {
  const std::lock_guard lock(in_work_mutex);
  for (const auto number : job.numbers) in_work.emplace(job.id, number);
}

void Queue::State::end_work(const Job& job) {
  const std::lock_guard lock(in_work_mutex);
  for (const auto number : job.numbers) in_work.erase({job.id, number});
}

bool Queue::State::is_in_work(QueueId id, std::uint32_t number) {
  const std::lock_guard lock(in_work_mutex);
  return in_work.contains({id, number});
}

awaitable<Result<Queue::State::Taken>> Queue::State::take_due() {
  const auto now = clock.now();
  Taken taken;
  const auto done = co_await lane.run([&](store::Transaction& tx) -> Result<> {
    taken = {};
    auto list = read_due(tx, now);
    taken.next_due = list.next;
    for (auto& key : list.keys) tx.erase(std::move(key));
    for (const auto& [id, numbers] : list.due) {
      const auto message = read_message(tx, id);
      if (!message || message->held()) continue;  // removed or held meanwhile
      const bool expired = message->expires_at() <= to_millis(now);
      std::map<std::string, std::pair<Route, Job>> by_route;
      for (const auto number : numbers) {
        auto record = read_recipient(tx, id, number);
        if (!record) continue;
        const bool busy = is_in_work(id, number);
        const auto due_before = record->next_attempt();
        record->set_attempts(record->attempts() + (expired || busy ? 0 : 1));
        record->set_next_attempt(
            to_millis(settings.schedule.next(now, record->attempts(), random_u64())));
        put_recipient(tx, id, number, *record, due_before);
        if (busy) continue;
        auto route = choose_route(directory, message->sender(), record->address());
        auto [place, added] = by_route.try_emplace(expired ? "" : route.key());
        auto& [job_route, job] = place->second;
        if (added) {
          job_route = std::move(route);
          job.id = id;
          job.envelope = envelope_of(*message);
          job.size = message->size();
          job.body = body_of(*message);
          job.arrived_at = from_millis(message->arrived_at());
          job.expires_at = from_millis(message->expires_at());
          job.of = message->next_recipient();
        }
        job.envelope.recipients.push_back(recipient_of(*record));
        job.numbers.push_back(number);
      }
      for (auto& [key, routed] : by_route) {
        if (expired) {
          taken.expired.push_back(std::move(routed.second));
        } else {
          taken.jobs.push_back(std::move(routed));
        }
      }
    }
    return {};
  });
  if (!done) co_return done.error();
  for (const auto& [route, job] : taken.jobs) begin_work(job);
  co_return taken;
}

awaitable<void> Queue::run(net::Session& session, Spawn spawn, SendReport send_report) {
  auto& state = *state_;
  session.on_drain([&state] {
    state.changed.notify();
    state.destinations.wake_all();
  });
  static auto& taken_total =
      metrics::counter("freehold_queue_attempts_total", "Delivery attempts begun");
  state.recording = true;
  spawn("queue outcomes", [&state](net::Session&) { return state.record(); });
  while (!session.draining()) {
    std::chrono::milliseconds pause = kLongestSleep;
    if (state.active.load() < state.settings.max_active) {
      auto taken = co_await state.take_due();
      if (!taken) {
        log::error("queue.stalled", {{"error", taken.error().text()}});
        co_await state.changed.wait(std::chrono::seconds(1));
        continue;
      }
      for (const auto& job : taken->expired) {
        const Outcome gave_up{Outcome::State::failed,
                              "4.4.7",
                              "it could not be delivered in the time allowed",
                              {},
                              {}};
        state.active.fetch_add(1);
        co_await state.finish(job, {job.numbers.size(), gave_up}, send_report);
      }
      // All are handed over before the first channel begins: what it finds out is for all of them.
      std::vector<std::shared_ptr<Destinations::Seat>> opened;
      for (auto& [route, job] : taken->jobs) {
        state.active.fetch_add(1);
        taken_total.add();
        if (auto seat = state.destinations.push(route, std::move(job))) {
          opened.push_back(std::move(seat));
        }
      }
      for (const auto& seat : opened) {
        spawn("queue " + seat->route.text(), [&state, seat, &send_report](net::Session& own) {
          return state.work(own, seat, send_report);
        });
      }
      if (!taken->jobs.empty() || !taken->expired.empty()) continue;
      if (taken->next_due) {
        pause =
            std::clamp(*taken->next_due - state.clock.now(), std::chrono::milliseconds(1), pause);
      }
    }
    co_await state.changed.wait(pause);
  }
  // The channels refer to send_report: they end before this does.
  state.destinations.wake_all();
  while (state.active.load() > 0) {
    state.destinations.wake_all();
    co_await state.changed.wait(kDrainLook);
  }
  state.end_recording();
  while (state.is_recording()) co_await state.changed.wait(kDrainLook);
}

awaitable<void> Queue::State::work(net::Session& session, std::shared_ptr<Destinations::Seat> seat,
                                   const SendReport& send_report) {
  const auto channel = transport.open(seat->route);
  session.on_drain([seat] { seat->signal.notify(); });
  while (true) {
    auto job = destinations.pop(*seat);
    if (!job) {
      const bool told = !session.draining() && co_await seat->signal.wait(settings.idle_channel);
      if (told || !destinations.leave(*seat)) continue;
      break;
    }
    if (session.draining()) {
      co_await give_back(std::move(*job));
      continue;
    }
    std::vector<Outcome> outcomes;
    if (const auto body = store::BodyReader::open(engine.latest(), job->body)) {
      outcomes = co_await channel->deliver(*job, *body);
    } else {
      outcomes.assign(
          job->numbers.size(),
          {Outcome::State::deferred, "4.3.0", "the body is missing in the store", {}, {}});
      log::error("queue.body_missing", {{"id", text(job->id)}});
    }
    // Nobody there could be reached: those who wait for the same would only find that out one by
    // one.
    const bool unreachable = std::ranges::all_of(outcomes, [](const Outcome& outcome) {
      return outcome.state == Outcome::State::deferred && outcome.host.empty();
    });
    const auto first = outcomes.empty() ? Outcome() : outcomes.front();
    co_await finish(std::move(*job), std::move(outcomes), send_report);
    if (!unreachable) continue;
    for (auto& other : destinations.take_all(*seat)) {
      std::vector<Outcome> same(other.numbers.size(), first);
      co_await finish(std::move(other), std::move(same), send_report);
    }
  }
  co_await channel->close();
}

}  // namespace freehold::queue

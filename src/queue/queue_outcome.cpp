#include <algorithm>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "queue/queue_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// What came of an attempt: written down, and told to the sender where RFC 3461 says so.
namespace freehold::queue {

namespace {

using Came = Outcome::State;

bool is_final(const Outcome& outcome) { return outcome.state != Came::deferred; }

const char* word(Came state) {
  switch (state) {
    case Came::delivered:
      return "delivered";
    case Came::relayed:
      return "relayed";
    case Came::deferred:
      return "deferred";
    case Came::failed:
      return "failed";
  }
  return "";
}

// RFC 3461, 4.1: what the sender wants to hear, or nothing.
std::optional<Report::Action> wanted(const Recipient& recipient, const Outcome& outcome,
                                     bool delay_due) {
  const auto asked = recipient.notify;
  const bool silent = (asked & kNotifyNever) != 0;
  switch (outcome.state) {
    case Came::delivered:  // the next host reports what follows
      return std::nullopt;
    case Came::relayed:
      if (!silent && (asked & kNotifySuccess) != 0) return Report::Action::relayed;
      return std::nullopt;
    case Came::failed:
      if (!silent && (asked == kNotifyDefault || (asked & kNotifyFailure) != 0)) {
        return Report::Action::failed;
      }
      return std::nullopt;
    case Came::deferred:
      if (delay_due && !silent && (asked == kNotifyDefault || (asked & kNotifyDelay) != 0)) {
        return Report::Action::delayed;
      }
      return std::nullopt;
  }
  return std::nullopt;
}

void write_log(const Job& job, const Recipient& recipient, const Outcome& outcome) {
  const auto level = outcome.state == Came::failed ? log::Level::warning : log::Level::info;
  log::write(level, std::string("queue.") + word(outcome.state),
             {{"id", text(job.id)},
              {"from", job.envelope.sender},
              {"to", recipient.address},
              {"host", outcome.host},
              {"status", outcome.status},
              {"reply", outcome.reply},
              {"tls", outcome.tls}});
}

metrics::Counter& counter_of(Came state) {
  static metrics::Counter* const counters[] = {
      &metrics::counter("freehold_queue_outcomes_total", "Attempts by outcome",
                        "outcome=delivered"),
      &metrics::counter("freehold_queue_outcomes_total", "Attempts by outcome", "outcome=relayed"),
      &metrics::counter("freehold_queue_outcomes_total", "Attempts by outcome", "outcome=deferred"),
      &metrics::counter("freehold_queue_outcomes_total", "Attempts by outcome", "outcome=failed")};
  return *counters[static_cast<std::size_t>(state)];
}

}  // namespace

awaitable<void> Queue::State::finish(Job job, std::vector<Outcome> outcomes,
                                     const SendReport& send_report) {
  if (settings.on_outcomes) settings.on_outcomes(job, outcomes);
  Ended ended{std::move(job), std::move(outcomes), clock.now()};
  const auto& envelope = ended.job.envelope;
  std::vector<Report> reports;
  ended.told.resize(ended.job.numbers.size());
  const bool delay_due = ended.at - ended.job.arrived_at >= settings.schedule.delay_notice_after;
  for (std::size_t i = 0; i < ended.job.numbers.size(); ++i) {
    const auto& recipient = envelope.recipients[i];
    const auto& outcome = ended.outcomes[i];
    write_log(ended.job, recipient, outcome);
    counter_of(outcome.state).add();
    const auto action = wanted(recipient, outcome, delay_due);
    if (!action || envelope.sender.empty()) continue;
    const auto record = read_recipient(engine.latest(), ended.job.id, ended.job.numbers[i]);
    if (!record) continue;  // removed meanwhile
    if (*action == Report::Action::delayed && record->delay_told()) continue;
    ended.told[i] = true;
    reports.push_back({*action, recipient, outcome, ended.at, ended.job.expires_at});
  }
  if (reports.empty() && record_later(ended)) co_return;
  const auto message = reports.empty() ? std::nullopt : read_message(engine.latest(), ended.job.id);
  if (message) {
    // The report first, its cause second: a crash in between repeats a report rather than lose it.
    ended.reported = co_await send_report(view_of(engine.latest(), ended.job.id, *message),
                                          envelope_of(*message), ended.job.body, reports);
  }
  const auto written = co_await lane.run([&](store::Transaction& tx) -> Result<> {
    write_outcomes(tx, ended);
    return {};
  });
  if (!written) {
    log::error("queue.outcome_not_written",
               {{"id", text(ended.job.id)}, {"error", written.error().text()}});
  }
  job_ended(ended.job);
}

void write_outcomes(store::Transaction& tx, const Ended& ended) {
  const auto& job = ended.job;
  std::size_t gone = 0;
  bool found = false;
  for (std::size_t i = 0; i < job.numbers.size(); ++i) {
    auto record = read_recipient(tx, job.id, job.numbers[i]);
    if (!record) continue;  // removed meanwhile
    found = true;
    const auto& outcome = ended.outcomes[i];
    const bool told = i < ended.told.size() && ended.told[i];
    const bool report_missing = told && !ended.reported && outcome.state == Came::failed;
    if (is_final(outcome) && !report_missing) {
      erase_recipient(tx, job.id, job.numbers[i], *record);
      ++gone;
      continue;
    }
    record->set_last_attempt(to_millis(ended.at));
    record->set_last_host(outcome.host);
    record->set_last_reply(outcome.reply);
    record->set_last_status(outcome.status);
    record->set_last_tls(outcome.tls);
    if (told && ended.reported) record->set_delay_told(true);
    put_recipient(tx, job.id, job.numbers[i], *record, record->next_attempt());
  }
  if (gone > 0 && gone == job.of) {  // nobody else can be left: no need to look
    erase_message(tx, job.id, job.body);
  } else if (found) {
    erase_message_if_done(tx, job.id, job.body);
  }
}

awaitable<void> Queue::State::give_back(Job job) {
  const auto done = co_await lane.run([&](store::Transaction& tx) -> Result<> {
    for (const auto number : job.numbers) {
      auto record = read_recipient(tx, job.id, number);
      if (!record) continue;
      const auto due_before = record->next_attempt();
      record->set_attempts(record->attempts() - std::min(record->attempts(), 1U));
      record->set_next_attempt(to_millis(clock.now()));
      put_recipient(tx, job.id, number, *record, due_before);
    }
    return {};
  });
  if (!done) log::warning("queue.not_given_back", {{"id", text(job.id)}});
  job_ended(job);
}

// There is room for more once half of the active jobs have ended. Told at that one moment: looking
// for due mail after every job costs a walk over the keys of all that went before.
void Queue::State::job_ended(const Job& job) {
  end_work(job);
  if (active.fetch_sub(1) == settings.max_active / 2) changed.notify();
}

}  // namespace freehold::queue

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

awaitable<void> Queue::State::finish(const Job& job, std::vector<Outcome> outcomes,
                                     const SendReport& send_report) {
  const auto now = clock.now();
  std::vector<Report> reports;
  std::vector<bool> told(job.numbers.size(), false);
  const bool delay_due = now - job.arrived_at >= settings.schedule.delay_notice_after;
  for (std::size_t i = 0; i < job.numbers.size(); ++i) {
    const auto& recipient = job.envelope.recipients[i];
    const auto& outcome = outcomes[i];
    write_log(job, recipient, outcome);
    counter_of(outcome.state).add();
    const auto action = wanted(recipient, outcome, delay_due);
    if (!action || job.envelope.sender.empty()) continue;
    const auto record = read_recipient(engine.latest(), job.id, job.numbers[i]);
    if (!record) continue;  // removed meanwhile
    if (*action == Report::Action::delayed && record->delay_told()) continue;
    told[i] = true;
    reports.push_back({*action, recipient, outcome, now, job.expires_at});
  }
  bool reported = true;
  const auto message = reports.empty() ? std::nullopt : read_message(engine.latest(), job.id);
  if (message) {
    // The report first, its cause second: a crash in between repeats a report rather than lose it.
    reported = co_await send_report(view_of(engine.latest(), job.id, *message),
                                    envelope_of(*message), job.body, reports);
  }
  const auto written = co_await lane.run([&](store::Transaction& tx) -> Result<> {
    std::size_t ended = 0;
    bool found = false;
    for (std::size_t i = 0; i < job.numbers.size(); ++i) {
      auto record = read_recipient(tx, job.id, job.numbers[i]);
      if (!record) continue;  // removed meanwhile
      found = true;
      const auto& outcome = outcomes[i];
      const bool report_missing = told[i] && !reported && outcome.state == Came::failed;
      if (is_final(outcome) && !report_missing) {
        erase_recipient(tx, job.id, job.numbers[i], *record);
        ++ended;
        continue;
      }
      record->set_last_attempt(to_millis(now));
      record->set_last_host(outcome.host);
      record->set_last_reply(outcome.reply);
      record->set_last_status(outcome.status);
      record->set_last_tls(outcome.tls);
      if (told[i] && reported) record->set_delay_told(true);
      put_recipient(tx, job.id, job.numbers[i], *record, record->next_attempt());
    }
    if (ended > 0 && ended == job.of) {  // nobody else can be left: no need to look
      erase_message(tx, job.id, job.body);
    } else if (found) {
      erase_message_if_done(tx, job.id, job.body);
    }
    return {};
  });
  end_work(job);
  if (!written) {
    log::error("queue.outcome_not_written",
               {{"id", text(job.id)}, {"error", written.error().text()}});
  }
}

awaitable<void> Queue::State::give_back(const Job& job) {
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
  end_work(job);
  if (!done) log::warning("queue.not_given_back", {{"id", text(job.id)}});
}

}  // namespace freehold::queue

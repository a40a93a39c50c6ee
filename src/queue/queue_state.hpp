#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/signal.hpp"
#include "queue/destinations.hpp"
#include "queue/queue.hpp"
#include "schema/queue.pb.h"
#include "store/lane.hpp"

// Inside the queue only.
namespace freehold::queue {

// A job that was tried.
struct Ended {
  Job job;
  std::vector<Outcome> outcomes;
  Time at;
  std::vector<bool> told = {};  // whose outcome a report is for; empty: nobody's
  bool reported = true;         // the report was taken
};

struct Queue::State {
  State(store::Engine& e, const directory::Directory& d, Transport& t, const Clock& c,
        QueueSettings s)
      : engine(e),
        directory(d),
        transport(t),
        clock(c),
        settings(s),
        lane(e),
        destinations(s.channels_per_destination) {}

  store::Engine& engine;
  const directory::Directory& directory;
  Transport& transport;
  const Clock& clock;
  QueueSettings settings;
  store::Lane lane;
  Destinations destinations;
  Signal changed;  // something may be due
  std::atomic<std::size_t> active = 0;
  std::atomic<std::uint64_t> last_id = 0;

  // The recipients whose attempt is being made. It may take longer than the wait for the next one,
  // which must not begin beside it: that would deliver twice.
  std::mutex in_work_mutex;
  std::set<std::pair<QueueId, std::uint32_t>> in_work;
  void begin_work(const Job& job);
  void end_work(const Job& job);
  [[nodiscard]] bool is_in_work(QueueId id, std::uint32_t number);

  // queue_run.cpp: takes what is due, each attempt written before it is made.
  struct Taken {
    std::vector<std::pair<Route, Job>> jobs;
    std::vector<Job> expired;
    std::optional<Time> next_due;
  };
  awaitable<Result<Taken>> take_due();
  awaitable<void> work(net::Session& session, std::shared_ptr<Destinations::Seat> seat,
                       const SendReport& send_report);

  // queue_outcome.cpp: what came of a job is told to the sender where that is due, and written.
  awaitable<void> finish(Job job, std::vector<Outcome> outcomes, const SendReport& send_report);
  // The attempt was not made after all.
  awaitable<void> give_back(Job job);
  void job_ended(const Job& job);

  // queue_record.cpp: a channel goes on to its next job at once; one coroutine writes what has
  // ended meanwhile, all of it in one commit.
  std::mutex unwritten_mutex;
  std::vector<Ended> unwritten;
  bool stop_recording = false;
  bool recording = false;
  Signal something_ended;
  bool record_later(Ended& one);  // false: too many wait already
  awaitable<void> record();
  void end_recording();
  [[nodiscard]] bool is_recording();
};

void write_outcomes(store::Transaction& tx, const Ended& ended);

// The record behind a due key's number is gone or changed: somebody removed or rescheduled it.
[[nodiscard]] std::optional<schema::QueuedMessage> read_message(const store::Reader& reader,
                                                                QueueId id);
[[nodiscard]] std::optional<schema::QueuedRecipient> read_recipient(const store::Reader& reader,
                                                                    QueueId id,
                                                                    std::uint32_t number);
// Writes the record and moves its due key from `due_before` (milliseconds; 0: it has none).
void put_recipient(store::Transaction& tx, QueueId id, std::uint32_t number,
                   const schema::QueuedRecipient& record, std::int64_t due_before);
void erase_recipient(store::Transaction& tx, QueueId id, std::uint32_t number,
                     const schema::QueuedRecipient& record);
// The message itself, once its last recipient is gone.
void erase_message(store::Transaction& tx, QueueId id, const BlobHash& body);
void erase_message_if_done(store::Transaction& tx, QueueId id, const BlobHash& body);

[[nodiscard]] Envelope envelope_of(const schema::QueuedMessage& record);
[[nodiscard]] Recipient recipient_of(const schema::QueuedRecipient& record);
[[nodiscard]] BlobHash body_of(const schema::QueuedMessage& record);
[[nodiscard]] MessageView view_of(const store::Reader& reader, QueueId id,
                                  const schema::QueuedMessage& record);

}  // namespace freehold::queue

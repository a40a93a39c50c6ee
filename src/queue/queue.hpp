#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "queue/envelope.hpp"
#include "queue/schedule.hpp"
#include "queue/transport.hpp"
#include "store/engine.hpp"
#include "store/transaction.hpp"

namespace freehold::net {
class Session;
}
namespace freehold::schema {
class QueuedMessage;
class QueuedRecipient;
}  // namespace freehold::schema

namespace freehold::queue {

// For people and the API.
struct RecipientView {
  std::uint32_t number = 0;
  std::string address;
  std::uint32_t attempts = 0;
  Time next_attempt;
  std::string last_host;
  std::string last_reply;
  std::string last_tls;
};
struct MessageView {
  QueueId id;
  std::string sender;
  std::uint64_t size = 0;
  Time arrived_at;
  Time expires_at;
  bool held = false;
  std::vector<RecipientView> recipients;
};
// "1a2b3c": how an id is shown and typed.
[[nodiscard]] std::string text(QueueId id);
[[nodiscard]] std::optional<QueueId> parse_queue_id(std::string_view text);

// What happened to a recipient in the end, or for too long: the house's DSNs are made from it.
struct Report {
  enum class Action { delivered, relayed, delayed, failed } action = Action::failed;
  Recipient recipient;
  Outcome outcome;
  Time last_attempt;
  Time will_retry_until;  // for delayed
};

// What people do with a message in the queue.
enum class Act {
  retry,    // now
  hold,     // not tried, does not expire
  release,  // tried again, now
  remove,   // without a report
};

struct QueueSettings {
  Schedule schedule;
  std::size_t max_active = 2'000;  // messages in work at once
  std::size_t channels_per_destination = 20;
  std::chrono::seconds idle_channel{10};  // kept open for a next job
  // Hears what came of each attempt, before it is written; from any thread.
  std::function<void(const Job&, const std::vector<Outcome>&)> on_outcomes = {};
};

// The durable spool: the only way out. What enqueue() has put into a committed batch is delivered,
// or reported, even when the server dies in between; a crash between the remote's 250 and our
// commit may repeat a delivery. Owned by the wiring, used from every thread.
class Queue {
 public:
  // Starts a coroutine on one of the server's threads.
  using Spawn =
      std::function<void(std::string name, std::function<awaitable<void>(net::Session&)>)>;
  // Sends a status report to `message`'s sender; false: it could not be taken, ask again later.
  using SendReport =
      std::function<awaitable<bool>(const MessageView& message, const Envelope& envelope,
                                    const BlobHash& body, std::vector<Report> reports)>;

  Queue(store::Engine& engine, const directory::Directory& directory, Transport& transport,
        const Clock& clock, QueueSettings settings);
  ~Queue();

  // Adds a message to the batch in the making; call wake() after its commit.
  QueueId enqueue(store::Transaction& tx, const Envelope& envelope,
                  const store::IncomingBody& body);
  void wake();

  // Runs until the session drains: takes what is due and spawns the channels' coroutines.
  awaitable<void> run(net::Session& session, Spawn spawn, SendReport send_report);

  [[nodiscard]] std::vector<MessageView> list(std::size_t most) const;
  [[nodiscard]] std::optional<MessageView> show(QueueId id) const;
  awaitable<Result<>> act(Act what, QueueId id);
  // On every message that is there now, many in one commit; on how many it was done.
  awaitable<Result<std::size_t>> act_on_all(Act what);
  // On those that the account has submitted.
  awaitable<Result<std::size_t>> act_on_account(Act what, AccountId account);
  [[nodiscard]] std::size_t size() const;  // messages

 private:
  awaitable<Result<std::size_t>> act_on_each(Act what, std::vector<QueueId> ids);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::queue

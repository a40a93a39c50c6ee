#include <algorithm>
#include <span>

#include "directory/audit.hpp"
#include "queue/queue_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// What people do with the queue.
namespace freehold::queue {

namespace keys = store::keys;

namespace {

constexpr std::size_t kMostPerCommit = 500;

Problem no_such_message(QueueId id) {
  return problem(Problem::Kind::not_found, "there is no message " + text(id) + " in the queue", {},
                 "it may be delivered already; see `freehold queue list`");
}

std::vector<std::pair<std::uint32_t, schema::QueuedRecipient>> recipients(
    const store::Reader& reader, QueueId id) {
  std::vector<std::pair<std::uint32_t, schema::QueuedRecipient>> all;
  reader.scan(store::prefix_range(keys::recipients(id)),
              [&all](std::string_view key, std::string_view value) {
                all.emplace_back(keys::number_of_recipient(key),
                                 store::decode<schema::QueuedRecipient>(key, value));
                return true;
              });
  return all;
}

// Reschedules every recipient to `next` (0: never) and marks the message held or not.
Result<> reschedule(store::Transaction& tx, QueueId id, std::int64_t next,
                    std::optional<bool> held) {
  auto message = read_message(tx, id);
  if (!message) return no_such_message(id);
  if (!held && message->held()) {
    return problem(Problem::Kind::denied, "the message " + text(id) + " is held", {},
                   "release it: `freehold queue release " + text(id) + "`");
  }
  if (held) {
    message->set_held(*held);
    tx.put(keys::queued(id), message->SerializeAsString());
  }
  for (auto& [number, record] : recipients(tx, id)) {
    const auto due_before = record.next_attempt();
    record.set_next_attempt(next);
    put_recipient(tx, id, number, record, due_before);
  }
  return {};
}

Result<> remove(store::Transaction& tx, QueueId id, Time now) {
  const auto message = read_message(tx, id);
  if (!message) return no_such_message(id);
  std::string to;
  for (const auto& [number, record] : recipients(tx, id)) {
    if (to.empty()) to = record.address();
    erase_recipient(tx, id, number, record);
  }
  directory::write_audit(tx, now, {}, "queue.remove", text(id),
                         "from <" + message->sender() + "> to <" + to + ">");
  erase_message(tx, id, body_of(*message));
  return {};
}

Result<> apply(store::Transaction& tx, Act what, QueueId id, Time now) {
  switch (what) {
    case Act::retry:
      return reschedule(tx, id, to_millis(now), std::nullopt);
    case Act::hold:
      return reschedule(tx, id, 0, true);
    case Act::release:
      return reschedule(tx, id, to_millis(now), false);
    case Act::remove:
      return remove(tx, id, now);
  }
  return {};
}

std::vector<QueueId> all_ids(const store::Reader& reader) {
  std::vector<QueueId> ids;
  reader.scan(store::prefix_range(keys::table(keys::Table::queued)),
              [&ids](std::string_view key, std::string_view) {
                ids.push_back(keys::queue_id_of(key));
                return true;
              });
  return ids;
}

// Those of an account to which the act would change something.
std::vector<QueueId> ids_of(const store::Reader& reader, AccountId account, Act what) {
  std::vector<QueueId> ids;
  reader.scan(store::prefix_range(keys::table(keys::Table::queued)),
              [&](std::string_view key, std::string_view value) {
                const auto record = store::decode<schema::QueuedMessage>(key, value);
                const bool idle = (what == Act::hold && record.held()) ||
                                  (what == Act::release && !record.held());
                if (record.account() == account.value && !idle) {
                  ids.push_back(keys::queue_id_of(key));
                }
                return true;
              });
  return ids;
}

}  // namespace

MessageView view_of(const store::Reader& reader, QueueId id, const schema::QueuedMessage& record) {
  MessageView view;
  view.id = id;
  view.sender = record.sender();
  view.size = record.size();
  view.arrived_at = from_millis(record.arrived_at());
  view.expires_at = from_millis(record.expires_at());
  view.held = record.held();
  for (const auto& [number, recipient] : recipients(reader, id)) {
    view.recipients.push_back({number, recipient.address(), recipient.attempts(),
                               from_millis(recipient.next_attempt()), recipient.last_host(),
                               recipient.last_reply(), recipient.last_tls()});
  }
  return view;
}

std::vector<MessageView> Queue::list(std::size_t most) const {
  std::vector<MessageView> views;
  const auto snapshot = state_->engine.snapshot();
  snapshot->scan(store::prefix_range(keys::table(keys::Table::queued)),
                 [&](std::string_view key, std::string_view value) {
                   views.push_back(view_of(*snapshot, keys::queue_id_of(key),
                                           store::decode<schema::QueuedMessage>(key, value)));
                   return views.size() < most;
                 });
  return views;
}

std::optional<MessageView> Queue::show(QueueId id) const {
  const auto snapshot = state_->engine.snapshot();
  const auto message = read_message(*snapshot, id);
  if (!message) return std::nullopt;
  return view_of(*snapshot, id, *message);
}

std::size_t Queue::size() const {
  std::size_t count = 0;
  state_->engine.latest().scan(store::prefix_range(keys::table(keys::Table::queued)),
                               [&count](auto, auto) {
                                 ++count;
                                 return true;
                               });
  return count;
}

awaitable<Result<>> Queue::act(Act what, QueueId id) {
  const auto now = state_->clock.now();
  const auto done = co_await state_->lane.run(
      [what, id, now](store::Transaction& tx) { return apply(tx, what, id, now); });
  wake();
  co_return done;
}

awaitable<Result<std::size_t>> Queue::act_on_all(Act what) {
  return act_on_each(what, all_ids(state_->engine.latest()));
}

awaitable<Result<std::size_t>> Queue::act_on_account(Act what, AccountId account) {
  return act_on_each(what, ids_of(state_->engine.latest(), account, what));
}

awaitable<Result<std::size_t>> Queue::act_on_each(Act what, std::vector<QueueId> ids) {
  const auto now = state_->clock.now();
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < ids.size(); begin += kMostPerCommit) {
    const auto some = std::span(ids).subspan(begin, std::min(kMostPerCommit, ids.size() - begin));
    std::size_t applied = 0;
    const auto done = co_await state_->lane.run([&](store::Transaction& tx) -> Result<> {
      applied = 0;
      for (const auto id : some) {
        if (apply(tx, what, id, now)) ++applied;  // one that is refused has changed nothing
      }
      return {};
    });
    if (!done) co_return done.error();
    count += applied;
    wake();
  }
  co_return count;
}

}  // namespace freehold::queue

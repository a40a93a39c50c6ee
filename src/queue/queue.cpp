#include "queue/queue.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "queue/queue_state.hpp"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::queue {

namespace keys = store::keys;

namespace {

// Ids grow with time and are never given twice, also after a restart: there are 4096 in each
// millisecond.
QueueId next_id(std::atomic<std::uint64_t>& last, Time now) {
  const auto floor = static_cast<std::uint64_t>(to_millis(now)) << 12;
  auto seen = last.load();
  std::uint64_t id = 0;
  do {
    id = std::max(seen + 1, floor);
  } while (!last.compare_exchange_weak(seen, id));
  return QueueId(id);
}

}  // namespace

std::string text(QueueId id) {
  std::string bytes;
  append_u64(bytes, id.value);
  return hex(bytes).substr(2);  // the first byte stays 0 until the year 2527
}

std::optional<QueueId> parse_queue_id(std::string_view text) {
  const auto bytes = unhex("00" + std::string(text));
  if (!bytes || bytes->size() != 8) return std::nullopt;
  return QueueId(read_u64(*bytes));
}

Queue::Queue(store::Engine& engine, const directory::Directory& directory, Transport& transport,
             const Clock& clock, QueueSettings settings)
    : state_(std::make_unique<State>(engine, directory, transport, clock, settings)) {}
Queue::~Queue() = default;

QueueId Queue::enqueue(store::Transaction& tx, const Envelope& envelope,
                       const store::IncomingBody& body) {
  const auto now = state_->clock.now();
  const auto id = next_id(state_->last_id, now);
  schema::QueuedMessage message;
  message.set_sender(envelope.sender);
  message.set_body(body.hash.view().data(), body.hash.bytes.size());
  message.set_size(body.size);
  message.set_arrived_at(to_millis(now));
  message.set_expires_at(to_millis(now + state_->settings.schedule.expire_after));
  message.set_envelope_id(envelope.envelope_id);
  message.set_return_full(envelope.return_full);
  message.set_eight_bit(envelope.eight_bit);
  message.set_binary(envelope.binary);
  message.set_utf8(envelope.utf8);
  message.set_require_tls(envelope.require_tls);
  message.set_account(envelope.account.value);
  message.set_prefix(envelope.prefix);
  message.set_forwarded_by(envelope.forwarded_by);
  message.set_tls_required_no(envelope.tls_required_no);
  std::uint32_t number = 0;
  for (const auto& recipient : envelope.recipients) {
    schema::QueuedRecipient record;
    record.set_address(recipient.address);
    record.set_original(recipient.original);
    record.set_notify(recipient.notify);
    record.set_next_attempt(to_millis(now));
    put_recipient(tx, id, number++, record, 0);
  }
  message.set_next_recipient(number);
  tx.put(keys::queued(id), message.SerializeAsString());
  store::link(tx, body, keys::owner(id));
  return id;
}

void Queue::wake() { state_->changed.notify(); }

std::optional<schema::QueuedMessage> read_message(const store::Reader& reader, QueueId id) {
  return store::read<schema::QueuedMessage>(reader, keys::queued(id));
}

std::optional<schema::QueuedRecipient> read_recipient(const store::Reader& reader, QueueId id,
                                                      std::uint32_t number) {
  return store::read<schema::QueuedRecipient>(reader, keys::recipient(id, number));
}

void put_recipient(store::Transaction& tx, QueueId id, std::uint32_t number,
                   const schema::QueuedRecipient& record, std::int64_t due_before) {
  tx.put(keys::recipient(id, number), record.SerializeAsString());
  if (record.next_attempt() == due_before) return;
  if (due_before != 0) tx.erase(keys::due(from_millis(due_before), id, number));
  if (record.next_attempt() != 0) {
    tx.put(keys::due(from_millis(record.next_attempt()), id, number), {});
  }
}

void erase_recipient(store::Transaction& tx, QueueId id, std::uint32_t number,
                     const schema::QueuedRecipient& record) {
  tx.erase(keys::due(from_millis(record.next_attempt()), id, number));
  tx.erase(keys::recipient(id, number));
}

void erase_message(store::Transaction& tx, QueueId id, const BlobHash& body) {
  tx.erase(keys::queued(id));
  store::unlink(tx, body, keys::owner(id));
}

void erase_message_if_done(store::Transaction& tx, QueueId id, const BlobHash& body) {
  bool left = false;
  tx.scan(store::prefix_range(keys::recipients(id)), [&left](auto, auto) {
    left = true;
    return false;
  });
  if (!left) erase_message(tx, id, body);
}

Envelope envelope_of(const schema::QueuedMessage& record) {
  Envelope envelope;
  envelope.sender = record.sender();
  envelope.envelope_id = record.envelope_id();
  envelope.return_full = record.return_full();
  envelope.eight_bit = record.eight_bit();
  envelope.binary = record.binary();
  envelope.utf8 = record.utf8();
  envelope.require_tls = record.require_tls();
  envelope.account = AccountId(record.account());
  envelope.prefix = record.prefix();
  envelope.forwarded_by = record.forwarded_by();
  envelope.tls_required_no = record.tls_required_no();
  return envelope;
}

Recipient recipient_of(const schema::QueuedRecipient& record) {
  return {record.address(), record.original(), record.notify()};
}

BlobHash body_of(const schema::QueuedMessage& record) { return BlobHash::from(record.body()); }

}  // namespace freehold::queue

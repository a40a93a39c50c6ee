#include "queue/dispatch.hpp"

#include "base/log.hpp"
#include "store/transaction.hpp"

namespace freehold::queue {

namespace {

constexpr int kTries = 8;  // after conflicts

// RFC 5321, 4.4: the final delivery notes the reverse path; Delivered-To is what a loop is known
// by.
std::string trace_of(const Envelope& envelope, const std::string& address) {
  return "Return-Path: <" + envelope.sender + ">\r\nDelivered-To: " + address + "\r\n";
}

}  // namespace

Dispatch::Dispatch(mailstore::Mailstore& mailstore, const directory::Directory& directory,
                   Queue& queue, const trust::KeyRing& keys, std::string hostname,
                   const Clock& clock)
    : mailstore_(mailstore),
      directory_(directory),
      queue_(queue),
      keys_(keys),
      hostname_(std::move(hostname)),
      clock_(clock) {}

awaitable<Result<>> Dispatch::deliver_here(const std::shared_ptr<const mailstore::Message>& message,
                                           const Envelope& envelope,
                                           const directory::Destination::Local& local,
                                           const Sorting& sorting) {
  const auto account = directory_.account(local.account);
  if (!account) co_return problem(Problem::Kind::not_found, "the account was removed");
  mailstore::Mailstore::Append how;
  how.prefix = trace_of(envelope, local.address) + sorting.prefix + envelope.prefix;
  if (envelope.junk || sorting.junk) how.role = "junk";
  how.quota_bytes = account->quota_bytes;
  const auto appended = co_await mailstore_.append(local.account, message, std::move(how));
  if (!appended) co_return appended.error();
  co_return Result<>();
}

awaitable<Result<>> Dispatch::enqueue(const mailstore::Message& message, const Envelope& envelope) {
  auto& engine = mailstore_.engine();
  Result<> outcome;
  for (int i = 0; i < kTries; ++i) {
    store::Transaction tx(engine.latest());
    queue_.enqueue(tx, envelope, message.body);
    outcome = co_await engine.commit(tx.take());
    if (outcome || outcome.error().kind != Problem::Kind::conflict) break;
  }
  if (outcome) queue_.wake();
  co_return outcome;
}

awaitable<std::vector<Result<>>> Dispatch::deliver(
    std::shared_ptr<const mailstore::Message> message, Envelope envelope,
    std::vector<Addressee> addressees) {
  std::vector<Result<>> results(addressees.size());
  envelope.recipients.clear();
  const std::string forward_prefix = std::exchange(envelope.forward_prefix, {});
  std::vector<std::size_t> remote;  // addressees with a copy in the queue
  for (std::size_t i = 0; i < addressees.size(); ++i) {
    const auto& here = addressees[i].destination.local;
    const auto& sorting = addressees[i].sorting;
    for (std::size_t k = 0; k < here.size(); ++k) {
      const Sorting sorted = k < sorting.size() ? sorting[k] : Sorting();
      auto done = co_await deliver_here(message, envelope, here[k], sorted);
      if (!done) results[i] = std::move(done);
    }
    for (const auto& address : addressees[i].destination.remote) {
      auto recipient = addressees[i].recipient;
      recipient.address = address;
      envelope.recipients.push_back(std::move(recipient));
      remote.push_back(i);
    }
  }
  if (!remote.empty()) {
    const std::string prefix = envelope.prefix;
    envelope.prefix = forward_prefix + prefix;
    const auto queued = co_await enqueue(*message, envelope);
    envelope.prefix = prefix;
    if (!queued) {
      for (const auto i : remote) results[i] = queued.error();
    }
  }
  co_await report_delivered(*message, envelope, addressees, results);
  co_return results;
}

}  // namespace freehold::queue

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"
#include "mailstore/mailstore.hpp"
#include "queue/envelope.hpp"
#include "queue/queue.hpp"
#include "trust/key_ring.hpp"

namespace freehold::queue {

// Where one account's copy belongs, and the header fields that only that copy has.
struct Sorting {
  bool junk = false;
  std::string prefix;
};

// A recipient and where his mail goes.
struct Addressee {
  Recipient recipient;
  directory::Destination destination;
  std::vector<Sorting>
      sorting{};  // of destination.local, in its order; empty: as the envelope says
};

// Brings a message to where its recipients lead: into mailboxes here, into the queue for the world.
// Everything that sends mail ends in it: the SMTP server, status reports, later Sieve and JMAP.
// Owned by the wiring, used from every thread.
class Dispatch {
 public:
  Dispatch(mailstore::Mailstore& mailstore, const directory::Directory& directory, Queue& queue,
           const trust::KeyRing& keys, std::string hostname, const Clock& clock);

  // One result per addressee; when it returns, what succeeded is durable. `envelope` gives the
  // sender and the rest; its recipients are not looked at.
  awaitable<std::vector<Result<>>> deliver(std::shared_ptr<const mailstore::Message> message,
                                           Envelope envelope, std::vector<Addressee> addressees);

  // A message that the house itself has written, signed for its From domain, to one address here or
  // elsewhere. Its reverse path is <>, so nothing comes back.
  awaitable<Result<>> send(std::string text, std::string to, bool tls_required_no = false);

  // For Queue::run: writes the status report of RFC 3464 and delivers it to the sender.
  awaitable<bool> send_report(const MessageView& message, const Envelope& envelope,
                              const BlobHash& body, std::vector<Report> reports);

 private:
  awaitable<Result<>> deliver_here(const std::shared_ptr<const mailstore::Message>& message,
                                   const Envelope& envelope,
                                   const directory::Destination::Local& local,
                                   const Sorting& sorting);
  // RFC 3461, 5.2.1: who asked to hear of success hears of a delivery here.
  awaitable<void> report_delivered(const mailstore::Message& message, const Envelope& envelope,
                                   const std::vector<Addressee>& addressees,
                                   const std::vector<Result<>>& results);
  awaitable<Result<>> enqueue(const mailstore::Message& message, const Envelope& envelope);

  mailstore::Mailstore& mailstore_;
  const directory::Directory& directory_;
  Queue& queue_;
  const trust::KeyRing& keys_;
  std::string hostname_;
  const Clock& clock_;
};

}  // namespace freehold::queue

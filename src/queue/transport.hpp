#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "queue/envelope.hpp"
#include "queue/route.hpp"
#include "store/bodies.hpp"

namespace freehold::queue {

// One message to some recipients that share a destination.
struct Job {
  QueueId id;
  Envelope envelope;                   // its recipients are those of this job
  std::vector<std::uint32_t> numbers;  // theirs in the queue, pairwise
  std::uint64_t size = 0;
  BlobHash body;
  Time arrived_at;
  Time expires_at;
  std::uint32_t of = 0;  // recipients that the message came with
};

struct Outcome {
  enum class State {
    delivered,  // the next host has it and answers for what RFC 3461 asked
    relayed,    // the next host has it but knows nothing of RFC 3461
    deferred,
    failed,
  } state = State::deferred;
  std::string status;  // RFC 3463: "4.4.1"
  std::string reply;   // the remote's words, or what prevented the attempt
  std::string host;    // who said so; empty: nobody was reached
  std::string tls;     // "TLSv1.3 TLS_AES_256_GCM_SHA384", or why there was none
};

// A way to one destination that carries one job after the other, usually over one connection that
// it keeps open between them. Used by one coroutine.
class Channel {
 public:
  virtual ~Channel() = default;
  // One outcome per recipient. `body` is read as needed. Never throws for what the network does.
  virtual awaitable<std::vector<Outcome>> deliver(const Job& job,
                                                  const store::BodyReader& body) = 0;
  // Ends politely; no further call.
  virtual awaitable<void> close() = 0;
};

// Makes channels; the SMTP client is one, a test's recorder another.
class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual std::unique_ptr<Channel> open(const Route& route) = 0;
};

}  // namespace freehold::queue

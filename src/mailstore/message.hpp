#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/begun.hpp"
#include "base/pool.hpp"
#include "base/result.hpp"
#include "message/parser.hpp"
#include "store/bodies.hpp"

namespace freehold::mailstore {

// What ties a message to its thread.
struct ThreadKeys {
  std::vector<std::uint64_t> ids;  // hashes of its own message id first, then of those it refers to
  std::uint64_t subject = 0;       // hash of the base subject
};
[[nodiscard]] ThreadKeys thread_keys_of(const message::Envelope& envelope);

// A message that has been read to its end, parsed once, and is ready to be put into any number of
// mailboxes. Its body is in memory when small, else on disk already. Immutable; shared by the
// deliveries to its recipients.
struct Message {
  store::IncomingBody body;
  message::Parsed parsed;
  std::string content;   // schema::Content of it, without a prefix, serialized
  std::string envelope;  // envelope_text() of it
  ThreadKeys thread;
  std::vector<std::string> delivered_to;  // values of its Delivered-To fields: where it has been

  // Bytes from `offset`, at most `most`; fewer, but not none, unless it ends there. Of a large body
  // they come from the disk.
  [[nodiscard]] std::string read(const store::Reader& reader, std::uint64_t offset,
                                 std::size_t most) const;
};

// Reads a message as it arrives: hashes it, parses it and keeps it, in one pass. Used by one
// coroutine. Finished, it is used up.
class Intake {
 public:
  explicit Intake(store::Engine& engine);
  ~Intake();
  Intake(Intake&&) noexcept;

  // Any split. A Problem (disk full) is final.
  [[nodiscard]] Result<> append(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const;
  using Finished = Result<std::shared_ptr<const Message>>;
  awaitable<Finished> finish(Pool& pool);
  // In the pool, while the next message comes in.
  [[nodiscard]] Begun<Finished> begin_finish(Pool& pool);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::mailstore

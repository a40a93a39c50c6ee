#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/pool.hpp"
#include "base/result.hpp"
#include "store/bodies.hpp"

namespace freehold::mailstore {

// A message that has been read to its end, parsed once, and is ready to be put into any number of
// mailboxes. Its body is in memory when small, else on disk already. Immutable; shared by the
// deliveries to its recipients.
struct Message {
  store::IncomingBody body;
  std::string content;  // schema::Content without a prefix, serialized
  std::vector<std::uint64_t>
      thread_keys;                 // hashes of its own message id first, then of those it refers to
  std::uint64_t subject_hash = 0;  // of the base subject
  std::vector<std::string> delivered_to;  // values of its Delivered-To fields: where it has been
};

// Reads a message as it arrives: hashes it, parses it and keeps it, in one pass. Used by one
// coroutine.
class Intake {
 public:
  explicit Intake(store::Engine& engine);
  ~Intake();
  Intake(Intake&&) noexcept;

  // Any split. A Problem (disk full) is final.
  [[nodiscard]] Result<> append(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const;
  awaitable<Result<std::shared_ptr<const Message>>> finish(Pool& pool);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::mailstore

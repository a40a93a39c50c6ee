#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "base/suspend.hpp"
#include "store/engine.hpp"
#include "store/transaction.hpp"

namespace freehold::store {

// Changes of one thing (an account, the queue), one after the other. Sessions that come while a
// commit is under way are gathered, and the first of them carries all their changes through the
// next one: so fifty deliveries to one mailbox cost one sync, and no two ever draw the same UID.
// Thread-safe; kept alive by those who run in it.
class Lane {
 public:
  // Reads and writes the transaction; run again from the start when the commit met a conflict. A
  // Problem undoes what this change wrote and nothing else.
  using Change = std::move_only_function<Result<>(Transaction&)>;

  explicit Lane(Engine& engine) : engine_(engine) {}

  // Returns after the change is durable, or with the reason why it was not made.
  awaitable<Result<>> run(Change change);

 private:
  struct Waiting {
    Change* change = nullptr;
    Result<> outcome;
    bool leads = false;  // woken to carry the next group instead of with an outcome
    Resume resume;
  };
  awaitable<void> lead(Waiting& own);
  awaitable<void> commit(std::vector<Waiting*>& group);
  void put_back(std::vector<Waiting*>& group, std::size_t kept);
  void hand_over();
  static void wake(Waiting& waiting);

  Engine& engine_;
  std::mutex mutex_;
  bool busy_ = false;
  std::deque<Waiting*> queue_;
};

}  // namespace freehold::store

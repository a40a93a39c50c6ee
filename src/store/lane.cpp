#include "store/lane.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace freehold::store {

namespace {

constexpr std::size_t kGroup = 256;                        // changes in one commit
constexpr std::size_t kGroupBytes = std::size_t{4} << 20;  // and their bytes, roughly
constexpr int kTries = 16;                                 // at one commit, after conflicts

}  // namespace

awaitable<Result<>> Lane::run(Change change) {
  Waiting own;
  own.change = &change;
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(&own);
    first = !busy_;
    busy_ = true;
  }
  if (!first) {
    co_await suspend([this, &own](Resume resume) {
      std::unique_lock lock(mutex_);
      // Served or chosen between the two locks: go on at once.
      if (own.leads || own.change == nullptr) {
        lock.unlock();
        resume();
      } else {
        own.resume = std::move(resume);
      }
    });
  }
  if (own.change != nullptr) co_await lead(own);
  co_return std::move(own.outcome);
}

awaitable<void> Lane::lead(Waiting& own) {
  std::vector<Waiting*> group;
  {
    std::lock_guard lock(mutex_);
    while (!queue_.empty() && group.size() < kGroup) {
      group.push_back(queue_.front());
      queue_.pop_front();
    }
  }
  co_await commit(group);
  {
    std::lock_guard lock(mutex_);
    for (auto* served : group) {
      served->change = nullptr;
      wake(*served);
    }
  }
  hand_over();
}

void Lane::hand_over() {
  std::lock_guard lock(mutex_);
  if (queue_.empty()) {
    busy_ = false;
    return;
  }
  auto* next = queue_.front();
  next->leads = true;
  wake(*next);
}

// The woken coroutine may be gone, and `waiting` with it, before resume() returns.
void Lane::wake(Waiting& waiting) {
  auto resume = std::exchange(waiting.resume, nullptr);
  if (resume) resume();
}

// Those behind the first `kept` wait for the next commit.
void Lane::put_back(std::vector<Waiting*>& group, std::size_t kept) {
  std::lock_guard lock(mutex_);
  const auto first = group.begin() + static_cast<std::ptrdiff_t>(kept);
  queue_.insert(queue_.begin(), first, group.end());
  group.resize(kept);
}

awaitable<void> Lane::commit(std::vector<Waiting*>& group) {
  Result<> committed;
  for (int i = 0; i < kTries; ++i) {
    Transaction tx(engine_.latest());
    for (std::size_t n = 0; n < group.size(); ++n) {
      if (tx.bytes() > kGroupBytes) put_back(group, n);
      if (n == group.size()) break;
      auto* waiting = group[n];
      const auto savepoint = tx.savepoint();
      try {
        waiting->outcome = (*waiting->change)(tx);
      } catch (const std::exception& e) {
        log::error("store.change_failed", {{"error", e.what()}});
        waiting->outcome = problem(Problem::Kind::corrupt, e.what());
      }
      if (!waiting->outcome) tx.roll_back(savepoint);
    }
    if (!tx.changed()) co_return;
    committed = co_await engine_.commit(tx.take());
    if (committed || committed.error().kind != Problem::Kind::conflict) break;
  }
  if (committed) co_return;
  for (auto* waiting : group) {
    if (waiting->outcome) waiting->outcome = committed.error();
  }
}

}  // namespace freehold::store

#include "store/rocksdb/committer.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "store/rocksdb/columns.hpp"

namespace freehold::store {

namespace {

constexpr std::size_t kGroupBytes = std::size_t{8}
                                    << 20;  // a write so long delays all who wait for it

constexpr std::chrono::milliseconds kLongestLinger{1};

// What the group's earlier batches leave under the keys that they change. The views point into
// those batches.
using Pending = std::unordered_map<std::string_view, const std::optional<std::string>*>;

struct Metrics {
  metrics::Counter& batches = metrics::counter("freehold_store_batches_total", "Batches committed");
  metrics::Counter& groups =
      metrics::counter("freehold_store_syncs_total", "Writes with a sync that carried them");
  metrics::Counter& conflicts =
      metrics::counter("freehold_store_conflicts_total", "Batches refused by an assertion");
};

Metrics& measured() {
  static Metrics metrics;
  return metrics;
}

bool matches(const Batch::Assertion& assertion, const std::optional<std::string_view>& value) {
  switch (assertion.that) {
    case Batch::Assertion::That::absent:
      return !value;
    case Batch::Assertion::That::present:
      return value.has_value();
    case Batch::Assertion::That::equals:
      return value && *value == assertion.value;
  }
  return false;
}

// What RocksDB keeps beside each key and value: tags and lengths.
constexpr std::size_t kBeside = 16;

Problem write_problem(const rocksdb::Status& status) {
  if (status.IsNoSpace() || status.ToString().find("No space left") != std::string::npos) {
    return problem(Problem::Kind::unavailable, "the store's disk is full", {},
                   "make room on the file system of the data folder");
  }
  return problem(Problem::Kind::unavailable, "the store could not write: " + status.ToString(), {},
                 "look at the disk and at the kernel's log");
}

}  // namespace

Committer::Committer(rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& columns)
    : db_(db), columns_(columns), thread_([this] { run(); }) {}

Committer::~Committer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
}

void Committer::submit(Batch batch, Done done) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back({std::move(batch), std::move(done), {}});
  }
  changed_.notify_one();
}

std::vector<Committer::Waiting> Committer::take_group() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  changed_.wait_for(lock, linger_, [this] { return stopping_ || queue_.size() >= expected_; });
  std::vector<Waiting> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && bytes < kGroupBytes) {
    bytes += queue_.front().batch.bytes();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void Committer::run() {
  while (true) {
    auto group = take_group();
    if (group.empty()) return;
    const auto begun = std::chrono::steady_clock::now();
    commit(group);
    expect(group.size(), std::chrono::steady_clock::now() - begun);
    for (auto& waiting : group) waiting.done(std::move(waiting.outcome));
  }
}

// Who is told now will mostly be back within the time of a sync. A group that left at once with
// those who came meanwhile would split the sessions into two halves that wait for each other's
// syncs; a short wait lets them share one. A session that is alone is never delayed.
void Committer::expect(std::size_t resumed, std::chrono::steady_clock::duration written_in) {
  std::lock_guard lock(mutex_);
  expected_ = resumed + queue_.size();
  linger_ = std::min<std::chrono::steady_clock::duration>(written_in / 4, kLongestLinger);
}

void Committer::commit(std::vector<Waiting>& group) {
  std::size_t size = 0;
  for (const auto& [batch, done, outcome] : group) {
    size += batch.bytes() + batch.changes().size() * kBeside;
  }
  rocksdb::WriteBatch write_batch(size);
  Pending pending;
  std::size_t accepted = 0;

  const auto holds = [&](const Batch::Assertion& assertion) {
    if (const auto found = pending.find(assertion.key); found != pending.end()) {
      const auto& value = *found->second;
      return matches(assertion, value ? std::optional<std::string_view>(*value) : std::nullopt);
    }
    rocksdb::PinnableSlice value;
    auto* column = columns_[static_cast<std::size_t>(column_of(assertion.key))];
    const auto status = db_.Get(rocksdb::ReadOptions(), column, assertion.key, &value);
    if (status.IsNotFound()) return matches(assertion, std::nullopt);
    return status.ok() && matches(assertion, value.ToStringView());
  };

  for (auto& waiting : group) {
    const auto& batch = waiting.batch;
    if (!std::ranges::all_of(batch.assertions(), holds)) {
      measured().conflicts.add();
      waiting.outcome = problem(Problem::Kind::conflict, "the data was changed meanwhile");
      continue;
    }
    ++accepted;
    for (const auto& [key, value] : batch.changes()) {
      auto* column = columns_[static_cast<std::size_t>(column_of(key))];
      if (value) {
        write_batch.Put(column, key, *value);
      } else {
        write_batch.Delete(column, key);
      }
      pending[key] = &value;
    }
  }
  if (accepted == 0) return;

  const Result<> written = write(write_batch);
  measured().batches.add(static_cast<double>(accepted));
  measured().groups.add();
  if (written) return;
  for (auto& waiting : group) {
    if (waiting.outcome) waiting.outcome = written.error();
  }
}

Result<> Committer::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  auto status = db_.Write(options, &batch);
  if (status.ok()) return {};
  log::error("store.write_failed", {{"error", status.ToString()}});
  // After a failed write RocksDB refuses all others until it is told to go on; when there is room
  // again, this does it.
  if (db_.Resume().ok()) status = db_.Write(options, &batch);
  if (status.ok()) return {};
  return write_problem(status);
}

}  // namespace freehold::store

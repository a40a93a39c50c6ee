#pragma once

#include <rocksdb/db.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "store/batch.hpp"

namespace freehold::store {

// The store's one writer. Takes all waiting batches, checks their assertions in order, writes those
// that hold with one write and one sync, and then tells each. Its destructor writes what is queued
// first.
class Committer {
 public:
  using Done = std::move_only_function<void(Result<>)>;

  Committer(rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& columns);
  ~Committer();

  // `done` is called from the committer's thread and has to be quick.
  void submit(Batch batch, Done done);

 private:
  struct Waiting {
    Batch batch;
    Done done;
    Result<> outcome;
  };
  void run();
  std::vector<Waiting> take_group();
  void expect(std::size_t resumed, std::chrono::steady_clock::duration written_in);
  void commit(std::vector<Waiting>& group);
  Result<> write(rocksdb::WriteBatch& batch);

  rocksdb::DB& db_;
  const std::vector<rocksdb::ColumnFamilyHandle*>& columns_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::size_t expected_ = 0;                      // batches that may soon be waiting together
  std::chrono::steady_clock::duration linger_{};  // how long the next group waits for them
  std::jthread thread_;
};

}  // namespace freehold::store

#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace freehold::store {

// RocksDB's environment, in which the first log of a run is on disk before anything is written to
// it. A sync then has no file size and no new blocks to record, which makes it a quarter shorter;
// later logs get the same by being recycled. Has to outlive the database.
[[nodiscard]] std::unique_ptr<rocksdb::Env> environment_with_prepared_log();

}  // namespace freehold::store

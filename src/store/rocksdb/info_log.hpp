#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace freehold::store {

// RocksDB's own warnings and errors, in our log. Its usual file LOG stands on the store's disk: the
// first line that a full disk does not take makes the next one abort the process (an assertion of
// RocksDB 7.8).
[[nodiscard]] std::shared_ptr<rocksdb::Logger> make_info_log();

}  // namespace freehold::store

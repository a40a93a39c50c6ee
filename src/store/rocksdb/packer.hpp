#pragma once

#include <rocksdb/compaction_filter.h>

#include <memory>

namespace freehold::store {

// Packs bodies on their way from memory to their file (packing.hpp): in RocksDB's own threads,
// after what is waited for is done.
[[nodiscard]] std::shared_ptr<rocksdb::CompactionFilterFactory> make_packer();

}  // namespace freehold::store

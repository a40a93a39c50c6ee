#pragma once

#include <rocksdb/options.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace freehold::store {

// The column families behind the one key space: what differs is only how RocksDB keeps them.
enum class Column : std::size_t {
  records,  // small values, read often: block cache and bloom filters
  bodies,   // message bodies in BlobDB: written once more than the log, never moved by compaction
  bulk,     // pieces of large bodies, ingested as whole files
};
constexpr std::size_t kColumns = 3;
constexpr std::array<const char*, kColumns> kColumnNames = {"default", "bodies", "bulk"};

// By the key's table (keys.hpp).
[[nodiscard]] Column column_of(std::string_view key);

[[nodiscard]] rocksdb::DBOptions database_options();
[[nodiscard]] rocksdb::ColumnFamilyOptions column_options(Column column, std::uint64_t cache_bytes);

}  // namespace freehold::store

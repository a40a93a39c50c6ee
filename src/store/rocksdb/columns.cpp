#include "store/rocksdb/columns.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "store/keys.hpp"
#include "store/rocksdb/info_log.hpp"
#include "store/rocksdb/packer.hpp"

namespace freehold::store {

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr int kCacheShardBits = 3;

}  // namespace

Column column_of(std::string_view key) {
  if (key.empty()) return Column::records;
  if (key.front() == static_cast<char>(keys::Table::body_piece)) return Column::bodies;
  if (key.front() == static_cast<char>(keys::Table::bulk_piece)) return Column::bulk;
  return Column::records;
}

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  // A recycled log is overwritten in place: its sync has no file size to record, which nearly
  // doubles the syncs per second.
  options.recycle_log_file_num = 4;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_total_wal_size = 128 * kMiB;  // small, so that recycled ones come soon
  options.bytes_per_sync = kMiB;
  options.max_open_files = 512;
  // Bodies that came one after the other are often read so: the kernel may read ahead.
  options.advise_random_on_open = false;
  options.info_log = make_info_log();
  return options;
}

rocksdb::ColumnFamilyOptions column_options(Column column, std::uint64_t cache_bytes) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  switch (column) {
    case Column::records:
      // A block that is larger than a shard is never kept, so the shards are few, and the indexes
      // and filters of large files in parts.
      table.block_cache = rocksdb::NewLRUCache(cache_bytes, kCacheShardBits);
      table.cache_index_and_filter_blocks = true;
      table.pin_l0_filter_and_index_blocks_in_cache = true;
      table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
      table.partition_filters = true;
      table.metadata_block_size = 16 << 10;
      // Most of what is read are runs of small records: a mailbox, its extracts.
      table.block_size = 16 << 10;
      table.pin_top_level_index_and_filter = true;
      options.write_buffer_size = 16 * kMiB;
      // Most new keys are the next of their table and account: the place is found from the last
      // one.
      options.memtable_insert_with_hint_prefix_extractor.reset(
          rocksdb::NewCappedPrefixTransform(keys::kTableAndAccount));
      options.compression = rocksdb::kLZ4Compression;
      options.bottommost_compression = rocksdb::kZSTD;
      break;
    case Column::bodies:
      options.write_buffer_size = 48 * kMiB;
      options.max_write_buffer_number = 3;
      options.enable_blob_files = true;
      options.min_blob_size = 0;
      options.blob_file_size = 128 * kMiB;
      options.blob_compression_type = rocksdb::kNoCompression;  // it is packed
      options.compaction_filter_factory = make_packer();
      // Bodies of the oldest files are moved when they happen to be compacted, or when so much in
      // these files is of bodies that have gone.
      options.enable_blob_garbage_collection = true;
      options.blob_garbage_collection_age_cutoff = 0.25;
      options.blob_garbage_collection_force_threshold = 0.4;
      break;
    case Column::bulk:
      table.block_size = 64 << 10;
      table.no_block_cache = true;
      options.write_buffer_size = kMiB;
      options.compression = rocksdb::kZSTD;
      options.compression_opts.level = 1;
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace freehold::store

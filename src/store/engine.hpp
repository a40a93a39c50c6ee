#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "store/batch.hpp"
#include "store/reader.hpp"

namespace freehold::store {

// Writes many ascending keys past the log, for what is too large for a batch: each byte goes to
// disk once. Nothing is visible before finish(); dropped unfinished, it leaves nothing. Blocks on
// the disk.
class BulkWriter {
 public:
  virtual ~BulkWriter() = default;
  [[nodiscard]] virtual Result<> put(std::string_view key, std::string_view value) = 0;
  // Makes all of it durable and visible.
  [[nodiscard]] virtual Result<> finish() = 0;
};

// One ordered key-value space on one disk (or, later, one database). Owned by the wiring, shared by
// every thread; it has to outlive all snapshots and commits.
class Engine {
 public:
  virtual ~Engine() = default;

  // The newest state, each call anew.
  [[nodiscard]] virtual const Reader& latest() const = 0;
  // The state of this moment, for as long as it is held.
  [[nodiscard]] virtual std::unique_ptr<Reader> snapshot() const = 0;

  // Makes the batch durable, then returns. Many waiting batches share one write and one sync.
  // Problem kinds: conflict (an assertion does not hold; nothing was changed), unavailable (disk
  // full or failing; nothing was acknowledged).
  virtual awaitable<Result<>> commit(Batch batch) = 0;
  // The same for callers that may block: tools and start-up.
  [[nodiscard]] virtual Result<> commit_blocking(Batch batch) = 0;

  [[nodiscard]] virtual Result<std::unique_ptr<BulkWriter>> bulk_writer() = 0;

  // Free space is below the watermark: accept nothing that makes the store grow. Cheap, asked per
  // command.
  [[nodiscard]] virtual bool disk_low() const = 0;

  // Bytes that the store occupies, and free bytes of its file system.
  struct Usage {
    std::uint64_t used = 0;
    std::uint64_t free = 0;
  };
  [[nodiscard]] virtual Usage usage() const = 0;
};

struct EngineSettings {
  std::filesystem::path folder;
  // disk_low() below this many free bytes.
  std::uint64_t low_disk_bytes = std::uint64_t{512} << 20;
  std::uint64_t cache_bytes = std::uint64_t{64} << 20;
};

// RocksDB in `folder`, made when it is not there and `create` is true. Checks the format version: a
// newer store is refused, an older one is upgraded. The Problem says what to do when another
// process has it open.
[[nodiscard]] Result<std::unique_ptr<Engine>> open_rocksdb(const EngineSettings& settings,
                                                           bool create);

}  // namespace freehold::store

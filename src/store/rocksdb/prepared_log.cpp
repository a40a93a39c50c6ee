#include "store/rocksdb/prepared_log.hpp"

#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <string>

namespace freehold::store {

namespace {

// Some thousand messages, or the days of a small box; written within some 20 ms.
constexpr std::size_t kPrepared = std::size_t{32} << 20;
constexpr std::size_t kPage = 4096;

class WithPreparedLog final : public rocksdb::FileSystemWrapper {
 public:
  WithPreparedLog() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "WithPreparedLog"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (name.ends_with(".log") && !prepared_.exchange(true)) {
      // So named, it goes at the next start should this one be cut off.
      const auto zeros = (std::filesystem::path(name).parent_path() / "incoming-log").string();
      // As RocksDB recycles a log: what is overwritten is told from what is new by the log's number
      // in each record. Without room for it the log begins empty.
      if (prepare(zeros, options, debug) &&
          target()->ReuseWritableFile(name, zeros, options, file, debug).ok())
        return rocksdb::IOStatus::OK();
      static_cast<void>(target()->DeleteFile(zeros, {}, debug));
    }
    return target()->NewWritableFile(name, options, file, debug);
  }

 private:
  bool prepare(const std::string& name, const rocksdb::FileOptions& options,
               rocksdb::IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    if (!target()->NewWritableFile(name, options, &file, debug).ok()) return false;
    // By pages, so that the kernel keeps it as pages: of a larger piece all counts as written when
    // a part of it is.
    const std::string zeros(kPage, '\0');
    for (std::size_t written = 0; written < kPrepared; written += zeros.size()) {
      if (!file->Append(zeros, {}, debug).ok()) return false;
    }
    return file->Fsync({}, debug).ok() && file->Close({}, debug).ok();
  }

  std::atomic<bool> prepared_{false};
};

}  // namespace

std::unique_ptr<rocksdb::Env> environment_with_prepared_log() {
  return rocksdb::NewCompositeEnv(std::make_shared<WithPreparedLog>());
}

}  // namespace freehold::store

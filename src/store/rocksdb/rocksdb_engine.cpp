#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/suspend.hpp"
#include "store/engine.hpp"
#include "store/format.hpp"
#include "store/rocksdb/columns.hpp"
#include "store/rocksdb/committer.hpp"
#include "store/rocksdb/prepared_log.hpp"

namespace freehold::store {

namespace fs = std::filesystem;

namespace {

using Handles = std::vector<rocksdb::ColumnFamilyHandle*>;

void must_read(const rocksdb::Status& status) {
  if (!status.ok()) throw ReadError("the store cannot be read: " + status.ToString());
}

// Reads at a snapshot, or the newest state when there is none.
class RocksReader : public Reader {
 public:
  RocksReader(rocksdb::DB& db, const Handles& columns) : db_(db), columns_(columns) {}

  std::optional<std::string> get(std::string_view key) const override {
    rocksdb::PinnableSlice value;
    const auto status = db_.Get(options_, column(key), key, &value);
    if (status.IsNotFound()) return std::nullopt;
    must_read(status);
    return std::string(value.data(), value.size());
  }

  std::vector<std::optional<std::string>> multi_get(
      std::span<const std::string> keys) const override {
    std::vector<rocksdb::ColumnFamilyHandle*> columns;
    std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    for (const auto& key : keys) columns.push_back(column(key));
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_.MultiGet(options_, keys.size(), columns.data(), slices.data(), values.data(),
                 statuses.data());
    std::vector<std::optional<std::string>> out(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      must_read(statuses[i]);
      out[i].emplace(values[i].data(), values[i].size());
    }
    return out;
  }

  void scan(const Range& range, const Visit& visit) const override {
    const rocksdb::Slice end(range.end);
    auto options = options_;
    if (!range.end.empty()) options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(options, column(range.begin)));
    for (it->Seek(range.begin); it->Valid(); it->Next()) {
      if (!visit(it->key().ToStringView(), it->value().ToStringView())) return;
    }
    must_read(it->status());
  }

  void scan_backwards(const Range& range, const Visit& visit) const override {
    const rocksdb::Slice begin(range.begin), end(range.end);
    auto options = options_;
    options.iterate_lower_bound = &begin;
    if (!range.end.empty()) options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(options, column(range.begin)));
    for (it->SeekToLast(); it->Valid(); it->Prev()) {
      if (!visit(it->key().ToStringView(), it->value().ToStringView())) return;
    }
    must_read(it->status());
  }

 protected:
  rocksdb::ColumnFamilyHandle* column(std::string_view key) const {
    return columns_[static_cast<std::size_t>(column_of(key))];
  }

  rocksdb::DB& db_;
  const Handles& columns_;
  rocksdb::ReadOptions options_;
};

class SnapshotReader final : public RocksReader {
 public:
  SnapshotReader(rocksdb::DB& db, const Handles& columns) : RocksReader(db, columns) {
    options_.snapshot = db_.GetSnapshot();
  }
  ~SnapshotReader() override { db_.ReleaseSnapshot(options_.snapshot); }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;
};

class IngestWriter final : public BulkWriter {
 public:
  IngestWriter(rocksdb::DB& db, rocksdb::ColumnFamilyHandle& column, fs::path file)
      : db_(db),
        column_(column),
        file_(std::move(file)),
        writer_(rocksdb::EnvOptions(), db.GetOptions(&column), &column) {}
  ~IngestWriter() override {
    std::error_code ignored;
    fs::remove(file_, ignored);
  }
  IngestWriter(const IngestWriter&) = delete;
  IngestWriter& operator=(const IngestWriter&) = delete;

  Result<> open() { return checked(writer_.Open(file_.string())); }
  Result<> put(std::string_view key, std::string_view value) override {
    return checked(writer_.Put(key, value));
  }
  Result<> finish() override {
    if (auto closed = checked(writer_.Finish()); !closed) return closed;
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    return checked(db_.IngestExternalFile(&column_, {file_.string()}, options));
  }

 private:
  static Result<> checked(const rocksdb::Status& status) {
    if (status.ok()) return {};
    return problem(Problem::Kind::unavailable, "the store could not write: " + status.ToString(),
                   {}, "look at the free space of the data folder's file system");
  }

  rocksdb::DB& db_;
  rocksdb::ColumnFamilyHandle& column_;
  fs::path file_;
  rocksdb::SstFileWriter writer_;
};

class RocksEngine final : public Engine {
 public:
  RocksEngine(EngineSettings settings, std::unique_ptr<rocksdb::Env> environment,
              std::unique_ptr<rocksdb::DB> db, Handles columns)
      : settings_(std::move(settings)),
        environment_(std::move(environment)),
        db_(std::move(db)),
        columns_(std::move(columns)),
        latest_(*db_, columns_),
        committer_(std::in_place, *db_, columns_) {}

  ~RocksEngine() override {
    committer_.reset();
    for (auto* column : columns_) db_->DestroyColumnFamilyHandle(column);
    db_->Close();
  }
  RocksEngine(const RocksEngine&) = delete;
  RocksEngine& operator=(const RocksEngine&) = delete;

  const Reader& latest() const override { return latest_; }
  std::unique_ptr<Reader> snapshot() const override {
    return std::make_unique<SnapshotReader>(*db_, columns_);
  }

  awaitable<Result<>> commit(Batch batch) override {
    Result<> outcome;
    co_await suspend([this, &batch, &outcome](Resume resume) {
      committer_->submit(std::move(batch),
                         [&outcome, resume = std::move(resume)](Result<> result) mutable {
                           outcome = std::move(result);
                           resume();
                         });
    });
    co_return outcome;
  }

  Result<> commit_blocking(Batch batch) override {
    std::promise<Result<>> promise;
    auto future = promise.get_future();
    committer_->submit(std::move(batch),
                       [&promise](Result<> result) { promise.set_value(std::move(result)); });
    return future.get();
  }

  Result<std::unique_ptr<BulkWriter>> bulk_writer() override {
    auto& column = *columns_[static_cast<std::size_t>(Column::bulk)];
    auto writer = std::make_unique<IngestWriter>(
        *db_, column, settings_.folder / ("incoming-" + hex(random_bytes(8)) + ".sst"));
    if (auto opened = writer->open(); !opened) return opened.error();
    return std::unique_ptr<BulkWriter>(std::move(writer));
  }

  bool disk_low() const override {
    using namespace std::chrono;
    const auto now = duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
    if (now - measured_at_.load(std::memory_order_relaxed) > 200) {
      measured_at_.store(now, std::memory_order_relaxed);
      low_.store(free_bytes() < settings_.low_disk_bytes, std::memory_order_relaxed);
    }
    return low_.load(std::memory_order_relaxed);
  }

  Usage usage() const override {
    Usage usage;
    usage.free = free_bytes();
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(settings_.folder, ignored)) {
      if (entry.is_regular_file(ignored)) usage.used += entry.file_size(ignored);
    }
    return usage;
  }

 private:
  std::uint64_t free_bytes() const {
    struct statvfs fs{};
    if (::statvfs(settings_.folder.c_str(), &fs) != 0) return 0;
    return std::uint64_t{fs.f_bavail} * fs.f_frsize;
  }

  EngineSettings settings_;
  std::unique_ptr<rocksdb::Env> environment_;
  std::unique_ptr<rocksdb::DB> db_;
  Handles columns_;
  RocksReader latest_;
  mutable std::atomic<std::int64_t> measured_at_{0};
  mutable std::atomic<bool> low_{false};
  std::optional<Committer> committer_;
};

Problem open_problem(const rocksdb::Status& status, const fs::path& folder) {
  const auto text = status.ToString();
  // Not any "lock": a damaged file tells of its "block".
  if (status.IsIOError() && text.find("/LOCK") != std::string::npos) {
    return problem(Problem::Kind::unavailable, "the store is in use by another process",
                   folder.string(),
                   "stop the running server, or let it do the work: see `freehold --help`");
  }
  if (status.IsInvalidArgument() && text.find("does not exist") != std::string::npos) {
    return problem(Problem::Kind::not_found, "there is no store here", folder.string(),
                   "make one with `freehold setup`");
  }
  return problem(Problem::Kind::corrupt, "the store cannot be opened: " + text, folder.string(),
                 "look at the disk; restore from a backup if files are damaged");
}

void remove_unfinished_files(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with("incoming-"))
      unfinished.push_back(entry.path());
  }
  for (const auto& file : unfinished) fs::remove(file, ignored);
}

}  // namespace

Result<std::unique_ptr<Engine>> open_rocksdb(const EngineSettings& settings, bool create) {
  std::error_code error;
  if (create) fs::create_directories(settings.folder, error);
  auto environment = environment_with_prepared_log();
  auto options = database_options();
  options.env = environment.get();
  options.create_if_missing = create;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < kColumns; ++i) {
    descriptors.emplace_back(kColumnNames[i],
                             column_options(static_cast<Column>(i), settings.cache_bytes));
  }
  Handles handles;
  rocksdb::DB* raw = nullptr;
  const auto status =
      rocksdb::DB::Open(options, settings.folder.string(), descriptors, &handles, &raw);
  if (!status.ok()) return open_problem(status, settings.folder);
  remove_unfinished_files(settings.folder);
  auto engine = std::make_unique<RocksEngine>(
      settings, std::move(environment), std::unique_ptr<rocksdb::DB>(raw), std::move(handles));
  if (auto ready = prepare_format(*engine); !ready) return ready.error();
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace freehold::store

#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "store/engine.hpp"

namespace freehold::store::testing {

// A folder for one test's files, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "freehold-store-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] inline EngineSettings small_settings(const std::filesystem::path& folder) {
  EngineSettings settings;
  settings.folder = folder;
  settings.low_disk_bytes = 0;
  settings.cache_bytes = std::uint64_t{1} << 20;
  return settings;
}

// A real engine in a folder of its own.
class TemporaryStore {
 public:
  TemporaryStore() { open(); }

  // Closed and opened again: only what is on disk is left.
  void reopen() {
    engine_.reset();
    open();
  }
  void close() { engine_.reset(); }

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  void open() {
    auto opened = open_rocksdb(small_settings(folder_.path()), true);
    if (!opened) throw std::runtime_error(opened.error().text());
    engine_ = std::move(*opened);
  }

  TemporaryFolder folder_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace freehold::store::testing

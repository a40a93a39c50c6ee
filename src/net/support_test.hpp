#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/awaitable.hpp"

namespace freehold::net {

// For tests: runs coroutines together in one event loop of the calling thread until all have ended;
// what one throws is a test failure.
void run_for_test(std::vector<std::function<awaitable<void>()>> coroutines);

// A folder for one test's files, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

}  // namespace freehold::net

#include "net/support_test.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <mutex>

namespace freehold::net {

namespace {

using Loop = std::unique_ptr<boost::asio::io_context>;

// The loops that are not running now. They are never destroyed: whoever woke a test's last
// coroutine from another thread may still be on the way out of its post() when the test is over.
struct IdleLoops {
  std::mutex mutex;
  pid_t process = getpid();
  std::vector<Loop> loops;

  static IdleLoops& instance() {
    static IdleLoops& all = *new IdleLoops;
    return all;
  }

  Loop take() {
    const std::lock_guard lock(mutex);
    if (loops.empty() || process != getpid()) return std::make_unique<boost::asio::io_context>(1);
    Loop loop = std::move(loops.back());
    loops.pop_back();
    loop->restart();
    return loop;
  }

  void put(Loop loop) {
    const std::lock_guard lock(mutex);
    loops.push_back(std::move(loop));
  }
};

void report(const std::exception_ptr& thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
}

}  // namespace

void run_for_test(std::vector<std::function<awaitable<void>()>> coroutines) {
  Loop loop = IdleLoops::instance().take();
  for (const auto& coroutine : coroutines) boost::asio::co_spawn(*loop, coroutine(), report);
  loop->run();
  IdleLoops::instance().put(std::move(loop));
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "freehold-net-XXXXXX").string();
  const char* made = mkdtemp(pattern.data());
  EXPECT_NE(made, nullptr);
  folder_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace freehold::net

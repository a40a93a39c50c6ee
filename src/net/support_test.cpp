#include "net/support_test.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

namespace freehold::net {

void run_for_test(std::vector<std::function<awaitable<void>()>> coroutines) {
  boost::asio::io_context context;
  for (const auto& coroutine : coroutines) {
    boost::asio::co_spawn(context, coroutine(), [](std::exception_ptr thrown) {
      if (!thrown) return;
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
      }
    });
  }
  context.run();
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

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>

#include "net/stream.hpp"
#include "net/support_test.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
namespace errc = boost::system::errc;

TEST(MemoryStream, CarriesMoreThanItHolds) {
  auto [here, there] = memory_streams();
  const std::string sent(1'000'000, 'x');
  std::size_t received = 0;
  run_for_test({[&]() -> awaitable<void> {
                  co_await there->write(sent, after(5s));
                  there->close();
                },
                [&]() -> awaitable<void> {
                  char buffer[10'000];
                  while (true) {
                    const auto count = co_await here->read_some(buffer, after(5s));
                    if (!count) {
                      EXPECT_EQ(count.error(), boost::asio::error::eof);
                      break;
                    }
                    received += *count;
                  }
                }});
  EXPECT_EQ(received, sent.size());
}

TEST(MemoryStream, WaitsEndAsTheirCommentsSay) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    char byte;
    const auto late = co_await here->read_some({&byte, 1}, after(5ms));
    EXPECT_EQ(late.error(), errc::timed_out);
    const auto full = co_await here->write(std::string(1'000'000, 'x'), after(5ms));
    EXPECT_EQ(full.error(), errc::timed_out);
    here->interrupt();
    const auto wake = co_await here->wait_readable(after(5s));
    EXPECT_EQ(*wake, Wake::interrupted);
    here->cancel();
    const auto cancelled = co_await here->read_some({&byte, 1}, after(5s));
    EXPECT_EQ(cancelled.error(), errc::operation_canceled);
    there.reset();
    const auto broken = co_await here->write("x", after(5s));
    EXPECT_EQ(broken.error(), errc::broken_pipe);
  }});
}

TEST(MemoryStream, IsInterruptedWhileItWaits) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
                  const auto wake = co_await here->wait_readable(after(5s));
                  EXPECT_EQ(*wake, Wake::interrupted);
                },
                [&]() -> awaitable<void> {
                  here->interrupt();
                  co_return;
                }});
}

}  // namespace
}  // namespace freehold::net

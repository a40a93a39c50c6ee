#include "net/server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/asio/error.hpp>
#include <fstream>
#include <future>

#include "net/connector.hpp"
#include "net/line_reader.hpp"
#include "net/listener.hpp"
#include "net/socket_address.hpp"
#include "net/support_test.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
constexpr auto kLong = 20s;

const Endpoint kAnyPort{IpAddress::v4({127, 0, 0, 1}), 0};

// Answers each line with itself; "bye" ends it.
awaitable<void> echo(Stream& stream, Session& session) {
  LineReader lines(stream, 1000);
  session.on_drain([&stream] { stream.interrupt(); });
  while (!session.draining()) {
    const IoResult<Wake> wake = co_await lines.wait_readable(after(kLong));
    if (!wake || *wake == Wake::interrupted) break;
    const IoResult<std::string_view> line = co_await lines.read_line(after(kLong));
    if (!line || *line == "bye") break;
    const std::string answer = std::string(*line) + "\r\n";
    const IoResult<> written = co_await stream.write(answer, after(kLong));
    if (!written) break;
  }
  co_await stream.write("goodbye\r\n", after(kLong));
}

ListenerSettings listener(const std::string& name) { return {name, kAnyPort, nullptr, {}, {}}; }

ServerSettings settings() {
  ServerSettings all;
  all.threads = 2;
  return all;
}

// One line there, one back.
awaitable<std::string> ask(Stream& stream, std::string line) {
  LineReader lines(stream, 1000);
  const IoResult<> written = co_await stream.write(line + "\r\n", after(kLong));
  if (!written) co_return written.error().message();
  const IoResult<std::string_view> answer = co_await lines.read_line(after(kLong));
  co_return answer ? std::string(*answer) : answer.error().message();
}

TEST(Server, ServesManyConnectionsInAllItsThreads) {
  Server server(settings());
  ASSERT_TRUE(server.listen(listener("echo"), echo));
  server.start();
  const Endpoint at = *server.bound("echo");
  std::atomic<int> right = 0;
  const auto client = [&]() -> awaitable<void> {
    auto stream = co_await connect(at, after(kLong));
    EXPECT_TRUE(stream);
    for (int i = 0; i < 20; ++i) {
      const std::string text = "line " + std::to_string(i);
      const std::string answer = co_await ask(**stream, text);
      right += answer == text;
    }
  };
  run_for_test(std::vector<std::function<awaitable<void>()>>(50, client));
  EXPECT_EQ(right, 50 * 20);
}

TEST(Server, DrainEndsAnIdleSessionWithItsGoodbye) {
  Server server(settings());
  ASSERT_TRUE(server.listen(listener("echo"), echo));
  server.start();
  std::string goodbye;
  run_for_test({[&]() -> awaitable<void> {
    auto stream = co_await connect(*server.bound("echo"), after(kLong));
    EXPECT_EQ(co_await ask(**stream, "hello"), "hello");
    const auto draining = std::async([&] { server.drain(); });
    goodbye = co_await ask(**stream, "");
  }});
  EXPECT_EQ(goodbye, "goodbye");
}

}  // namespace
}  // namespace freehold::net

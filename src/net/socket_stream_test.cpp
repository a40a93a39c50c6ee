#include "net/socket_stream.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include "net/connector.hpp"
#include "net/descriptor.hpp"
#include "net/socket_address.hpp"
#include "net/support_test.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
namespace errc = boost::system::errc;

using Pair = std::pair<std::unique_ptr<SocketStream>, std::unique_ptr<SocketStream>>;

awaitable<Pair> connected_pair() {
  const auto executor = co_await boost::asio::this_coro::executor;
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  co_return Pair{std::make_unique<SocketStream>(executor, ends[0], Endpoint{}, Endpoint{}),
                 std::make_unique<SocketStream>(executor, ends[1], Endpoint{}, Endpoint{})};
}

// A story about two ends in one loop.
void with_pair(const std::function<awaitable<void>(SocketStream&, SocketStream&)>& story) {
  run_for_test({[&]() -> awaitable<void> {
    Pair pair = co_await connected_pair();
    co_await story(*pair.first, *pair.second);
  }});
}

TEST(SocketStream, CarriesBytesAndTheEnd) {
  with_pair([](SocketStream& here, SocketStream& there) -> awaitable<void> {
    char buffer[100];
    co_await here.write("hello", after(5s));
    const auto count = co_await there.read_some(buffer, after(5s));
    EXPECT_EQ(std::string_view(buffer, *count), "hello");
    here.close();
    const auto end = co_await there.read_some(buffer, after(5s));
    EXPECT_EQ(end.error(), boost::asio::error::eof);
  });
}

TEST(SocketStream, ASilentPeerIsGivenUpAndCanBeToldSo) {
  with_pair([](SocketStream& here, SocketStream& there) -> awaitable<void> {
    char buffer[100];
    const auto late = co_await here.read_some(buffer, after(10ms));
    EXPECT_EQ(late.error(), errc::timed_out);
    const auto late_wait = co_await here.wait_readable(after(10ms));
    EXPECT_EQ(late_wait.error(), errc::timed_out);
    const auto goodbye = co_await here.write("goodbye", after(5s));
    EXPECT_TRUE(goodbye);
    const auto count = co_await there.read_some(buffer, after(5s));
    EXPECT_EQ(std::string_view(buffer, *count), "goodbye");
  });
}

TEST(SocketStream, AShorterDeadlineAfterALongerOneHolds) {
  with_pair([](SocketStream& here, SocketStream& there) -> awaitable<void> {
    char buffer[100];
    there.interrupt();
    co_await there.write("x", after(5s));
    co_await here.read_some(buffer, after(1h));
    here.interrupt();
    co_await here.wait_readable(after(1h));
    const auto late = co_await here.read_some(buffer, after(10ms));
    EXPECT_EQ(late.error(), errc::timed_out);
  });
}

TEST(SocketStream, AWriteToAPeerThatDoesNotReadTimesOutForGood) {
  with_pair([](SocketStream& here, SocketStream&) -> awaitable<void> {
    const std::string much(8'000'000, 'x');
    const auto late = co_await here.write(much, after(10ms));
    EXPECT_EQ(late.error(), errc::timed_out);
    const auto again = co_await here.write("x", after(5s));
    EXPECT_EQ(again.error(), errc::timed_out);
  });
}

// Reads until `size` bytes have come.
awaitable<void> swallow(Stream& stream, std::size_t size) {
  std::string buffer(65536, '\0');
  for (std::size_t total = 0; total < size;) {
    const auto count = co_await stream.read_some(buffer, after(20s));
    if (!count) {
      ADD_FAILURE() << count.error().message();
      co_return;
    }
    total += *count;
  }
}

TEST(SocketStream, ReadsAndWritesAtTheSameTime) {
  const std::string much(
      3'000'000,
      'x');  // more than the kernel holds: each write has to wait for the other's reading
  Pair pair;
  int busy = 4;
  const auto done = [&] {
    if (--busy == 0) pair = {};  // while the loop still runs
  };
  const auto pour = [&](Stream& stream) -> awaitable<void> {
    const auto sent = co_await stream.write(much, after(20s));
    EXPECT_TRUE(sent);
    done();
  };
  const auto drink = [&](Stream& stream) -> awaitable<void> {
    co_await swallow(stream, much.size());
    done();
  };
  run_for_test({[&]() -> awaitable<void> {
                  pair = co_await connected_pair();
                  co_await pour(*pair.first);
                },
                [&]() -> awaitable<void> { co_await pour(*pair.second); },
                [&]() -> awaitable<void> { co_await drink(*pair.first); },
                [&]() -> awaitable<void> { co_await drink(*pair.second); }});
}

TEST(SocketStream, InterruptEndsTheWaitUnderWayOrTheNext) {
  std::unique_ptr<SocketStream> here;
  run_for_test({[&]() -> awaitable<void> {
                  Pair pair = co_await connected_pair();
                  here = std::move(pair.first);
                  const auto under_way = co_await here->wait_readable(after(20s));
                  EXPECT_EQ(*under_way, Wake::interrupted);
                  here->interrupt();
                  const auto next = co_await here->wait_readable(after(20s));
                  EXPECT_EQ(*next, Wake::interrupted);
                  co_await pair.second->write("x", after(20s));
                  const auto readable = co_await here->wait_readable(after(20s));
                  EXPECT_EQ(*readable, Wake::readable);
                  here.reset();
                },
                [&]() -> awaitable<void> {
                  here->interrupt();
                  co_return;
                }});
}

TEST(SocketStream, CancelEndsTheReadUnderWayAndLaterOnesButNoWrite) {
  std::unique_ptr<SocketStream> here;
  run_for_test({[&]() -> awaitable<void> {
                  Pair pair = co_await connected_pair();
                  here = std::move(pair.first);
                  char buffer[10];
                  const auto under_way = co_await here->read_some(buffer, after(20s));
                  EXPECT_EQ(under_way.error(), errc::operation_canceled);
                  const auto next = co_await here->wait_readable(after(20s));
                  EXPECT_EQ(next.error(), errc::operation_canceled);
                  const auto goodbye = co_await here->write("goodbye", after(20s));
                  EXPECT_TRUE(goodbye);
                  here.reset();
                },
                [&]() -> awaitable<void> {
                  here->cancel();
                  co_return;
                }});
}

TEST(SocketStream, ACloseWithUnreadInputDoesNotLoseTheGoodbye) {
  with_pair([](SocketStream& here, SocketStream& there) -> awaitable<void> {
    co_await there.write(std::string(10'000, 'x'), after(5s));
    co_await here.write("goodbye", after(5s));
    here.close();
    char buffer[100];
    const auto count = co_await there.read_some(buffer, after(5s));
    EXPECT_EQ(std::string_view(buffer, count.value()), "goodbye");
  });
}

TEST(Connector, TellsARefusedConnection) {
  Descriptor bound(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));  // bound, but not listening
  const SocketAddress any(Endpoint{IpAddress::v4({127, 0, 0, 1}), 0});
  ASSERT_EQ(bind(bound.get(), any.get(), any.size()), 0);
  const Endpoint at = SocketAddress::local(bound.get()).endpoint();
  run_for_test({[&]() -> awaitable<void> {
    const auto refused = co_await connect(at, after(5s));
    EXPECT_EQ(refused.error(), errc::connection_refused);
    const auto no_file = co_await connect_unix("/nonexistent/socket", after(5s));
    EXPECT_EQ(no_file.error(), errc::no_such_file_or_directory);
    const auto too_long = co_await connect_unix(std::string(200, 'x'), after(5s));
    EXPECT_EQ(too_long.error(), errc::filename_too_long);
  }});
}

TEST(Connector, ConnectsFromTheGivenAddress) {
  Descriptor listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress any(Endpoint{IpAddress::v4({127, 0, 0, 1}), 0});
  ASSERT_EQ(bind(listening.get(), any.get(), any.size()), 0);
  ASSERT_EQ(listen(listening.get(), 1), 0);
  const Endpoint at = SocketAddress::local(listening.get()).endpoint();
  run_for_test({[&]() -> awaitable<void> {
    const auto stream = co_await connect(at, after(5s), IpAddress::v4({127, 0, 0, 7}));
    EXPECT_EQ((*stream)->local().address.text(), "127.0.0.7");
    EXPECT_EQ((*stream)->peer(), at);
  }});
}

}  // namespace
}  // namespace freehold::net

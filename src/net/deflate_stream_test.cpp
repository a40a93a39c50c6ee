#include "net/deflate_stream.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <boost/asio/error.hpp>

#include "net/line_reader.hpp"
#include "net/support_test.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
namespace errc = boost::system::errc;

// As a client would have it: one deflate stream, flushed or finished.
std::string packed(std::string_view text, int flush = Z_SYNC_FLUSH) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, flush);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

struct Pair {
  Pair() {
    auto [one, other] = memory_streams();
    below = std::move(one);
    peer = std::move(other);
    stream = std::make_unique<DeflateStream>(*below);
  }
  std::unique_ptr<Stream> below, peer;
  std::unique_ptr<DeflateStream> stream;
};

awaitable<std::string> read_all(Stream& stream) {
  std::string all;
  char buffer[7000];
  while (true) {
    const auto count = co_await stream.read_some(buffer, after(5s));
    if (!count) {
      EXPECT_EQ(count.error(), boost::asio::error::eof);
      co_return all;
    }
    all.append(buffer, *count);
  }
}

TEST(DeflateStream, PassesEverythingOnUntilItIsStarted) {
  Pair pair;
  run_for_test({[&]() -> awaitable<void> {
    EXPECT_TRUE(co_await pair.peer->write("plain\r\n", after(5s)));
    LineReader reader(*pair.stream, 100);
    const auto line = co_await reader.read_line(after(5s));
    EXPECT_EQ(*line, "plain");
    EXPECT_TRUE(co_await pair.stream->write("too", after(5s)));
    char buffer[10];
    const auto count = co_await pair.peer->read_some(buffer, after(5s));
    EXPECT_EQ(std::string_view(buffer, *count), "too");
  }});
}

TEST(DeflateStream, TwoOfThemUnderstandEachOther) {
  Pair pair;
  DeflateStream other(*pair.peer);
  pair.stream->start({});
  other.start({});
  std::string sent;  // compresses badly, and is more than any buffer
  for (unsigned i = 0, x = 7; i < 700'000; ++i) {
    x = x * 1'103'515'245 + 12'345;
    sent.push_back(static_cast<char>(x >> 24));
  }
  std::string got;
  run_for_test({[&]() -> awaitable<void> {
                  for (std::size_t at = 0; at < sent.size(); at += 90'000) {
                    EXPECT_TRUE(co_await other.write(sent.substr(at, 90'000), after(5s)));
                  }
                  other.close();
                },
                [&]() -> awaitable<void> { got = co_await read_all(*pair.stream); }});
  EXPECT_TRUE(got == sent);
}

TEST(DeflateStream, EachWriteIsThereWhenItIsDone) {
  Pair pair;
  DeflateStream other(*pair.peer);
  pair.stream->start({});
  other.start({});
  run_for_test({[&]() -> awaitable<void> {
    for (const std::size_t size : {1UL, 100UL, 16'384UL, 16'385UL, 100'000UL}) {
      const std::string text(size, 'x');
      EXPECT_TRUE(co_await pair.stream->write(text, after(5s)));
      std::string got;
      while (got.size() < size) {
        char buffer[5000];
        const auto count = co_await other.read_some(buffer, after(1s));
        if (!count) {
          ADD_FAILURE() << size << ": " << count.error().message();
          co_return;
        }
        got.append(buffer, *count);
      }
      EXPECT_EQ(got, text);
    }
  }});
}

TEST(DeflateStream, UnpacksWhatCameEarly) {
  Pair pair;
  const auto bytes = packed("first\r\nsecond\r\n");
  pair.stream->start(bytes.substr(0, 5));
  run_for_test({[&]() -> awaitable<void> {
    EXPECT_TRUE(co_await pair.peer->write(bytes.substr(5), after(5s)));
    LineReader reader(*pair.stream, 100);
    const auto first = co_await reader.read_line(after(5s));
    EXPECT_EQ(*first, "first");
    const auto second = co_await reader.read_line(after(5s));
    EXPECT_EQ(*second, "second");
  }});
}

TEST(DeflateStream, ABombIsReadInPieces) {
  Pair pair;
  pair.stream->start({});
  const auto bomb = packed(std::string(8 << 20, 'a') + "\r\nNOOP\r\n");
  ASSERT_LT(bomb.size(), 20'000U);
  run_for_test({[&]() -> awaitable<void> {
    EXPECT_TRUE(co_await pair.peer->write(bomb, after(5s)));
    LineReader reader(*pair.stream, 1000);
    const auto line = co_await reader.read_line(after(5s));
    EXPECT_EQ(line.error(), LineError::too_long);
    EXPECT_LE(reader.buffered().size(), 1000U);
    const auto next = co_await reader.read_line(after(5s));
    EXPECT_EQ(*next, "NOOP");
  }});
}

TEST(DeflateStream, IsNotReadableBeforeThereIsAByte) {
  Pair pair;
  pair.stream->start({});
  run_for_test({[&]() -> awaitable<void> {
    // An empty block: bytes on the wire, and nothing in them.
    EXPECT_TRUE(co_await pair.peer->write(packed(""), after(5s)));
    const auto late = co_await pair.stream->wait_readable(after(20ms));
    EXPECT_EQ(late.error(), errc::timed_out);
    pair.stream->interrupt();
    const auto wake = co_await pair.stream->wait_readable(after(5s));
    EXPECT_EQ(*wake, Wake::interrupted);
  }});
}

TEST(DeflateStream, WaitingLosesNothing) {
  Pair pair;
  pair.stream->start({});
  run_for_test({[&]() -> awaitable<void> {
    EXPECT_TRUE(co_await pair.peer->write(packed("DONE\r\n"), after(5s)));
    for (int i = 0; i < 3; ++i) {
      const auto wake = co_await pair.stream->wait_readable(after(5s));
      EXPECT_EQ(*wake, Wake::readable);
    }
    char buffer[1];
    std::string got;
    for (int i = 0; i < 6; ++i) {
      const auto count = co_await pair.stream->read_some(buffer, after(5s));
      got.append(buffer, *count);
      if (i == 5) break;
      const auto wake = co_await pair.stream->wait_readable(after(5s));
      EXPECT_EQ(*wake, Wake::readable);
    }
    EXPECT_EQ(got, "DONE\r\n");
  }});
}

TEST(DeflateStream, TellsWhatIsNoDeflate) {
  Pair pair;
  pair.stream->start({});
  run_for_test({[&]() -> awaitable<void> {
    EXPECT_TRUE(co_await pair.peer->write("\xff\xff plain text", after(5s)));
    const auto wake = co_await pair.stream->wait_readable(after(5s));
    EXPECT_EQ(*wake, Wake::readable);
    char buffer[10];
    const auto count = co_await pair.stream->read_some(buffer, after(5s));
    EXPECT_EQ(count.error(), errc::bad_message);
    // A goodbye is possible.
    EXPECT_TRUE(co_await pair.stream->write("* BYE\r\n", after(5s)));
  }});
}

TEST(DeflateStream, EndsWithThePeersStream) {
  Pair pair;
  pair.stream->start(packed("all of it", Z_FINISH));
  run_for_test({[&]() -> awaitable<void> {
    const auto all = co_await read_all(*pair.stream);
    EXPECT_EQ(all, "all of it");
  }});
}

}  // namespace
}  // namespace freehold::net

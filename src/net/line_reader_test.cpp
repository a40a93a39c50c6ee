#include "net/line_reader.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>

#include "net/support_test.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;

// What a reader of lines of at most 10 bytes makes of `input`: the lines, and errors in
// parentheses.
std::vector<std::string> lines_of(const std::string& input, std::size_t piece) {
  auto [here, there] = memory_streams();
  std::vector<std::string> lines;
  const auto writer = [&]() -> awaitable<void> {
    for (std::size_t at = 0; at < input.size(); at += piece) {
      co_await there->write(std::string_view(input).substr(at, piece), after(5s));
    }
    there->close();
  };
  const auto reader = [&]() -> awaitable<void> {
    LineReader reader(*here, 10);
    while (true) {
      const auto line = co_await reader.read_line(after(5s));
      if (!line && line.error() == boost::asio::error::eof) break;
      lines.push_back(line ? std::string(*line) : "(" + line.error().message() + ")");
    }
  };
  run_for_test({reader, writer});
  return lines;
}

TEST(LineReader, TellsLinesApart) {
  const std::string too_long = "(the line is too long)";
  const std::string bare_cr = "(CR without LF in a line)";
  const std::string bare_lf = "(LF without CR)";
  const std::pair<std::string, std::vector<std::string>> table[] = {
      {"", {}},
      {"one\r\ntwo\r\n", {"one", "two"}},
      {"\r\n\r\n", {"", ""}},
      {"unfinished", {}},
      {"one\r\nunfinished\r", {"one"}},
      {"12345678\r\nok\r\n", {"12345678", "ok"}},
      {"123456789\r\nok\r\n", {too_long, "ok"}},
      {std::string(100'000, 'x') + "\r\nok\r\n", {too_long, "ok"}},
      {"a\nb\r\nok\r\n", {bare_lf, "b", "ok"}},
      {"\nok\r\n", {bare_lf, "ok"}},
      {"a\rb\r\nok\r\n", {bare_cr, "ok"}},
      {"a\r\r\nok\r\n", {bare_cr, "ok"}},
      {"\r\r\r\n", {bare_cr}},
      {"a\rb\nok\r\n", {bare_cr, "ok"}},
      {std::string("a\0b\r\n", 5), {std::string("a\0b", 3)}},
  };
  for (const auto& [input, lines] : table) {
    for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 4096UL}) {
      if (input.size() > 1000 && piece < 7) continue;
      EXPECT_EQ(lines_of(input, piece), lines) << input.substr(0, 40) << " by " << piece;
    }
  }
}

TEST(LineReader, GivesCountedBytesBetweenLines) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    LineReader reader(*here, 100);
    co_await there->write("LITERAL 5\r\nab\ncdNEXT\r\n", after(5s));
    const auto first = co_await reader.read_line(after(5s));
    EXPECT_EQ(*first, "LITERAL 5");
    const auto chunk = co_await reader.read_chunk(5, after(5s));
    EXPECT_EQ(*chunk, "ab\ncd");
    EXPECT_EQ(reader.buffered(), "NEXT\r\n");
    reader.consume(2);
    const auto last = co_await reader.read_line(after(5s));
    EXPECT_EQ(*last, "XT");
    EXPECT_EQ(reader.buffered(), "");
  }});
}

TEST(LineReader, TakesBackTheEndOfAChunk) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    LineReader reader(*here, 100);
    co_await there->write("body\r\n.\r\nQUIT\r\n", after(5s));
    const auto chunk = co_await reader.read_chunk(1000, after(5s));
    EXPECT_EQ(chunk->size(), 15U);
    reader.put_back(6);
    const auto line = co_await reader.read_line(after(5s));
    EXPECT_EQ(*line, "QUIT");
  }});
}

TEST(LineReader, ForgetsWhatWasPipelinedWhenAsked) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    LineReader reader(*here, 100);
    co_await there->write("STARTTLS\r\nINJECTED\r\n", after(5s));
    const auto line = co_await reader.read_line(after(5s));
    EXPECT_EQ(*line, "STARTTLS");
    reader.discard();
    co_await there->write("EHLO\r\n", after(5s));
    const auto next = co_await reader.read_line(after(5s));
    EXPECT_EQ(*next, "EHLO");
  }});
}

TEST(LineReader, KeepsWhatHasComeWhenADeadlineIsOver) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    LineReader reader(*here, 100);
    co_await there->write("half ", after(5s));
    const auto none = co_await reader.read_line(after(10ms));
    EXPECT_EQ(none.error(), boost::system::errc::timed_out);
    co_await there->write("and half\r\n", after(5s));
    const auto line = co_await reader.read_line(after(5s));
    EXPECT_EQ(*line, "half and half");
  }});
}

TEST(LineReader, LeavesAnInterruptionToTheSession) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    LineReader reader(*here, 100);
    here->interrupt();
    co_await there->write("line\r\n", after(5s));
    const auto line = co_await reader.read_line(after(5s));
    EXPECT_EQ(*line, "line");
    const auto wake = co_await reader.wait_readable(after(5s));
    EXPECT_EQ(*wake, Wake::interrupted);
  }});
}

}  // namespace
}  // namespace freehold::net

#include "smtp/data_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "net/dot_stuffer.hpp"

namespace freehold::smtp {
namespace {

using namespace std::string_literals;

class Collected final : public TextSink {
 public:
  void text(std::string_view span) override { all += span; }
  std::string all;
};

struct Outcome {
  std::string text;
  std::size_t used = 0;
  bool ended = false;
  TextFlaw flaw = TextFlaw::none;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view input, std::size_t piece) {
  DataReader reader;
  Collected sink;
  std::size_t used = 0;
  while (used < input.size() && !reader.ended()) {
    used += reader.feed(input.substr(used, piece), sink);
  }
  return {sink.all, used, reader.ended(), reader.flaw()};
}

struct Case {
  std::string input;
  std::string text;
  bool ended;
  TextFlaw flaw;
};

TEST(DataReader, EndsAtItsEndMarkOnly) {
  constexpr auto fine = TextFlaw::none;
  constexpr auto bare = TextFlaw::bare_line_end;
  const Case table[] = {
      {".\r\n", "", true, fine},
      {"a\r\n.\r\n", "a\r\n", true, fine},
      {"..\r\n.\r\n", ".\r\n", true, fine},
      {"..a\r\n...\r\n.b\r\n.\r\n", ".a\r\n..\r\nb\r\n", true, fine},
      {"a.\r\n.\r\n", "a.\r\n", true, fine},
      {"\r\n.\r\n", "\r\n", true, fine},
      {"a", "a", false, fine},
      {"a\r\n.", "a\r\n", false, fine},
      {"a\r\n.\r", "a\r\n", false, fine},
      {"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", true, bare},
      {"a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", true, bare},
      {"a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", true, bare},
      {"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", true, bare},
      {"a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", true, bare},
      {"a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n", true, bare},
      {"a\r\r\n.\r\n", "a\r\r\n", true, bare},
      {"a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", true, bare},
      {"a\r\n\n.\r\nb\r\n.\r\n", "a\r\n\n.\r\nb\r\n", true, bare},
      {".\n.\r\n.\r\n", "\n.\r\n", true, bare},
      {"a\0b\r\n.\r\n"s, "a\0b\r\n"s, true, TextFlaw::nul},
      {"a\0\n\r\n.\r\n"s, "a\0\n\r\n"s, true, bare},
      {"a\n\0\r\n.\r\n"s, "a\n\0\r\n"s, true, bare},
      {"a\r\n.\r\n\0"s, "a\r\n", true, fine},
  };
  for (const Case& c : table) {
    const std::string follows = c.ended ? "RSET\r\n" : "";
    const Outcome whole = read(c.input + follows, 1000);
    EXPECT_EQ(whole.text, c.text) << c.input;
    EXPECT_EQ(whole.ended, c.ended) << c.input;
    EXPECT_EQ(whole.flaw, c.flaw) << c.input;
    if (c.ended && !c.input.ends_with('\0')) {
      EXPECT_EQ(whole.used, c.input.size()) << c.input;
    }
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 2, 3, 5}) {
      EXPECT_EQ(read(c.input + follows, piece), whole) << c.input << " in pieces of " << piece;
    }
  }
}

TEST(ChunkCheck, FindsTheSameFlaws) {
  const std::pair<std::string, TextFlaw> table[] = {
      {"a\r\nb", TextFlaw::none},
      {"a\nb", TextFlaw::bare_line_end},
      {"a\rb", TextFlaw::bare_line_end},
      {"a\r", TextFlaw::bare_line_end},
      {"\r\r\n", TextFlaw::bare_line_end},
      {"a\0b"s, TextFlaw::nul},
      {"\0\n"s, TextFlaw::bare_line_end},
      {"\n\0"s, TextFlaw::bare_line_end},
      {"", TextFlaw::none},
      {"\r\n\r\n", TextFlaw::none},
  };
  for (const auto& [text, flaw] : table) {
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 2, 100}) {
      ChunkCheck check;
      for (std::size_t at = 0; at < text.size(); at += piece) check.feed(text.substr(at, piece));
      check.finish();
      EXPECT_EQ(check.flaw(), flaw) << text;
    }
  }
}

TEST(DotStuffer, IsUndoneByTheReader) {
  for (const std::string& text :
       {""s, "a\r\n"s, ".\r\n"s, "..\r\n.\r\n"s, "a\r\n.\r\nb\r\n"s, "\r\n"s, ".a\r\n..b\r\n"s}) {
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 2, 100}) {
      net::DotStuffer stuffer;
      std::string sent;
      for (std::size_t at = 0; at < text.size(); at += piece) {
        stuffer.add(std::string_view(text).substr(at, piece), sent);
      }
      stuffer.finish(sent);
      const Outcome got = read(sent, 100);
      EXPECT_EQ(got, (Outcome{text, sent.size(), true, TextFlaw::none}));
    }
  }
}

TEST(DotStuffer, SendsNoLoneLineEnds) {
  const std::pair<std::string, std::string> table[] = {
      {"a", "a\r\n.\r\n"},
      {"a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"},
      {"a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"},
      {"a\r\r\n", "a\r\n\r\n.\r\n"},
      {"a\r", "a\r\n.\r\n"},
  };
  for (const auto& [text, wire] : table) {
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 100}) {
      net::DotStuffer stuffer;
      std::string sent;
      for (std::size_t at = 0; at < text.size(); at += piece) {
        stuffer.add(std::string_view(text).substr(at, piece), sent);
      }
      stuffer.finish(sent);
      EXPECT_EQ(sent, wire);
    }
  }
}

}  // namespace
}  // namespace freehold::smtp

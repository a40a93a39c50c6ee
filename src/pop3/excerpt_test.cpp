#include "pop3/excerpt.hpp"

#include <gtest/gtest.h>

#include <string>

namespace freehold::pop3 {
namespace {

std::string shown(std::string_view message, std::uint64_t lines, std::size_t at_once) {
  Excerpt excerpt(lines);
  std::string out;
  while (!message.empty()) {
    const auto piece = message.substr(0, at_once);
    message.remove_prefix(piece.size());
    const auto part = excerpt.take(piece);
    out += part;
    if (part.size() < piece.size()) {
      EXPECT_TRUE(excerpt.complete());
    }
  }
  return out;
}

TEST(Excerpt, ShowsTheHeaderAndSomeLines) {
  struct {
    const char* message;
    std::uint64_t lines;
    const char* shown;
  } cases[] = {
      {"A: b\r\n\r\none\r\ntwo\r\n", 0, "A: b\r\n\r\n"},
      {"A: b\r\n\r\none\r\ntwo\r\n", 1, "A: b\r\n\r\none\r\n"},
      {"A: b\r\n\r\none\r\ntwo\r\n", 2, "A: b\r\n\r\none\r\ntwo\r\n"},
      {"A: b\r\n\r\none\r\ntwo\r\n", 99, "A: b\r\n\r\none\r\ntwo\r\n"},
      {"A: b\r\n\r\none\r\ntwo", 2, "A: b\r\n\r\none\r\ntwo"},
      {"A: b\r\n\r\n\r\n\r\nx\r\n", 2, "A: b\r\n\r\n\r\n\r\n"},
      {"A: b\n\none\ntwo\n", 1, "A: b\n\none\n"},
      {"A: b\r\nC: d\r\n", 5, "A: b\r\nC: d\r\n"},  // no body
      {"\r\nbody\r\nmore\r\n", 1, "\r\nbody\r\n"},  // no header
      {"", 3, ""},
      {"A: b\r\n\r\nx\ry\r\nz", 1, "A: b\r\n\r\nx\ry\r\n"},  // a lone CR ends no line
  };
  for (const auto& [message, lines, expected] : cases) {
    for (const std::size_t at_once : {1U, 2U, 3U, 7U, 1000U}) {
      EXPECT_EQ(shown(message, lines, at_once), expected) << lines << ", by " << at_once;
    }
  }
}

}  // namespace
}  // namespace freehold::pop3

#include "pop3/command.hpp"

#include <gtest/gtest.h>

#include <string>

namespace freehold::pop3 {
namespace {

TEST(Pop3Command, IsReadInEitherCase) {
  struct {
    const char* line;
    Verb verb;
    std::optional<std::uint64_t> message;
    std::uint64_t lines = 0;
  } cases[] = {
      {"STAT", Verb::stat, {}},       {"stat", Verb::stat, {}},
      {"quit ", Verb::quit, {}},      {"LIST", Verb::list, {}},
      {"LIST ", Verb::list, {}},      {"LIST 7", Verb::list, 7},
      {"Uidl 12", Verb::uidl, 12},    {"RETR 1", Verb::retr, 1},
      {"DELE 007", Verb::dele, 7},    {"top 3 0", Verb::top, 3, 0},
      {"TOP 3 10", Verb::top, 3, 10}, {"TOP 3 10  ", Verb::top, 3, 10},
      {"CAPA", Verb::capa, {}},       {"STLS", Verb::stls, {}},
      {"UTF8", Verb::utf8, {}},       {"NOOP", Verb::noop, {}},
      {"RSET", Verb::rset, {}},
  };
  for (const auto& [line, verb, message, lines] : cases) {
    const auto command = parse_command(line);
    EXPECT_EQ(command.complaint, "") << line;
    EXPECT_EQ(command.verb, verb) << line;
    EXPECT_EQ(command.message, message) << line;
    EXPECT_EQ(command.lines, lines) << line;
  }
}

TEST(Pop3Command, TakesNamesAndPasswordsAsTheyAre) {
  EXPECT_EQ(parse_command("USER anna@here.example").text, "anna@here.example");
  EXPECT_EQ(parse_command("PASS correct horse").text, "correct horse");
  EXPECT_EQ(parse_command("PASS  two spaces ").text, " two spaces ");
  EXPECT_EQ(parse_command("PASS k\xC3\xA4se").text, "k\xC3\xA4se");
}

TEST(Pop3Command, ReadsAuthWithAndWithoutAnInitialResponse) {
  const auto plain = parse_command("AUTH plain");
  EXPECT_EQ(plain.text, "PLAIN");
  EXPECT_FALSE(plain.initial);
  EXPECT_EQ(parse_command("AUTH PLAIN =").initial, "=");
  EXPECT_EQ(parse_command("AUTH PLAIN AGEAYg==").initial, "AGEAYg==");
}

TEST(Pop3Command, ComplainsOfWhatIsNone) {
  for (const std::string line : {"",
                                 " ",
                                 " STAT",
                                 "NONSENSE",
                                 "STATS",
                                 "STAT 1",
                                 "RETR",
                                 "RETR ",
                                 "RETR x",
                                 "RETR -1",
                                 "RETR +1",
                                 "RETR 1 2",
                                 "RETR 99999999999999999999",
                                 "LIST 1x",
                                 "LIST  1",
                                 "TOP",
                                 "TOP 1",
                                 "TOP 1 ",
                                 "TOP 1 x",
                                 "TOP 1 2 3",
                                 "USER",
                                 "USER ",
                                 "PASS",
                                 "AUTH",
                                 "AUTH ",
                                 "AUTH A B C",
                                 "APOP a b",
                                 "STLS x",
                                 "UTF8 x",
                                 "GET / HTTP/1.1"}) {
    EXPECT_NE(parse_command(line).complaint, "") << line;
  }
  EXPECT_NE(parse_command(std::string("STAT\0", 5)).complaint, "");
  EXPECT_NE(parse_command("PASS a\x1b[0m").complaint, "");
}

}  // namespace
}  // namespace freehold::pop3

#include "imap/lexer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freehold::imap {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using namespace std::string_literals;

TEST(Lexer, ReadsStringsInAllTheirForms) {
  const std::pair<std::string, std::string> table[] = {
      {"atom", "atom"},
      {"a]b", "a]b"},
      {"\"\"", ""},
      {"\"a b\"", "a b"},
      {R"("a\"b\\c")", R"(a"b\c)"},
      {"{0}\r\n", ""},
      {"{5}\r\na\r\n b", "a\r\n b"},
      {"{3+}\r\nabc", "abc"},
      {"~{3}\r\nabc", "abc"},
      {"\"\xC3\xBC\"", "\xC3\xBC"},
  };
  for (const auto& [text, value] : table) {
    Lexer lexer(text);
    EXPECT_EQ(lexer.astring(), value) << text;
    EXPECT_TRUE(lexer.done()) << text << ": " << lexer.error();
  }
}

TEST(Lexer, RefusesStringsThatAreNone) {
  for (const auto& text :
       {""s, " "s, "("s, "\""s, "\"a"s, "\"a\\"s, "\"a\\b\""s, "\"a\nb\""s, "\"a\0b\""s, "{"s,
        "{5}"s, "{5}\r\nabc"s, "{}\r\n"s, "{-1}\r\n"s, "{99999999999999999999}\r\n"s, "{3\r\nabc"s,
        "{3}\r\na\0b"s, "{x{3}\r\nabc"s}) {
    Lexer lexer(text);
    (void)lexer.astring();
    EXPECT_FALSE(lexer.done()) << text;
  }
}

TEST(Lexer, AnErrorSticks) {
  Lexer lexer("(a b");
  lexer.expect('[');
  EXPECT_TRUE(lexer.failed());
  const auto error = lexer.error();
  EXPECT_EQ(lexer.astring(), "");
  EXPECT_EQ(lexer.number(), 0U);
  EXPECT_FALSE(lexer.skip('('));
  EXPECT_FALSE(lexer.word("a"));
  EXPECT_TRUE(lexer.at_end());
  EXPECT_EQ(lexer.error(), error);
}

TEST(Lexer, TakesAWordOnlyWhole) {
  EXPECT_TRUE(Lexer("return (").word("RETURN"));
  EXPECT_TRUE(Lexer("RETURN").word("return"));
  EXPECT_FALSE(Lexer("RETURNS").word("RETURN"));
  EXPECT_FALSE(Lexer("RET").word("RETURN"));
}

TEST(Lexer, NilIsNoString) {
  EXPECT_EQ(Lexer("nil").nstring(), std::nullopt);
  EXPECT_EQ(Lexer("\"NIL\"").nstring(), "NIL");
}

TEST(Lexer, NumbersHaveTheirLimits) {
  EXPECT_EQ(Lexer("4294967295").number(), 4294967295U);
  EXPECT_EQ(Lexer("18446744073709551615").number64(), ~std::uint64_t{0});
  for (const auto* text : {"", "x", "-1", "4294967296", "18446744073709551616"}) {
    Lexer lexer(text);
    (void)lexer.number();
    EXPECT_TRUE(lexer.failed()) << text;
  }
}

TEST(Lexer, FindsALiteralAtTheEndOfALine) {
  const struct {
    const char* line;
    std::optional<std::pair<std::uint64_t, bool>> mark;
  } table[] = {
      {"a LOGIN {5}", {{5, true}}},
      {"a LOGIN {5+}", {{5, false}}},
      {"a APPEND x ~{5}", {{5, true}}},
      {"{0}", {{0, true}}},
      {"{999999999999}", {{999999999999, true}}},
      {"{9999999999999}", {}},
      {"{}", {}},
      {"{+}", {}},
      {"{5} ", {}},
      {"5}", {}},
      {"{ 5}", {}},
      {"", {}},
  };
  for (const auto& [line, wanted] : table) {
    const auto mark = literal_at_end(line);
    ASSERT_EQ(mark.has_value(), wanted.has_value()) << line;
    if (!mark) continue;
    EXPECT_EQ(mark->size, wanted->first) << line;
    EXPECT_EQ(mark->synchronizing, wanted->second) << line;
  }
}

TEST(SequenceSet, IsReadAndResolved) {
  using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  const struct {
    const char* text;
    std::uint32_t largest;
    Ranges ranges;
  } table[] = {
      {"1", 9, {{1, 1}}},
      {"3:1", 9, {{1, 3}}},
      {"5,1:2,2:3", 9, {{1, 3}, {5, 5}}},
      {"1,2,3", 9, {{1, 3}}},
      {"*", 9, {{9, 9}}},
      {"7:*", 9, {{7, 9}}},
      {"*:7", 9, {{7, 9}}},
      {"12:*", 9, {{9, 12}}},  // the largest is always in it
      {"4294967294", 9, {{4294967294, 4294967294}}},
      {"1:4294967294,4294967294", 9, {{1, 4294967294}}},
  };
  for (const auto& [text, largest, ranges] : table) {
    const auto set = SequenceSet::parse(text);
    ASSERT_TRUE(set) << text;
    EXPECT_EQ(set->resolved(largest).ranges, ranges) << text;
  }
  EXPECT_TRUE(SequenceSet::parse("$")->saved_result);
}

TEST(SequenceSet, RefusesWhatIsNone) {
  for (const auto* text : {"", "0", "01", ",", "1,", ",1", "1:", ":1", "1:2:3", "4294967296", "$,1",
                           "a", "1 2", "**", "-1"}) {
    EXPECT_FALSE(SequenceSet::parse(text)) << text;
  }
}

TEST(SequenceSet, KnowsWhatIsInIt) {
  const auto set = SequenceSet::parse("2:4,8,10:*")->resolved(12);
  for (const std::uint32_t in : {2U, 3U, 4U, 8U, 10U, 12U}) EXPECT_TRUE(set.contains(in)) << in;
  for (const std::uint32_t out : {0U, 1U, 5U, 9U, 13U}) EXPECT_FALSE(set.contains(out)) << out;
}

TEST(SequenceSet, IsWrittenAsShortAsCanBe) {
  const std::pair<std::vector<std::uint32_t>, std::string> table[] = {
      {{}, ""},
      {{1}, "1"},
      {{1, 2}, "1:2"},
      {{1, 2, 3, 7, 9, 10}, "1:3,7,9:10"},
      {{4294967294, 4294967295}, "4294967294:4294967295"},
  };
  for (const auto& [numbers, text] : table) EXPECT_EQ(format_set(numbers), text);
}

}  // namespace
}  // namespace freehold::imap

#include "base/log_line.hpp"

#include <gtest/gtest.h>

namespace freehold::log {
namespace {

constexpr Time kTime = from_millis(1'795'464'090'007);  // 2026-11-23T20:01:30.007Z

std::string text_of(std::string_view value) {
  const std::string line =
      text_line(kTime, Level::info, "e", std::initializer_list<Field>{{"k", value}});
  return line.substr(line.find("k=") + 2);
}

std::string json_of(const Field& field) {
  const std::string line = json_line(kTime, Level::info, "e", std::span(&field, 1));
  const std::size_t begin = line.find("\"k\":") + 4;
  return line.substr(begin, line.size() - begin - 1);
}

TEST(LogLine, AsText) {
  const std::initializer_list<Field> fields = {{"session", "ab12"},
                                               {"from", "<a@example.test>"},
                                               {"size", 42},
                                               {"tls", true},
                                               {"took", 0.5}};
  EXPECT_EQ(
      text_line(kTime, Level::info, "smtp.accepted", fields),
      "2026-11-23T20:01:30.007Z info smtp.accepted session=ab12 from=<a@example.test> size=42 "
      "tls=true took=0.5");
}

TEST(LogLine, AsJson) {
  const std::initializer_list<Field> fields = {
      {"session", "ab12"}, {"size", -1}, {"tls", false}, {"took", 0.5}};
  EXPECT_EQ(json_line(kTime, Level::error, "smtp.accepted", fields),
            R"({"time":"2026-11-23T20:01:30.007Z","level":"error","event":"smtp.accepted",)"
            R"("session":"ab12","size":-1,"tls":false,"took":0.5})");
}

TEST(LogLine, TextValuesStayOneWordOnOneLine) {
  EXPECT_EQ(text_of("plain"), "plain");
  EXPECT_EQ(text_of(""), R"("")");
  EXPECT_EQ(text_of("two words"), R"("two words")");
  EXPECT_EQ(text_of("a=b"), R"("a=b")");
  EXPECT_EQ(text_of("x\r\nforged"), R"("x\r\nforged")");
  EXPECT_EQ(text_of("say \"hi\" \\"), R"("say \"hi\" \\")");
  EXPECT_EQ(text_of("\x1b[31m"), R"("\x1b[31m")");
  EXPECT_EQ(text_of("\xc2\x9b"), R"("\xc2\x9b")");
  EXPECT_EQ(text_of("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(text_of("\xff\xc3"), R"("\xff\xc3")");
}

TEST(LogLine, JsonValuesAreAlwaysJson) {
  EXPECT_EQ(json_of({"k", "a\"b\\c\n"}), R"("a\"b\\c\u000a")");
  EXPECT_EQ(json_of({"k", "\xed\xa0\x80"}), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_of({"k", std::numeric_limits<double>::infinity()}), "null");
  EXPECT_EQ(json_of({"k", std::numeric_limits<std::int64_t>::min()}), "-9223372036854775808");
}

}  // namespace
}  // namespace freehold::log

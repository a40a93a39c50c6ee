#include "message/charset.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

using namespace std::string_view_literals;

TEST(Charset, ReadsTheCharsetsOfTheWorldAsTheyAreMeant) {
  struct Case {
    std::string_view bytes, charset, expected;
  };
  const Case cases[] = {
      {"plain", "us-ascii", "plain"},
      {"gr\xfc\xdf", "iso-8859-1", "grüß"},
      {"\x93hi\x94 \x80", "iso-8859-1", "“hi” €"},
      {"\x93hi\x94", "us-ascii", "“hi”"},
      {"gr\xc3\xbc", "us-ascii", "grü"},
      {"gr\xc3\xbc", "utf8", "grü"},
      {"gr\xc3\xbc", "UTF-8", "grü"},
      {"gr\xfc", "cp1252", "grü"},
      {"gr\xfc", "WINDOWS-1252", "grü"},
      {"\xa4", "iso-8859-15", "€"},
      {"\xc4\xe3\xba\xc3", "gb2312", "你好"},
      {"\xc4\xe3\xba\xc3", "GBK", "你好"},
      {"\xbe\xc8\xb3\xe7", "ks_c_5601-1987", "안녕"},
      {"\xbe\xc8\xb3\xe7", "euc-kr", "안녕"},
      {"\x82\xb1", "shift_jis", "こ"},
      {"\x1b$B$3\x1b(B", "iso-2022-jp", "こ"},
      {"\xa4\xb3", "euc-jp", "こ"},
      {"\xa7\x41", "big5", "你"},
      {"\xd0\xd2", "koi8-r", "пр"},
      {"\xef\xf0", "windows-1251", "пр"},
      {"gr\xfc", "no-such-charset", "grü"},
      {"gr\xc3\xbc", "", "grü"},
      {"gr\xc3\xbc", "unknown-8bit", "grü"},
      {"gr\xc3\xbc", "utf-8*de", "grü"},
  };
  for (const Case& c : cases) EXPECT_EQ(to_utf8(c.bytes, c.charset), c.expected) << c.charset;
}

TEST(Charset, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(to_utf8("a\xff"
                    "b",
                    "utf-8"),
            "a\uFFFDb");
  EXPECT_EQ(to_utf8("\xc3", "utf-8"), "\uFFFD");
  EXPECT_EQ(to_utf8("\xed\xa0\x80", "utf-8"), "\uFFFD");  // a surrogate
}

TEST(Charset, KnowsUtf8) {
  for (const auto good : {""sv, "a"sv, "ü€😀"sv, "0123456789ü"sv})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto bad : {"\xc0\xaf"sv, "\xe0\x80\xaf"sv, "\xf4\x90\x80\x80"sv, "\x80"sv,
                         "\xe2\x82"sv, "01234567\xff"sv}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(Charset, CutsBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("aü", 2), "a");
  EXPECT_EQ(utf8_prefix("aü", 3), "aü");
  EXPECT_EQ(utf8_count("aü€"), 3U);
}

}  // namespace
}  // namespace freehold::message

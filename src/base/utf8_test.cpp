#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace freehold {
namespace {

TEST(Utf8, TakesWellFormedTextOnly) {
  for (const std::string_view good : {"", "a", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x93\xAC"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\xAF", "\xED\xA0\x80",
                                     "\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\xFF", "a\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Utf8, TellsAsciiFromTheRest) {
  EXPECT_TRUE(is_ascii("plain"));
  EXPECT_FALSE(is_ascii("m\xC3\xBCnchen"));
}

TEST(Utf8, ATerminalIsToldNothingByWhatIsPrinted) {
  EXPECT_EQ(printable("m\xC3\xBCnchen\n\t\xF0\x9F\x93\xAC"), "m\xC3\xBCnchen\n\t\xF0\x9F\x93\xAC");
  EXPECT_EQ(printable("\x1B[2J\x07 \x7F \r"), "?[2J? ? ?");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m \xC2\xA0"),
            "?31m \xC2\xA0");  // CSI as one character
  EXPECT_EQ(printable("\xC3"), "?");
  EXPECT_EQ(printable("\xFFok\xE2\x82"), "?ok??");
}

}  // namespace
}  // namespace freehold

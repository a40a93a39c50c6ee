#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace freehold {
namespace {

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64(plain), coded);
    EXPECT_EQ(unbase64(coded), plain);
  }
}

TEST(Base64, RefusesWhatIsNotWellFormed) {
  for (const char* bad : {"Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zh==", "Zm9=", "Z g="}) {
    EXPECT_FALSE(unbase64(bad)) << bad;
  }
}

TEST(ParseNumber, TakesWholeDecimalNumbersOnly) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  for (const char* bad : {"", "-1", "+1", "1 ", " 1", "0x1", "18446744073709551616"}) {
    EXPECT_FALSE(parse_number(bad)) << bad;
  }
}

TEST(BigEndian, KeepsTheOrderOfNumbers) {
  std::string low, high;
  append_u64(low, 255);
  append_u64(high, 256);
  EXPECT_LT(low, high);
  EXPECT_EQ(read_u64(high), 256U);
}

TEST(Hex, ThereAndBack) {
  EXPECT_EQ(hex(std::string_view("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(unhex("00FF10"), std::string("\x00\xff\x10", 3));
  EXPECT_FALSE(unhex("0"));
  EXPECT_FALSE(unhex("zz"));
}

}  // namespace
}  // namespace freehold

#include "message/encoded_word.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

TEST(EncodedWord, IsDecodedForPeople) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain text", "plain text"},
      {"", ""},
      {"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"},
      {"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"},
      {"=?iso-8859-1?Q?a?=", "a"},
      {"=?iso-8859-1?Q?a?= b", "a b"},
      {"=?iso-8859-1?Q?a?= =?iso-8859-1?Q?b?=", "ab"},
      {"=?iso-8859-1?Q?a?=  =?utf-8?Q?b?=", "ab"},
      {"=?iso-8859-1?Q?a?=\r\n =?iso-8859-1?Q?b?=", "ab"},
      {"=?iso-8859-1?Q?a_b?=", "a b"},
      {"=?iso-8859-1?Q?a?= =?iso-8859-2?Q?_b?=", "a b"},
      {"=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"},
      {"=?utf-8?b?w7w=?= =?UTF-8?q?=C3=BC?=", "üü"},
      {"Re: =?utf-8?q?=C3=BC?= x", "Re: ü x"},
      {"x=?utf-8?q?=C3=BC?=y", "xüy"},
      {"=?utf-8?q?a?==?utf-8?q?b?=", "ab"},
      {"=?utf-8*de?q?=C3=BC?=", "ü"},
      {"=?utf-8?q?with space?=", "with space"},
      {"=?utf-8?x?abc?=", "=?utf-8?x?abc?="},
      {"=?utf-8?q?no end", "=?utf-8?q?no end"},
      {"=?utf-8?q", "=?utf-8?q"},
      {"=?", "=?"},
      {"=??q?a?=", "=??q?a?="},
      {"=?gb2312?B?xOO6ww==?=", "你好"},
      {"=?iso-2022-jp?B?GyRCJDMbKEI=?=", "こ"},
      {"gr\xc3\xbc", "grü"},
      {"gr\xfc", "grü"},
      {"folded\r\n text", "folded text"},
      {"=?utf-8?q?a=0D=0AX:_b?=", "a  X: b"},
      {"=?utf-8?q?trailing_?=x", "trailing x"},
  };
  for (const auto& [raw, expected] : cases) {
    EXPECT_EQ(decode_text(raw), expected) << raw;
  }
}

TEST(EncodedWord, LosesNothingOfACharacterThatIsSplitInBase64) {
  // "€" is E2 82 AC: the first word holds one byte, the second two.
  EXPECT_EQ(decode_text("=?utf-8?b?4g==?= =?utf-8?b?gqw=?="), "€");
}

TEST(EncodeText, LeavesAsciiAloneAndComesBack) {
  EXPECT_EQ(encode_text("Hello, world"), "Hello, world");
  EXPECT_EQ(encode_text("Hello Grüße und so"), "Hello =?utf-8?q?Gr=C3=BC=C3=9Fe?= und so");
  EXPECT_EQ(encode_text("a\r\nBcc: x"), "a  Bcc: x");
  std::string longer;
  for (int i = 0; i < 60; ++i) longer += "größer 你好 ";
  for (const std::string& text : {std::string("Grüße"), std::string("你好世界"),
                                  std::string("a =?utf-8?q?b?= c"), longer + "x"}) {
    const std::string coded = encode_text(text);
    EXPECT_EQ(decode_text(coded), text);
    for (std::size_t at = 0; at < coded.size();) {
      const std::size_t end = std::min(coded.find(' ', at), coded.size());
      EXPECT_LE(end - at, 60U);
      at = end + 1;
    }
  }
}

TEST(EncodePhrase, QuotesOrEncodes) {
  EXPECT_EQ(encode_phrase("John Doe"), "John Doe");
  EXPECT_EQ(encode_phrase("Doe, John"), "\"Doe, John\"");
  EXPECT_EQ(encode_phrase("John \"J\" Doe"), "\"John \\\"J\\\" Doe\"");
  EXPECT_EQ(encode_phrase("Müller"), "=?utf-8?q?M=C3=BCller?=");
  EXPECT_EQ(encode_phrase("Müller, A."), "=?utf-8?q?M=C3=BCller=2C_A=2E?=");
}

}  // namespace
}  // namespace freehold::message

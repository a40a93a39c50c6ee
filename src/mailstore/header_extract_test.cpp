#include "mailstore/header_extract.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freehold::mailstore {
namespace {

TEST(HeaderExtract, HasTheFieldsOfListsAsTheyCame) {
  const auto record = HeaderExtract::make(
      "Received: by x\r\n for y\r\nSUBJECT: long\r\n and folded\r\nX-Mailer: z\r\nfrom: "
      "a@b.test\r\n\r\n",
      "");
  ASSERT_TRUE(record);
  EXPECT_EQ(HeaderExtract(*record).lines(), "SUBJECT: long\r\n and folded\r\nfrom: a@b.test\r\n");
}

TEST(HeaderExtract, KnowsWhatItCannotAnswer) {
  const auto record =
      HeaderExtract::make("Subject: x\r\nX-Mailer: z\r\n\r\n", "Delivered-To: a@b.test\r\n");
  ASSERT_TRUE(record);
  const HeaderExtract extract(*record);
  EXPECT_TRUE(extract.answers({"Subject", "CC", "X-Nothing"}));
  EXPECT_FALSE(extract.answers({"Subject", "x-mailer"}));
  EXPECT_FALSE(extract.answers({"delivered-to"}));
}

TEST(HeaderExtract, IsNotMadeOfWhatIsTooMuch) {
  EXPECT_FALSE(HeaderExtract::make("References: " + std::string(5000, 'x') + "\r\n\r\n", ""));
  std::string many;
  for (int i = 0; i < 300; ++i) many += "X-" + std::to_string(i) + ": x\r\n";
  EXPECT_FALSE(HeaderExtract::make(many + "\r\n", ""));
  EXPECT_FALSE(HeaderExtract::make("Subject: cut", ""));
}

TEST(HeaderExtract, OfABrokenRecordNothingIsRead) {
  for (const std::string record : {"", "\x05", "\xff\x01\x02"}) {
    const HeaderExtract extract(record);
    EXPECT_EQ(extract.lines(), "");
    EXPECT_TRUE(extract.answers({"X-Mailer"}));
  }
}

}  // namespace
}  // namespace freehold::mailstore

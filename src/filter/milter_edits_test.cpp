#include "filter/milter_edits.hpp"

#include <gtest/gtest.h>

#include "filter/limits.hpp"

namespace freehold::filter::milter {
namespace {

using What = HeaderChange::What;

TEST(MilterEdits, WhatIsAddedStandsBeforeTheHeaderAndLeavesItAlone) {
  HeaderEdits edits("Subject: x\r\n");
  EXPECT_TRUE(edits.apply({What::add, 0, "X-A", "1"}, false));
  EXPECT_TRUE(edits.apply({What::insert, 0, "X-B", "2"}, false));
  EXPECT_TRUE(edits.apply({What::insert, 9, "X-C", "3"}, false));
  EXPECT_EQ(edits.added(), "X-B: 2\r\nX-A: 1\r\nX-C: 3\r\n");
  EXPECT_FALSE(edits.header_changed());
  EXPECT_EQ(edits.whole(), edits.added() + "Subject: x\r\n");
}

TEST(MilterEdits, TheNthFieldOfANameIsChanged) {
  HeaderEdits edits("Received: one\r\n\tfolded\r\nSubject: x\r\nRECEIVED: two\r\n");
  EXPECT_TRUE(edits.apply({What::change, 2, "Received", "new"}, false));
  EXPECT_EQ(edits.header(), "Received: one\r\n\tfolded\r\nSubject: x\r\nReceived: new\r\n");
  EXPECT_TRUE(edits.apply({What::change, 1, "received", ""}, false));
  EXPECT_EQ(edits.header(), "Subject: x\r\nReceived: new\r\n");
  EXPECT_TRUE(edits.header_changed());
}

TEST(MilterEdits, AFilterSeesAndChangesWhatAnotherHasAdded) {
  HeaderEdits edits("X-A: came\r\n");
  edits.apply({What::add, 0, "X-A", "added"}, false);
  edits.apply({What::change, 1, "X-A", "changed"}, false);
  EXPECT_EQ(edits.whole(), "X-A: changed\r\nX-A: came\r\n");
  edits.apply({What::change, 1, "X-A", ""}, false);
  EXPECT_EQ(edits.whole(), "X-A: came\r\n");
  EXPECT_FALSE(edits.header_changed());
}

TEST(MilterEdits, ToChangeWhatIsNotThereAddsItAndToRemoveItDoesNothing) {
  HeaderEdits edits("Subject: x\r\n");
  edits.apply({What::change, 1, "X-A", "1"}, false);
  edits.apply({What::change, 1, "X-B", ""}, false);
  EXPECT_EQ(edits.whole(), "X-A: 1\r\nSubject: x\r\n");
}

TEST(MilterEdits, WhatIsAddedIsBounded) {
  HeaderEdits edits("");
  std::string words;
  while (words.size() < kMaxMilterAdded / 2) words += "word\n ";
  EXPECT_TRUE(edits.apply({What::add, 0, "X-A", words}, false));
  EXPECT_FALSE(edits.apply({What::add, 0, "X-B", words}, false));
  EXPECT_EQ(edits.added().find("X-B"), std::string::npos);
}

TEST(MilterEdits, FoldsStayAndNothingBeginsAnotherField) {
  const std::pair<std::string, std::string> table[] = {
      {"plain", "X: plain\r\n"},
      {"two\n\tlines", "X: two\r\n\tlines\r\n"},
      {"two\r\n lines", "X: two\r\n lines\r\n"},
      {"evil\nBcc: all", "X: evil\r\n\tBcc: all\r\n"},
      {"evil\n\nbody", "X: evil\r\n\tbody\r\n"},
      {"gap\n \r\n\t more", "X: gap\r\n\t more\r\n"},
      {"end\r\n", "X: end\r\n"},
      {"bare\rcr", "X: barecr\r\n"},
  };
  for (const auto& [value, field] : table) EXPECT_EQ(milter_field("X", value, false), field);
  EXPECT_EQ(milter_field("X", " led", true), "X: led\r\n");
}

TEST(MilterEdits, ALineThatNoReaderTakesIsFolded) {
  std::string words;
  while (words.size() < 3000) words += "word ";
  const auto field = milter_field("X", words, false);
  for (std::size_t at = 0; at < field.size();) {
    const auto end = field.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 998U);
    at = end + 2;
  }
}

TEST(MilterEdits, ValuesAreShownAsFiltersKnowThem) {
  EXPECT_EQ(milter_value(" one\r\n\ttwo", false), "one\n\ttwo");
  EXPECT_EQ(milter_value(" one\r\n\ttwo", true), " one\n\ttwo");
}

}  // namespace
}  // namespace freehold::filter::milter

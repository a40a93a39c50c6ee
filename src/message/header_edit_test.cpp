#include "message/header_edit.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

constexpr std::string_view kBlock =
    "From: a@x.example\r\n"
    "Bcc: b@x.example,\r\n"
    "\tc@x.example\r\n"
    "Subject: Bcc: not this\r\n"
    "bcc : d@x.example\r\n"
    "\r\n";

TEST(HeaderEdit, FindsFieldsWhateverTheirCase) {
  EXPECT_TRUE(has_field(kBlock, "BCC"));
  EXPECT_TRUE(has_field(kBlock, "subject"));
  EXPECT_FALSE(has_field(kBlock, "Date"));
  EXPECT_FALSE(has_field("A: b\r\n\r\nDate: in the body\r\n", "Date"));
}

TEST(HeaderEdit, RemovesAllOfAFieldWithItsFolds) {
  EXPECT_EQ(without_field(kBlock, "bcc"), "From: a@x.example\r\nSubject: Bcc: not this\r\n\r\n");
  EXPECT_EQ(without_field(kBlock, "date"), kBlock);
  EXPECT_EQ(without_field("Bcc: x", "bcc"), "");
  EXPECT_EQ(without_field("\r\nBcc: body\r\n", "bcc"), "\r\nBcc: body\r\n");
  EXPECT_EQ(without_field("Bcc: x\n y\nA: b\n\n", "bcc"), "A: b\n\n");
}

TEST(HeaderEdit, RemovesWhatIsPickedByItsValue) {
  const auto from_c = [](std::string_view name, std::string_view value) {
    return name == "Bcc" && value.contains("c@");
  };
  EXPECT_EQ(without_fields(kBlock, from_c),
            "From: a@x.example\r\nSubject: Bcc: not this\r\nbcc : d@x.example\r\n\r\n");
}

TEST(HeaderEdit, AddsAtTopAndBottom) {
  EXPECT_EQ(with_field_at_top("A: b\r\n\r\n", "X: y"), "X: y\r\nA: b\r\n\r\n");
  EXPECT_EQ(with_field_at_bottom("A: b\r\n\r\n", "X: y\r\n"), "A: b\r\nX: y\r\n\r\n");
  EXPECT_EQ(with_field_at_bottom("A: b", "X: y"), "A: b\r\nX: y\r\n");
  EXPECT_EQ(with_field_at_bottom("\r\n", "X: y"), "X: y\r\n\r\n");
}

}  // namespace
}  // namespace freehold::message

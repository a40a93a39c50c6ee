#include "imap/message_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freehold::imap {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(MessageUrl, NamesAMessage) {
  const auto url = MessageUrl::parse("/INBOX/;UID=20");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->mailbox, "INBOX");
  EXPECT_FALSE(url->uid_validity);
  EXPECT_EQ(url->uid, 20U);
  EXPECT_EQ(url->section.what, Section::What::all);
  EXPECT_TRUE(url->section.part.empty());
}

TEST(MessageUrl, NamesAPartOfOne) {
  const auto url = MessageUrl::parse(
      "/Old%20mail/2020;UIDVALIDITY=385759045/;uid=3/;section=1.2.MIME/;partial=10.20");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->mailbox, "Old mail/2020");
  EXPECT_EQ(url->uid_validity, 385759045U);
  EXPECT_EQ(url->uid, 3U);
  EXPECT_THAT(url->section.part, ElementsAre(1, 2));
  EXPECT_EQ(url->section.what, Section::What::mime);
  EXPECT_THAT(*url->partial, Pair(10, 20));
}

TEST(MessageUrl, FieldsOfAHeader) {
  const auto url = MessageUrl::parse("/INBOX/;UID=1/;SECTION=HEADER.FIELDS%20(From%20To)");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->section.what, Section::What::header_fields);
  EXPECT_THAT(url->section.fields, ElementsAre("From", "To"));
}

TEST(MessageUrl, RefusesWhatIsNotOne) {
  for (const auto* text : {"",
                           "/",
                           "INBOX/;UID=1",
                           "//host/INBOX/;UID=1",
                           "imap://host/INBOX/;UID=1",
                           "/INBOX",
                           "/;UID=1",
                           "/INBOX/;UID=0",
                           "/INBOX/;UID=x",
                           "/INBOX/;UID=99999999999",
                           "/INBOX;UIDVALIDITY=/;UID=1",
                           "/%zz/;UID=1",
                           "/%ff/;UID=1",
                           "/a%2/;UID=1",
                           "/INBOX/;UID=1/;SECTION=",
                           "/INBOX/;UID=1/;SECTION=0",
                           "/INBOX/;UID=1/;SECTION=nothing",
                           "/INBOX/;UID=1/;PARTIAL=x",
                           "/INBOX/;UID=1/;PARTIAL=1.0",
                           "/INBOX/;UID=1/;SECTION=1/;WHAT=2"}) {
    EXPECT_FALSE(MessageUrl::parse(text)) << text;
  }
}

}  // namespace
}  // namespace freehold::imap

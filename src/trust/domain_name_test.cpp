#include "trust/domain_name.hpp"

#include <gtest/gtest.h>

namespace freehold::trust {
namespace {

TEST(DomainName, HasOneComparableForm) {
  EXPECT_EQ(comparable_domain("Mail.Example.COM."), "mail.example.com");
  EXPECT_EQ(comparable_domain("B\xC3\x9C"
                              "CHER.example"),
            "xn--bcher-kva.example");
  EXPECT_EQ(comparable_domain("xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(comparable_domain("_odd.-name.example"), "_odd.-name.example");
  for (const std::string_view bad : {"", ".", "a..b", "a b", "[192.0.2.1]", "x\xff.example"}) {
    EXPECT_FALSE(comparable_domain(bad)) << bad;
  }
  EXPECT_FALSE(comparable_domain(std::string(64, 'a') + ".example"));
}

TEST(DomainName, KnowsItsParts) {
  EXPECT_EQ(parent_domain("mail.example.com"), "example.com");
  EXPECT_EQ(parent_domain("com"), "");
  EXPECT_EQ(count_labels("mail.example.com"), 3U);
  EXPECT_EQ(count_labels("com"), 1U);
  EXPECT_EQ(count_labels(""), 0U);
  EXPECT_EQ(last_labels("mail.example.com", 2), "example.com");
  EXPECT_EQ(last_labels("example.com", 5), "example.com");
}

TEST(DomainName, IsWithinItselfAndWhatIsAbove) {
  EXPECT_TRUE(is_within("example.com", "EXAMPLE.com"));
  EXPECT_TRUE(is_within("a.b.example.com", "example.com"));
  EXPECT_FALSE(is_within("notexample.com", "example.com"));
  EXPECT_FALSE(is_within("com", "example.com"));
}

}  // namespace
}  // namespace freehold::trust

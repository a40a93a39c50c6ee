#include "directory/address.hpp"

#include <gtest/gtest.h>

namespace freehold::directory {
namespace {

TEST(Address, HasOneCanonicalForm) {
  const std::pair<std::string, std::string> table[] = {
      {"anna@example.org", "anna@example.org"},
      {"Anna@Example.ORG", "anna@example.org"},
      {"anna@example.org.", "anna@example.org"},
      {"anna+lists@example.org", "anna+lists@example.org"},
      {"a@b", "a@b"},
      {"anna@m\xC3\xBCnchen.example", "anna@xn--mnchen-3ya.example"},
      {"anna@M\xC3\x9CNCHEN.example", "anna@xn--mnchen-3ya.example"},
      {"anna@mu\xCC\x88nchen.example",
       "anna@xn--mnchen-3ya.example"},  // u and a combining diaeresis
      {"anna@XN--MNCHEN-3YA.example", "anna@xn--mnchen-3ya.example"},
      {"J\xC3\x96RG@example.org", "j\xC3\xB6rg@example.org"},
      {"jo\xCC\x88rg@example.org", "j\xC3\xB6rg@example.org"},
      {"\"a@b\"@example.org", "\"a@b\"@example.org"},
      {"_dmarc@_x.example.org", "_dmarc@_x.example.org"},
  };
  for (const auto& [text, canonical] : table) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text << ": " << address.error().text();
    EXPECT_EQ(address->text(), canonical);
    const auto again = Address::parse(canonical);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *address);
  }
}

TEST(Address, RefusesWhatIsNone) {
  const std::string table[] = {
      "",
      "anna",
      "@example.org",
      "anna@",
      "anna@.",
      "anna@example..org",
      "anna@.example.org",
      "anna@-example.org",
      "anna@example-.org",
      "anna@exa mple.org",
      "anna@[192.0.2.1]",
      "an\rna@example.org",
      "an\x7Fna@example.org",
      std::string("an\0na@example.org", 17),
      "an\xFFna@example.org",
      "anna@\xFF.org",
      "anna@xn--\x80.org",
      "anna@" + std::string(64, 'a') + ".org",
      std::string(65, 'a') + "@example.org",
      "anna@" + std::string(250, 'a') + ".org",
  };
  for (const auto& text : table) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, Problem::Kind::invalid);
  }
}

TEST(Address, ALocalPartThatGrowsInLowerCaseStaysWithinItsLimit) {
  std::string dotted;  // each two octets, three in lower case
  for (int i = 0; i < 32; ++i) dotted += "\xC4\xB0";
  const auto address = Address::parse(dotted + "@example.org");
  if (address) EXPECT_TRUE(Address::parse(address->text()));
}

TEST(Address, TheLongestOnesFit) {
  const std::string domain = std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                             std::string(63, 'c') + "." + std::string(61, 'd');
  EXPECT_TRUE(Address::parse(std::string(64, 'x') + "@" + domain));
  EXPECT_FALSE(Address::parse("x@" + domain + "d"));
}

TEST(Address, LosesItsTag) {
  const std::pair<std::string, std::string> table[] = {
      {"anna+lists@b.example", "anna@b.example"}, {"anna+a+b@b.example", "anna@b.example"},
      {"anna+@b.example", "anna@b.example"},      {"+anna@b.example", "+anna@b.example"},
      {"anna@b.example", "anna@b.example"},
  };
  for (const auto& [text, plain] : table) {
    EXPECT_EQ(Address::parse(text)->without_tag().text(), plain);
  }
}

TEST(Domain, IsShownWithItsOwnLetters) {
  EXPECT_EQ(display_domain("xn--mnchen-3ya.example"), "m\xC3\xBCnchen.example");
  EXPECT_EQ(display_domain("example.org"), "example.org");
  EXPECT_EQ(display_domain("xn--0.example"), "xn--0.example");
}

}  // namespace
}  // namespace freehold::directory

#include "trust/tag_list.hpp"

#include <gtest/gtest.h>

#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

std::string shown(std::string_view text) {
  const auto list = TagList::parse(text);
  if (!list) return "malformed";
  std::string out;
  for (const Tag& tag : list->tags()) {
    out += std::string(tag.name) + "=<" + std::string(tag.value) + ">";
  }
  return out;
}

TEST(TagList, IsReadInAllItsForms) {
  const std::pair<std::string, std::string> cases[] = {
      {"v=1; a=x", "v=<1>a=<x>"},
      {"v=1;a=x;", "v=<1>a=<x>"},
      {"v = 1 ;\r\n\ta\t=\r\n x y\r\n ; ", "v=<1>a=<x y>"},
      {"p=", "p=<>"},
      {"p=;k=rsa", "p=<>k=<rsa>"},
      {"p=ab=c==", "p=<ab=c==>"},
      {"p=a b\r\n c", "p=<a b\r\n c>"},
      {"", ""},
      {" \r\n ", ""},
      {"a=1;;b=2", "a=<1>b=<2>"},
      {"A=1;a=2", "A=<1>a=<2>"},
      {"a_1=z", "a_1=<z>"},
      {"n=\xc3\xbc", "n=<\xc3\xbc>"},
      {"a", "malformed"},
      {"a=1; b", "malformed"},
      {"=1", "malformed"},
      {"1a=1", "malformed"},
      {"a-b=1", "malformed"},
      {"a b=1", "malformed"},
      {"a=1;a=1", "malformed"},
      {std::string("a=1\0", 4), "malformed"},
      {"a=\x7f", "malformed"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(shown(text), expected) << text;
}

TEST(TagList, KnowsWhereAValueStands) {
  const std::string text = "a=1; b= x\r\n y ; c=2";
  const auto list = TagList::parse(text);
  const Tag* tag = list->find("b");
  EXPECT_EQ(tag->raw, " x\r\n y ");
  EXPECT_EQ(tag->raw.data() - text.data(), 7);
  EXPECT_EQ(list->find("d"), nullptr);
}

TEST(TagList, IsBounded) {
  std::string text;
  for (std::size_t i = 0; i < kMaxTags; ++i) text += "t" + std::to_string(i) + "=;";
  EXPECT_TRUE(TagList::parse(text));
  EXPECT_FALSE(TagList::parse(text + "more="));
}

TEST(TagList, ItemsOfAListLoseTheirWhiteSpace) {
  EXPECT_EQ(split_at(" a :b:\r\n c d", ':'), (std::vector<std::string_view>{"a", "b", "c d"}));
  EXPECT_EQ(split_at("", ':'), (std::vector<std::string_view>{""}));
}

TEST(TagList, Base64MayBeFoldedAndUnpadded) {
  EXPECT_EQ(unbase64_folded("YW\r\n\tJ j ZA = ="), "abcd");
  EXPECT_EQ(unbase64_folded("YWJjZA"), "abcd");
  EXPECT_EQ(unbase64_folded("YWJj"), "abc");
  EXPECT_EQ(unbase64_folded("YWJjZ"), std::nullopt);
  EXPECT_EQ(unbase64_folded("YW*j"), std::nullopt);
}

}  // namespace
}  // namespace freehold::trust

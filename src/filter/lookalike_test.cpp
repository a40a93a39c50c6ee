#include "filter/lookalike.hpp"

#include <gtest/gtest.h>

namespace freehold::filter {
namespace {

const KnownNames& known() {
  static const KnownNames names({{"Ann Miller", "Ann"}, {"mybank.example", "millers.example"}},
                                {{"Bob Smith"}, {"shopping.example", "xn--bcher-kva.example"}});
  return names;
}

// "lookalike_domain link_forged"
std::string findings(std::string_view name, std::string_view domain, std::vector<Link> links = {},
                     bool is_contact = false) {
  std::string out;
  for (const auto& finding : find_lookalikes(known(), {name, domain, is_contact}, links)) {
    out.append(out.empty() ? "" : " ").append(finding.name);
  }
  return out;
}

TEST(Lookalike, DomainsAreFoundByShapeAndByOneSlip) {
  struct Case {
    const char* domain;
    const char* like;
    bool confusable;
  };
  for (const auto& [domain, like, confusable] : std::initializer_list<Case>{
           {"rnybank.example", "mybank.example", true},
           {"mi11ers.example", "millers.example", true},
           {"xn--mybnk-6ve.example", "mybank.example", true},  // a Cyrillic a
           {"mybanc.example", "mybank.example", false},
           {"mybnak.test", "mybank.example", false},
           {"my-bank.example", "mybank.example", false},
           {"shoping.example", "shopping.example", false},
           {"mybank.example", "", false},
           {"mybank.test", "", false},
           {"other.example", "", false},
           {"", "", false},
       }) {
    const auto found = known().like(domain);
    EXPECT_EQ(found.domain, like) << domain;
    EXPECT_EQ(found.confusable, confusable) << domain;
  }
}

TEST(Lookalike, NamesThatShowAnotherAddressAreFound) {
  EXPECT_EQ(findings("ann@mybank.example", "evil.test"), "name_own_address");
  EXPECT_EQ(findings("Bank <service@bank.test>", "evil.test"), "name_address");
  EXPECT_EQ(findings("joe@evil.test", "mail.evil.test"), "");
  EXPECT_EQ(findings("Joe @ home", "evil.test"), "");
}

TEST(Lookalike, StrangersWithTheOwnersNameAreFound) {
  EXPECT_EQ(findings("Ann Miller", "evil.test"), "name_own_name");
  EXPECT_EQ(findings("\xd0\x90nn Miller", "evil.test"), "name_own_name") << "a Cyrillic A";
  EXPECT_EQ(findings("Ann Miller", "mybank.example"), "");
  EXPECT_EQ(findings("Ann", "evil.test"), "") << "a first name is many people's";
}

TEST(Lookalike, NamesOfContactsAtOtherAddressesAreFound) {
  EXPECT_EQ(findings("Bob Smith", "evil.test"), "name_contact");
  EXPECT_EQ(findings("B\xd0\xbe"
                     "b Smith",
                     "evil.test"),
            "name_contact")
      << "a Cyrillic o";
  EXPECT_EQ(findings("Bob Smith", "shopping.example"), "name_contact") << "a big provider's";
  EXPECT_EQ(findings("Bob Smith", "shopping.example", {}, true), "");
  EXPECT_EQ(findings("Bob Smith", "mybank.example"), "");
  EXPECT_EQ(findings("Bob Smithers", "evil.test"), "");
}

TEST(Lookalike, ContactsDomainsAreFoundToo) {
  EXPECT_EQ(findings("", "shoppinq.example"), "lookalike_domain");
  EXPECT_EQ(findings("", "a.test", {{"https://sh0pping.example/", "here"}}), "link_lookalike");
}

TEST(Lookalike, BrandsComeFromTheirOwnDomains) {
  EXPECT_EQ(findings("PayPal Service", "evil.test"), "name_brand");
  EXPECT_EQ(findings("PayPal", "mail.paypal.com"), "");
  EXPECT_EQ(findings("amazon.de", "amazon.de"), "");
  EXPECT_EQ(findings("Groups and pups", "evil.test"), "") << "ups is only part of a word";
}

TEST(Lookalike, KnownDomainsInFrontOfOthersAreFound) {
  EXPECT_EQ(findings("", "mybank.example.evil.test"), "embedded_domain");
  EXPECT_EQ(findings("", "www.mybank.example"), "");
}

TEST(Lookalike, LinksThatShowAnotherHostAreFound) {
  EXPECT_EQ(findings("", "a.test", {{"https://evil.test/", "www.mybank.example"}}), "link_forged");
  EXPECT_EQ(findings("", "a.test", {{"https://track.test/", "www.other.test/x"}}),
            "link_other_host");
  EXPECT_EQ(findings("", "a.test", {{"https://rnybank.example/", "here"}}), "link_lookalike");
  EXPECT_EQ(findings("", "a.test", {{"https://mybank.example/", "mybank.example"}}), "");
  EXPECT_EQ(findings("", "a.test", {{"mailto:a@b.test", "b.test"}}), "");
}

TEST(Lookalike, LinksThatHideWhereTheyLeadAreFound) {
  EXPECT_EQ(findings("", "a.test", {{"https://bank.test@evil.test/", "here"}}), "link_user");
  EXPECT_EQ(
      findings("", "a.test", {{"http://192.0.2.7/login", "here"}, {"http://0xC0000207/", ""}}),
      "link_address");
}

TEST(Lookalike, SlipsAreOneLetterOrOneSwap) {
  for (const auto& [a, b, near] : {std::tuple("abcde", "abcd", true),
                                   {"abcde", "abxde", true},
                                   {"abcde", "abdce", true},
                                   {"abcde", "xabcde", true},
                                   {"abcde", "abcde", false},
                                   {"abcde", "abxyz", false},
                                   {"abcde", "edcba", false},
                                   {"abc", "abcde", false},
                                   {"", "", false},
                                   {"", "a", true}}) {
    EXPECT_EQ(is_one_slip_away(a, b), near) << a << " " << b;
    EXPECT_EQ(is_one_slip_away(b, a), near) << a << " " << b;
  }
}

}  // namespace
}  // namespace freehold::filter

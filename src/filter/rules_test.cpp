#include "filter/rules.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::filter {
namespace {

using freehold::testing::run;

class RulesTest : public ::testing::Test {
 protected:
  void add(const RuleScope& scope, const std::string& pattern, bool allow) {
    ASSERT_TRUE(run(rules_.add(scope, pattern, allow, ""))) << pattern;
  }
  // "allow joe@x.example", "" for none.
  std::string match(const std::string& address, const char* client = "198.51.100.1") {
    const auto rule = rules_.match(
        ann_, "home.example",
        {.address = address, .envelope_sender = {}, .client = net::IpAddress::parse(client)});
    return rule ? (rule->allow ? "allow " : "block ") + rule->pattern : "";
  }

  store::testing::TemporaryStore store_;
  ManualClock clock_{from_millis(1'800'000'000'000)};
  Rules rules_{store_.engine(), clock_};
  AccountId ann_{7};
  RuleScope mine_ = RuleScope::of(ann_);
};

TEST(RulePatterns, AreKeptInOneForm) {
  struct Case {
    const char* given;
    const char* kept;  // "" for refused
  };
  for (const auto& [given, kept] : std::initializer_list<Case>{
           {" Joe@Example.COM ", "joe@example.com"},
           {"@Example.com", "example.com"},
           {".example.com", "example.com"},
           {"example.com.", "example.com"},
           {"b\xc3\xbc"
            "cher.example",
            "xn--bcher-kva.example"},
           {"192.0.2.7", "192.0.2.7/32"},
           {"192.0.2.7/24", "192.0.2.0/24"},
           {"2001:db8::1/32", "2001:db8::/32"},
           {"192.0.2.0/23", ""},
           {"0.0.0.0/0", ""},
           {"192.0.2.0/33", ""},
           {"joe@", ""},
           {"*", ""},
           {"a b.example", ""},
           {"", ""},
       }) {
    const auto pattern = canonical_pattern(given);
    EXPECT_EQ(pattern ? *pattern : std::string(), kept) << given;
  }
}

TEST_F(RulesTest, MatchAnAddressADomainAndWhatIsBelowIt) {
  add(mine_, "joe@x.example", true);
  add(mine_, "y.example", false);
  EXPECT_EQ(match("joe@x.example"), "allow joe@x.example");
  EXPECT_EQ(match("ann@x.example"), "");
  EXPECT_EQ(match("ann@mail.y.example"), "block y.example");
  EXPECT_EQ(match("ann@noty.example"), "");
}

TEST_F(RulesTest, MatchAClientsNetwork) {
  add(mine_, "192.0.2.0/24", true);
  add(mine_, "2001:db8::/32", false);
  EXPECT_EQ(match("a@b.example", "192.0.2.200"), "allow 192.0.2.0/24");
  EXPECT_EQ(match("a@b.example", "192.0.3.1"), "");
  EXPECT_EQ(match("a@b.example", "2001:db8:5::1"), "block 2001:db8::/32");
}

TEST_F(RulesTest, OfTheAccountCountBeforeTheDomainsBeforeTheBoxs) {
  add(RuleScope::box(), "joe@x.example", false);
  EXPECT_EQ(match("joe@x.example"), "block joe@x.example");
  add(RuleScope::of_domain("home.example"), "joe@x.example", true);
  EXPECT_EQ(match("joe@x.example"), "allow joe@x.example");
  add(mine_, "x.example", false);
  EXPECT_EQ(match("joe@x.example"), "block x.example");
}

TEST_F(RulesTest, OfAnotherAccountAreNotMine) {
  add(RuleScope::of(AccountId(8)), "x.example", false);
  add(RuleScope::of(AccountId(70)), "x.example", false);
  EXPECT_EQ(match("joe@x.example"), "");
}

TEST_F(RulesTest, MatchTheEnvelopesSenderToo) {
  add(mine_, "x.example", false);
  EXPECT_TRUE(rules_.match(ann_, "home.example",
                           {.address = "a@y.example", .envelope_sender = "b@x.example"}));
}

TEST_F(RulesTest, AreListedReplacedAndRemoved) {
  add(mine_, "x.example", false);
  add(mine_, "x.example", true);
  const auto rules = rules_.list(mine_);
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_TRUE(rules[0].allow);
  EXPECT_EQ(rules[0].created_at, clock_.now());
  EXPECT_TRUE(run(rules_.remove(mine_, "@X.example")));
  EXPECT_EQ(run(rules_.remove(mine_, "x.example")).error().kind, Problem::Kind::not_found);
  EXPECT_TRUE(rules_.list(mine_).empty());
}

TEST_F(RulesTest, AllOfAScopeAreRemovedTogether) {
  add(mine_, "x.example", false);
  add(RuleScope::box(), "x.example", false);
  ASSERT_TRUE(run(rules_.remove_all(mine_)));
  EXPECT_TRUE(rules_.list(mine_).empty());
  EXPECT_EQ(rules_.list(RuleScope::box()).size(), 1U);
}

}  // namespace
}  // namespace freehold::filter

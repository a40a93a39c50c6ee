#include "trust/spf_record.hpp"

#include <gtest/gtest.h>

#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

using Kind = SpfTerm::Kind;

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

TEST(SpfRecord, IsKnownByItsVersion) {
  for (const std::string_view good : {"v=spf1", "v=spf1 ", "v=spf1 -all", "V=SPF1 a"}) {
    EXPECT_TRUE(is_spf_record(good)) << good;
  }
  for (const std::string_view bad :
       {"", "v=spf", "v=spf10", "v=spf1\t-all", "v=spf1-all", " v=spf1", "v=spf2 a", "v=spf1,a"}) {
    EXPECT_FALSE(is_spf_record(bad)) << bad;
  }
}

TEST(SpfRecord, KeepsTheTermsInTheirOrder) {
  const auto record = parse_spf_record(
      "v=spf1  mx +a:b.example/24//64 ?include:c.example ~ptr -exists:%{i}.d.example "
      "ip4:192.0.2.0/24 IP6:2001:db8::/32 redirect=e.example exp=f.example other=x:y -ALL  ");
  ASSERT_TRUE(record);
  ASSERT_EQ(record->terms.size(), 8U);
  const std::pair<Kind, SpfResult> expected[] = {
      {Kind::mx, SpfResult::pass},         {Kind::a, SpfResult::pass},
      {Kind::include, SpfResult::neutral}, {Kind::ptr, SpfResult::softfail},
      {Kind::exists, SpfResult::fail},     {Kind::ip4, SpfResult::pass},
      {Kind::ip6, SpfResult::pass},        {Kind::all, SpfResult::fail}};
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(record->terms[i].kind, expected[i].first) << i;
    EXPECT_EQ(record->terms[i].result, expected[i].second) << i;
  }
  EXPECT_EQ(record->terms[1].domain_spec, "b.example");
  EXPECT_EQ(record->terms[1].v4_bits, 24U);
  EXPECT_EQ(record->terms[1].v6_bits, 64U);
  EXPECT_EQ(record->terms[1].text, "+a:b.example/24//64");
  EXPECT_EQ(record->redirect, "e.example");
  EXPECT_EQ(record->explanation, "f.example");
}

TEST(SpfRecord, TakesEveryFormOfAMechanism) {
  for (const std::string_view term : {"all",
                                      "+all",
                                      "a",
                                      "a/0",
                                      "a//0",
                                      "a/24//64",
                                      "a:x.example",
                                      "a:x.example/32",
                                      "a:x/y.example//128",
                                      "a:%{l/}",
                                      "mx",
                                      "mx:%{d}",
                                      "ptr",
                                      "ptr:x.example",
                                      "include:x.example",
                                      "exists:x.example",
                                      "ip4:1.2.3.4",
                                      "ip4:1.2.3.4/0",
                                      "ip6:::1",
                                      "ip6:::/0",
                                      "ip6:::ffff:1.2.3.4/128",
                                      "A:X.EXAMPLE",
                                      "x=",
                                      "a.b-c_d=%{d}",
                                      "x=y=z"}) {
    EXPECT_TRUE(parse_spf_record("v=spf1 " + std::string(term))) << term;
  }
}

TEST(SpfRecord, IsInvalidAsAWholeWithOneWrongTerm) {
  for (const std::string_view term : {"moo",
                                      "all.",
                                      "all:x.example",
                                      "all/8",
                                      "--all",
                                      "-",
                                      "=x",
                                      "1x=y",
                                      "-x=y",
                                      "a/",
                                      "a//",
                                      "a/33",
                                      "a//129",
                                      "a/024",
                                      "a/+1",
                                      "a/24/64",
                                      "a//64/24",
                                      "a:",
                                      "a:/24",
                                      "a:com",
                                      "a:1.2.3.4",
                                      "a:x.example:8080",
                                      "mx:",
                                      "ptr/0",
                                      "ptr:",
                                      "include",
                                      "include:",
                                      "include:x.example/24",
                                      "exists",
                                      "exists:",
                                      "exists:x.example/24",
                                      "ip4",
                                      "ip4:",
                                      "ip4:1.2.3",
                                      "ip4:1.2.3.4/33",
                                      "ip4:1.2.3.4/032",
                                      "ip4:1.2.3.4//32",
                                      "ip4:1.2.3.4:80",
                                      "ip4:::1",
                                      "ip4/24",
                                      "ip4:01.2.3.4",
                                      "ip4:1.2.3.4/",
                                      "ip6",
                                      "ip6:1.2.3.4",
                                      "ip6:::1/129",
                                      "ip6:::1//64",
                                      "ip6:x",
                                      "redirect:x.example",
                                      "redirect=",
                                      "redirect=x",
                                      "redirect=%{c}.example",
                                      "exp=",
                                      "exp=-all",
                                      "x=%",
                                      "x=a%(b)",
                                      "a:x.example\t",
                                      "\xC3\xA4",
                                      "a:x.ex\xC3\xA4mple",
                                      "redirect=a.example redirect=b.example",
                                      "exp=a.example EXP=b.example"}) {
    const auto record = parse_spf_record("v=spf1 ip4:192.0.2.1 " + std::string(term));
    EXPECT_FALSE(record) << term;
  }
}

TEST(SpfRecord, SaysWhichTermIsWrong) {
  EXPECT_EQ(parse_spf_record("v=spf1 a mo\x1bo -all").error().what, "'mo?o' is not a term of SPF");
}

TEST(SpfRecord, HasALimit) {
  std::string record = "v=spf1";
  while (record.size() < kMaxSpfRecord - 4) record += " all";
  EXPECT_TRUE(parse_spf_record(record));
  EXPECT_FALSE(parse_spf_record(record + " all all"));
}

TEST(SpfRecord, NetworksMatchTheirOwnFamilyOnly) {
  struct Case {
    std::string_view term;
    std::string_view client;
    bool matches;
  };
  const Case table[] = {
      {"ip4:192.0.2.0/24", "192.0.2.77", true},
      {"ip4:192.0.2.0/24", "192.0.3.77", false},
      {"ip4:192.0.2.128/25", "192.0.2.127", false},
      {"ip4:0.0.0.0/0", "198.51.100.1", true},
      {"ip4:0.0.0.0/0", "2001:db8::1", false},
      {"ip4:192.0.2.1", "::ffff:192.0.2.1", true},
      {"ip6:2001:db8::/32", "2001:db8:ffff::1", true},
      {"ip6:2001:db8::/33", "2001:db8:8000::1", false},
      {"ip6:2001:db8::1", "2001:db8::2", false},
      {"ip6:::/0", "2001:db8::1", true},
      {"ip6:::/0", "192.0.2.1", false},
      {"ip6:::ffff:192.0.2.1", "192.0.2.1", false},
      {"ip6:::ffff:192.0.2.1/0", "2001:db8::1", true},
      {"ip6:::ffff:192.0.2.1/80", "::1", true},
      {"ip6:::ffff:192.0.2.1/96", "::1", false},
  };
  for (const Case& c : table) {
    const std::string text = "v=spf1 " + std::string(c.term);
    const auto record = parse_spf_record(text);
    ASSERT_TRUE(record) << c.term;
    EXPECT_EQ(record->terms.at(0).network_contains(ip(c.client)), c.matches)
        << c.term << " " << c.client;
  }
}

}  // namespace
}  // namespace freehold::trust

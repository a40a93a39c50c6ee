#include "trust/spf_macro.hpp"

#include <gtest/gtest.h>

#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

using namespace std::chrono_literals;

SpfMacroValues values() {
  return {.sender = "strong-bad@email.example.com",
          .local_part = "strong-bad",
          .sender_domain = "email.example.com",
          .domain = "email.example.com",
          .client = net::IpAddress::parse("192.0.2.3").value(),
          .validated = "mx.example.org",
          .helo = "mail.example.net",
          .receiver_host = "here.example",
          .now = Time{1'700'000'000'999ms}};
}

// The table of RFC 7208, 7.4, and what it leaves out.
TEST(SpfMacro, ExpandsAsTheRfcHasIt) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
      {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
      {"%{p}", "mx.example.org"},
      {"%{h}", "mail.example.net"},
      {"%{L}%{S}", "strong-badstrong-bad%40email.example.com"},
      {"%{D99999999999999999999}", "email.example.com"},
      {"%{d0002}", "example.com"},
      {"%{DR}", "com.example.email"},
      {"a%%b%_c%-d.example", "a%b\\032c%20d.example"},
      {"a\\b.example", "a\\\\b.example"},
      {"%{d2}.com.", "example.com.com"},
      {"%{s@}", ""},
  };
  for (const auto& [text, expected] : table) {
    if (expected.empty()) {
      EXPECT_FALSE(is_spf_domain_spec(text)) << text;
    } else {
      EXPECT_TRUE(is_spf_domain_spec(text)) << text;
      EXPECT_EQ(expand_spf_domain(text, values()), expected) << text;
    }
  }
}

TEST(SpfMacro, WritesIpv6AsNibbles) {
  SpfMacroValues six = values();
  six.client = net::IpAddress::parse("2001:db8::cb01").value();
  EXPECT_EQ(expand_spf_domain("%{ir}.%{v}._spf.%{d2}", six),
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
  EXPECT_EQ(expand_spf_explanation("%{c}", six), "2001:db8::cb01");
}

TEST(SpfMacro, SplitsAtEachOfItsDelimiters) {
  SpfMacroValues tagged = values();
  tagged.local_part = "foo-bar+zip+quux";
  EXPECT_EQ(expand_spf_domain("%{l2r+-}.x.y", tagged), "bar.foo.x.y");
  EXPECT_EQ(expand_spf_domain("%{l+}.x.y", tagged), "foo-bar.zip.quux.x.y");
  tagged.local_part = "a..b";
  EXPECT_EQ(expand_spf_domain("%{l1}.x.y", tagged), "b.x.y");
}

TEST(SpfMacro, ExplanationsHaveThreeLettersMoreAndSpaces) {
  EXPECT_EQ(expand_spf_explanation("%{c} at %{t} by %{r}.", values()),
            "192.0.2.3 at 1700000000 by here.example.");
  SpfMacroValues anonymous = values();
  anonymous.receiver_host = "";
  EXPECT_EQ(expand_spf_explanation("%{r}", anonymous), "unknown");
  for (const std::string_view letter : {"c", "r", "t"}) {
    EXPECT_FALSE(is_spf_macro_string("%{" + std::string(letter) + "}")) << letter;
  }
}

TEST(SpfMacro, ExplanationsAreVisibleAsciiAndBounded) {
  EXPECT_FALSE(expand_spf_explanation("\xEF\xBB\xBFtext", values()));
  EXPECT_FALSE(expand_spf_explanation("two\r\nlines", values()));
  EXPECT_FALSE(expand_spf_explanation("100%", values()));
  SpfMacroValues odd = values();
  odd.local_part = "a\r\nb";
  EXPECT_FALSE(expand_spf_explanation("%{l}", odd));
  const auto longest = expand_spf_explanation(std::string(9999, 'x'), values());
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->size(), kMaxSpfExplanation);
}

TEST(SpfMacro, KnowsAMacroStringFromOther) {
  for (const std::string_view good : {"", "abc", "a=b:c/d", "%%", "%{d}x%{i}", "%{dr-_=+,./}"}) {
    EXPECT_TRUE(is_spf_macro_string(good)) << good;
  }
  for (const std::string_view bad :
       {"%", "%a", "%(ir)", "%{", "%{}", "%{d", "%{x}", "%{d0}", "%{d00}", "%{dr2}", "%{d-r}",
        "%{drr}", "a b", "a\tb", "a\x7f", "\xC3\xA4", "%{d}%"}) {
    EXPECT_FALSE(is_spf_macro_string(bad)) << bad;
  }
}

TEST(SpfMacro, ADomainSpecEndsInATopLevelLabelOrAMacro) {
  for (const std::string_view good :
       {"example.com", "example.com.", ".com", "a.b-c", "a.xn--p1ai", "%{d}", "x%{d}", "x%%",
        "a.%{d}.b.com", "foo:bar/baz.example.com", "_spf.example.c0m", "a..com"}) {
    EXPECT_TRUE(is_spf_domain_spec(good)) << good;
  }
  for (const std::string_view bad :
       {"", "%{d}.", "com", "com.", ".", "example.com..", "example.123", "example.-com",
        "example.com-", "example.com:8080", "example.co_m", "%{d}com", "1.2.3.4",
        "example.com/24"}) {
    EXPECT_FALSE(is_spf_domain_spec(bad)) << bad;
  }
}

TEST(SpfMacro, FindsALetterInMacrosOnly) {
  EXPECT_TRUE(spf_uses("a.%{p}.b", 'p'));
  EXPECT_TRUE(spf_uses("%{P2r}", 'p'));
  EXPECT_FALSE(spf_uses("p.%%{p}.%{d}", 'p'));
}

TEST(SpfMacro, ANameIsCutFromTheLeftAtLabels) {
  const std::string label(49, 'a');
  std::string spec = "first.";
  for (int i = 0; i < 5; ++i) spec += label + ".";
  spec += "com";
  const std::string name = expand_spf_domain(spec, values());
  EXPECT_EQ(name.size(), 253U);
  EXPECT_EQ(name, spec.substr(6));
  EXPECT_EQ(expand_spf_domain("x" + spec.substr(6), values()), spec.substr(56));
}

TEST(SpfMacro, AHugeExpansionKeepsItsEnd) {
  std::string spec;
  for (int i = 0; i < 2000; ++i) spec += "%{o}.";
  const std::string name = expand_spf_domain(spec + "last.example", values());
  EXPECT_LE(name.size(), 253U);
  EXPECT_TRUE(name.ends_with(".email.example.com.last.example")) << name;
}

}  // namespace
}  // namespace freehold::trust

#include "trust/spf.hpp"

#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"

namespace freehold::trust {
namespace {

using net::DnsStatus;

// One sender's world and the question about it.
class Spf : public ::testing::Test {
 protected:
  void publish(std::string domain, std::string record) {
    world_.txt(std::move(domain), std::move(record));
  }
  SpfVerdict check(std::string_view client = "192.0.2.1", std::string sender = "anna@example.com",
                   std::string helo = "mail.example.com") {
    return testing::run(check_spf(world_, {.client = net::IpAddress::parse(client).value(),
                                           .helo = std::move(helo),
                                           .sender = std::move(sender),
                                           .receiver_host = "mx.here.example",
                                           .now = {}}));
  }

  net::testing::DnsWorld world_;
};

TEST_F(Spf, NamesEveryResult) {
  EXPECT_EQ(spf_result_name(SpfResult::none), "none");
  EXPECT_EQ(spf_result_name(SpfResult::neutral), "neutral");
  EXPECT_EQ(spf_result_name(SpfResult::pass), "pass");
  EXPECT_EQ(spf_result_name(SpfResult::fail), "fail");
  EXPECT_EQ(spf_result_name(SpfResult::softfail), "softfail");
  EXPECT_EQ(spf_result_name(SpfResult::temperror), "temperror");
  EXPECT_EQ(spf_result_name(SpfResult::permerror), "permerror");
}

TEST_F(Spf, SaysWhatDecided) {
  publish("example.com", "v=spf1 ip4:192.0.2.1 ?ip4:192.0.2.2 ~ip4:192.0.2.3 -all");
  SpfVerdict verdict = check();
  EXPECT_EQ(verdict.result, SpfResult::pass);
  EXPECT_EQ(verdict.mechanism, "ip4:192.0.2.1");
  EXPECT_EQ(verdict.domain, "example.com");
  EXPECT_FALSE(verdict.of_helo);
  EXPECT_EQ(verdict.lookups, 0U);
  EXPECT_EQ(check("192.0.2.2").result, SpfResult::neutral);
  EXPECT_EQ(check("192.0.2.3").result, SpfResult::softfail);
  verdict = check("192.0.2.4");
  EXPECT_EQ(verdict.result, SpfResult::fail);
  EXPECT_EQ(verdict.mechanism, "-all");
}

TEST_F(Spf, IsNeutralWhenNothingMatches) {
  publish("example.com", "v=spf1 ip4:192.0.2.9");
  const SpfVerdict verdict = check();
  EXPECT_EQ(verdict.result, SpfResult::neutral);
  EXPECT_EQ(verdict.mechanism, "default");
}

TEST_F(Spf, AsksOnlyForTheRecordWhenAnAddressDecides) {
  publish("example.com", "v=spf1 ip4:192.0.2.0/24 a mx ptr include:other.example -all");
  EXPECT_EQ(check().result, SpfResult::pass);
  EXPECT_EQ(world_.questions(), 1U);
}

TEST_F(Spf, AsksOnlyForTheClientsKindOfAddress) {
  publish("example.com", "v=spf1 a -all");
  world_.address("example.com", "2001:db8::1");
  world_.fails("example.com", DnsStatus::failed, ns_t_a);
  EXPECT_EQ(check("2001:db8::1").result, SpfResult::pass);
  EXPECT_EQ(check("192.0.2.1").result, SpfResult::temperror);
}

TEST_F(Spf, TheNullReversePathIsPostmasterAtHelo) {
  publish("mail.example.com", "v=spf1 exists:%{l}.%{o}.%{s1}.check.example -all");
  world_.address("postmaster.mail.example.com.com.check.example", "127.0.0.2");
  const SpfVerdict verdict = check("192.0.2.1", "");
  EXPECT_EQ(verdict.result, SpfResult::pass) << verdict.problem;
  EXPECT_TRUE(verdict.of_helo);
  EXPECT_EQ(verdict.domain, "mail.example.com");
}

TEST_F(Spf, DomainsThatAreNoneCostNoQuestion) {
  for (const std::string_view domain :
       {"com", "[192.0.2.1]", "[IPv6:2001:db8::1]", "192.0.2.1", "a..example", "-", "a b.example",
        ".example.com", "x\xff.example"}) {
    const SpfVerdict verdict = check("192.0.2.1", "anna@" + std::string(domain));
    EXPECT_EQ(verdict.result, SpfResult::none) << domain;
    EXPECT_FALSE(verdict.problem.empty()) << domain;
    EXPECT_EQ(check("192.0.2.1", "", std::string(domain)).result, SpfResult::none) << domain;
  }
  EXPECT_EQ(world_.questions(), 0U);
}

TEST_F(Spf, TheDomainIsComparedAsALabels) {
  publish("xn--bcher-kva.example", "v=spf1 +all");
  const SpfVerdict verdict = check("192.0.2.1",
                                   "anna@B\xC3\xBC"
                                   "cher.example");
  EXPECT_EQ(verdict.result, SpfResult::pass);
  EXPECT_EQ(verdict.domain, "xn--bcher-kva.example");
  EXPECT_EQ(check("192.0.2.1", "anna@XN--BCHER-kva.example.").result, SpfResult::pass);
}

TEST_F(Spf, ALocalPartThatIsNoAsciiMatchesNoNameAndCostsNothing) {
  publish("example.com",
          "v=spf1 exists:%{l}.a.example exists:%{l}.b.example exists:%{l}.c.example ~all");
  const SpfVerdict verdict = check("192.0.2.1", "\xC3\xA4@example.com");
  EXPECT_EQ(verdict.result, SpfResult::softfail);
  EXPECT_EQ(verdict.void_lookups, 0U);
  EXPECT_EQ(world_.questions(), 1U);
}

TEST_F(Spf, AFailureOfTheDnsIsTemporary) {
  world_.fails("example.com");
  SpfVerdict verdict = check();
  EXPECT_EQ(verdict.result, SpfResult::temperror);
  EXPECT_FALSE(verdict.problem.empty());
  world_.fails("example.com", DnsStatus::bogus);
  EXPECT_EQ(check().result, SpfResult::temperror);
}

TEST_F(Spf, AFailureWithinATermIsTemporary) {
  for (const std::string_view term :
       {"a:broken.example", "mx:broken.example", "exists:broken.example", "include:broken.example",
        "mx:half.example", "redirect=broken.example"}) {
    net::testing::DnsWorld fresh;
    fresh.fails("broken.example");
    fresh.mx("half.example", 1, "broken.example");
    fresh.txt("example.com", "v=spf1 " + std::string(term));
    const auto verdict =
        testing::run(check_spf(fresh, {.client = net::IpAddress::parse("192.0.2.1").value(),
                                       .helo = "h.example",
                                       .sender = "a@example.com",
                                       .receiver_host = "",
                                       .now = {}}));
    EXPECT_EQ(verdict.result, SpfResult::temperror) << term;
  }
}

TEST_F(Spf, APtrThatFailsOnlyDoesNotMatch) {
  publish("example.com", "v=spf1 ptr -all");
  world_.fails(net::reverse_name(net::IpAddress::parse("192.0.2.1").value()));
  EXPECT_EQ(check().result, SpfResult::fail);
}

TEST_F(Spf, AnIncludeTakesOverPassOnly) {
  publish("example.com", "v=spf1 include:a.example include:b.example include:c.example ?all");
  publish("a.example", "v=spf1 -ip4:192.0.2.1 +ip4:192.0.2.2");
  publish("b.example", "v=spf1 ~ip4:192.0.2.1 +ip4:192.0.2.3");
  publish("c.example", "v=spf1 ?ip4:192.0.2.1 ?all");
  EXPECT_EQ(check().mechanism, "?all");
  EXPECT_EQ(check("192.0.2.2").mechanism, "include:a.example");
  EXPECT_EQ(check("192.0.2.3").mechanism, "include:b.example");
}

TEST_F(Spf, AnIncludeOfNothingIsPermanent) {
  publish("example.com", "v=spf1 include:nothing.example +all");
  EXPECT_EQ(check().result, SpfResult::permerror);
  publish("other.example", "v=spf1 include:%{h} +all");
  EXPECT_EQ(check("192.0.2.1", "a@other.example", "localhost").result, SpfResult::permerror);
}

TEST_F(Spf, ARedirectTakesOverTheResult) {
  publish("example.com", "v=spf1 ip4:192.0.2.9 redirect=_spf.example.com");
  publish("_spf.example.com", "v=spf1 ip4:192.0.2.1 ~all");
  EXPECT_EQ(check().mechanism, "ip4:192.0.2.1");
  EXPECT_EQ(check("192.0.2.2").result, SpfResult::softfail);
  EXPECT_EQ(check("192.0.2.9").lookups, 0U);
  publish("other.example", "v=spf1 redirect=nothing.example");
  EXPECT_EQ(check("192.0.2.1", "a@other.example").result, SpfResult::permerror);
}

TEST_F(Spf, TenTermsMayAskAndNoMore) {
  std::string ten = "v=spf1";
  for (int i = 0; i < 10; ++i) ten += " a:there.example";
  world_.address("there.example", "192.0.2.9");
  publish("example.com", ten + " ip4:192.0.2.1 -all");
  publish("many.example", ten + " a:there.example ip4:192.0.2.1 -all");
  EXPECT_EQ(check().result, SpfResult::pass);
  EXPECT_EQ(check().lookups, 10U);
  EXPECT_EQ(check("192.0.2.1", "a@many.example").result, SpfResult::permerror);
}

TEST_F(Spf, LoopsEnd) {
  publish("example.com", "v=spf1 include:example.com -all");
  publish("other.example", "v=spf1 redirect=other.example");
  EXPECT_EQ(check().result, SpfResult::permerror);
  EXPECT_EQ(world_.questions(), 11U);
  EXPECT_EQ(check("192.0.2.1", "a@other.example").result, SpfResult::permerror);
}

TEST_F(Spf, TwoTermsMayAskForNothing) {
  publish("example.com", "v=spf1 a:no1.example exists:no2.example -all");
  publish("three.example", "v=spf1 a:no1.example mx:no2.example exists:no3.example -all");
  EXPECT_EQ(check().result, SpfResult::fail);
  EXPECT_EQ(check().void_lookups, 2U);
  const SpfVerdict verdict = check("192.0.2.1", "a@three.example");
  EXPECT_EQ(verdict.result, SpfResult::permerror);
  EXPECT_EQ(verdict.problem, "more than 2 terms ask for what does not exist");
}

TEST_F(Spf, AnMxIsOneTermHoweverManyOfItsHostsAreGone) {
  publish("example.com", "v=spf1 mx -all");
  for (const std::string_view host : {"a", "b", "c", "d"}) {
    world_.mx("example.com", 1, std::string(host) + ".gone.example");
  }
  const SpfVerdict verdict = check();
  EXPECT_EQ(verdict.result, SpfResult::fail);
  EXPECT_EQ(verdict.void_lookups, 1U);
}

TEST_F(Spf, AnMxHasTenHostsAtMost) {
  publish("example.com", "v=spf1 mx -all");
  world_.address("host.example", "192.0.2.1");
  for (std::uint16_t i = 0; i < 10; ++i) world_.mx("example.com", i, "host.example");
  EXPECT_EQ(check().result, SpfResult::pass);
  world_.mx("example.com", 10, "host.example");
  EXPECT_EQ(check().result, SpfResult::permerror);
}

TEST_F(Spf, ThePtrNeedsItsNameToLeadBack) {
  publish("example.com", "v=spf1 ptr -all");
  world_.ptr("192.0.2.1", "forged.example.com");
  world_.ptr("192.0.2.1", "elsewhere.example");
  world_.address("elsewhere.example", "192.0.2.1");
  EXPECT_EQ(check().result, SpfResult::fail);
  world_.address("forged.example.com", "192.0.2.1");
  EXPECT_EQ(check().result, SpfResult::pass);
}

TEST_F(Spf, PtrNamesBeyondTheTenthArePassedOver) {
  publish("example.com", "v=spf1 ptr -all");
  for (int i = 0; i < 10; ++i) world_.ptr("192.0.2.1", "elsewhere.example");
  world_.ptr("192.0.2.1", "mail.example.com");
  world_.address("mail.example.com", "192.0.2.1");
  EXPECT_EQ(check().result, SpfResult::fail);
}

TEST_F(Spf, TheMacroPPrefersTheDomainThenWhatIsBelowIt) {
  publish("example.com", "v=spf1 exists:%{p}.check.example -all");
  world_.ptr("192.0.2.1", "a.elsewhere.example");
  world_.ptr("192.0.2.1", "b.example.com");
  world_.ptr("192.0.2.1", "example.com");
  world_.address("a.elsewhere.example", "192.0.2.1");
  world_.address("a.elsewhere.example.check.example", "127.0.0.2");
  EXPECT_EQ(check().result, SpfResult::pass);
  world_.address("b.example.com", "192.0.2.1");
  EXPECT_EQ(check().result, SpfResult::fail);
  world_.address("b.example.com.check.example", "127.0.0.2");
  EXPECT_EQ(check().result, SpfResult::pass);
  world_.address("example.com", "192.0.2.1");
  EXPECT_EQ(check().result, SpfResult::fail);
  world_.address("example.com.check.example", "127.0.0.2");
  EXPECT_EQ(check().result, SpfResult::pass);
  EXPECT_EQ(check().lookups, 2U);
}

TEST_F(Spf, TheMacroPIsUnknownWithoutAName) {
  publish("example.com", "v=spf1 exists:%{p}.check.example -all");
  world_.address("unknown.check.example", "127.0.0.2");
  EXPECT_EQ(check().result, SpfResult::pass);
}

TEST_F(Spf, ExplainsAFailInItsOwnersWords) {
  publish("example.com", "v=spf1 -all exp=why.example.com");
  publish("why.example.com", "%{i} may not send for %{o}, says %{r}");
  EXPECT_EQ(check().explanation, "192.0.2.1 may not send for example.com, says mx.here.example");
}

TEST_F(Spf, ExplainsNothingButAFail) {
  publish("example.com", "v=spf1 ~all exp=why.example.com");
  publish("why.example.com", "because");
  EXPECT_EQ(check().explanation, "");
  EXPECT_EQ(world_.questions(), 1U);
}

TEST_F(Spf, TheExplanationIsThatOfTheDecidingRecord) {
  publish("example.com", "v=spf1 include:a.example redirect=b.example exp=one.example");
  publish("a.example", "v=spf1 -all exp=one.example");
  publish("b.example", "v=spf1 -all exp=two.example");
  publish("one.example", "not this");
  publish("two.example", "seen from %{d}");
  EXPECT_EQ(check().explanation, "seen from b.example");
}

TEST_F(Spf, AnExplanationWithAnyFaultIsNone) {
  publish("example.com", "v=spf1 -all exp=%{l}.example.com");
  publish("several.example.com", "one");
  publish("several.example.com", "two");
  publish("wrong.example.com", "%{x}");
  publish("lines.example.com", "a\r\n250 b");
  world_.fails("broken.example.com");
  for (const std::string_view who : {"several", "wrong", "lines", "broken", "nothing", "a..b"}) {
    const SpfVerdict verdict = check("192.0.2.1", std::string(who) + "@example.com");
    EXPECT_EQ(verdict.result, SpfResult::fail) << who;
    EXPECT_EQ(verdict.explanation, "") << who;
  }
}

TEST_F(Spf, AWrongRecordSaysWhy) {
  publish("example.com", "v=spf1 a:1.2.3.4 -all");
  const SpfVerdict verdict = check();
  EXPECT_EQ(verdict.result, SpfResult::permerror);
  EXPECT_EQ(verdict.problem, "example.com: 'a:1.2.3.4' is not a term of SPF");
  publish("two.example", "v=spf1 +all");
  publish("two.example", "v=spf1 -all");
  EXPECT_EQ(check("192.0.2.1", "a@two.example").problem, "two.example has several SPF records");
}

}  // namespace
}  // namespace freehold::trust

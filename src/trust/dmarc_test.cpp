#include "trust/dmarc.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

using enum DmarcResult;
using Policy = DmarcPolicy;
using Names = std::vector<std::string>;

struct Case {
  std::string_view why;
  std::vector<std::pair<std::string_view, std::string_view>> records;  // name, tags behind v=
  std::string author = "example.com";
  std::string spf{};
  Names dkim{};
  DmarcResult result = none;
  Policy policy = Policy::none;
  std::string_view found{};  // where the record was
};

// Names that exist in every case; "ghost" ones do not.
net::testing::DnsWorld world_of(const Case& c) {
  net::testing::DnsWorld world;
  for (const std::string_view name : {"example.com", "mail.example.com", "a.mail.example.com"}) {
    world.address(std::string(name), "192.0.2.1");
  }
  world.mx("mx.example.com", 10, "mail.example.com");
  for (const auto& [name, tags] : c.records) {
    const std::string at = "_dmarc." + std::string(name);
    if (tags == "FAIL") {
      world.fails(at);
    } else {
      world.txt(at, "v=DMARC1; " + std::string(tags));
    }
  }
  return world;
}

DmarcVerdict check(net::testing::DnsWorld& world, DmarcQuery query) {
  return testing::run(check_dmarc(world, std::move(query)));
}

void expect(const Case& c, DmarcMethod method) {
  net::testing::DnsWorld world = world_of(c);
  const DmarcVerdict verdict = check(world, {.author_domains = {c.author},
                                             .spf_domain = c.spf,
                                             .dkim_domains = c.dkim,
                                             .method = method});
  EXPECT_EQ(dmarc_result_name(verdict.result), dmarc_result_name(c.result)) << c.why;
  EXPECT_EQ(dmarc_policy_name(verdict.policy), dmarc_policy_name(c.policy)) << c.why;
  EXPECT_EQ(verdict.record_domain, c.found) << c.why;
  EXPECT_EQ(verdict.problem.empty(), c.result == pass || c.result == fail) << c.why;
}

TEST(Dmarc, FindsThePolicy) {
  const Case table[] = {
      {"no record at all", {}},
      {"a record of another version", {{"example.com", ""}}, "other.example"},
      {"p=none",
       {{"example.com", "p=none"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"p=quarantine",
       {{"example.com", "p=quarantine"}},
       "example.com",
       "",
       {},
       fail,
       Policy::quarantine,
       "example.com"},
      {"p=reject",
       {{"example.com", "p=reject"}},
       "example.com",
       "",
       {},
       fail,
       Policy::reject,
       "example.com"},
      {"in whatever case",
       {{"example.com", "p=reject"}},
       "Example.COM.",
       "",
       {},
       fail,
       Policy::reject,
       "example.com"},
      {"an IDN",
       {{"xn--bcher-kva.example", "p=reject"}},
       "B\xC3\xBC"
       "cher.example",
       "",
       {},
       fail,
       Policy::reject,
       "xn--bcher-kva.example"},
      {"sp is not for the domain itself",
       {{"example.com", "p=none; sp=reject"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"np neither",
       {{"example.com", "p=none; np=reject"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"a subdomain has p",
       {{"example.com", "p=reject"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::reject,
       "example.com"},
      {"or sp",
       {{"example.com", "p=reject; sp=quarantine"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::quarantine,
       "example.com"},
      {"sp=none",
       {{"example.com", "p=reject; sp=none"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"np is not for one that exists",
       {{"example.com", "p=none; np=reject"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"an MX is existence",
       {{"example.com", "p=none; np=reject"}},
       "mx.example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"np for one that does not",
       {{"example.com", "p=none; np=reject"}},
       "ghost.example.com",
       "",
       {},
       fail,
       Policy::reject,
       "example.com"},
      {"np before sp",
       {{"example.com", "p=none; sp=quarantine; np=reject"}},
       "ghost.example.com",
       "",
       {},
       fail,
       Policy::reject,
       "example.com"},
      {"np may be milder",
       {{"example.com", "p=reject; np=none"}},
       "ghost.example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"without np, sp",
       {{"example.com", "p=none; sp=quarantine"}},
       "ghost.example.com",
       "",
       {},
       fail,
       Policy::quarantine,
       "example.com"},
      {"its own record goes first",
       {{"mail.example.com", "p=none"}, {"example.com", "p=reject"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::none,
       "mail.example.com"},
      {"its own record's p, not sp",
       {{"mail.example.com", "p=none; sp=reject"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::none,
       "mail.example.com"},
      {"a record in between is passed over",
       {{"mail.example.com", "p=none"}, {"example.com", "p=reject"}},
       "a.mail.example.com",
       "",
       {},
       fail,
       Policy::reject,
       "example.com"},
      {"but not with psd=n",
       {{"mail.example.com", "p=quarantine; psd=n"}, {"example.com", "p=reject"}},
       "a.mail.example.com",
       "",
       {},
       fail,
       Policy::quarantine,
       "mail.example.com"},
      {"the suffix's policy",
       {{"com", "p=reject; psd=y"}},
       "example.com",
       "",
       {},
       fail,
       Policy::reject,
       "com"},
      {"the suffix's sp",
       {{"com", "p=reject; sp=none; psd=y"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "com"},
      {"the suffix's np",
       {{"com", "p=none; np=reject; psd=y"}},
       "ghost.com",
       "",
       {},
       fail,
       Policy::reject,
       "com"},
      {"not where the organization has one",
       {{"com", "p=reject; psd=y"}, {"example.com", "p=none"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"a suffix as author",
       {{"com", "p=reject; sp=none; psd=y"}},
       "com",
       "",
       {},
       fail,
       Policy::reject,
       "com"},
      {"several records are none", {{"example.com", "p=reject"}, {"example.com", "p=none"}}},
      {"several at the author, one above",
       {{"mail.example.com", "p=none"},
        {"mail.example.com", "p=none"},
        {"example.com", "p=reject"}},
       "mail.example.com",
       "",
       {},
       fail,
       Policy::reject,
       "example.com"},
      {"no p, but reports",
       {{"example.com", "rua=mailto:a@b.example"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"a wrong p, but reports",
       {{"example.com", "p=x; rua=mailto:a@b.example"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"a wrong sp takes p with it",
       {{"example.com", "p=reject; sp=x; rua=mailto:a@b.example"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
      {"no p and no reports",
       {{"example.com", ""}},
       "example.com",
       "example.com",
       {},
       permerror,
       Policy::none,
       "example.com"},
      {"reports that go nowhere",
       {{"example.com", "p=x; rua=nobody"}},
       "example.com",
       "",
       {},
       permerror,
       Policy::none,
       "example.com"},
      {"the DNS fails", {{"example.com", "FAIL"}}, "example.com", "", {}, temperror},
      {"the DNS fails above", {{"example.com", "FAIL"}}, "mail.example.com", "", {}, temperror},
      {"test mode is a step less",
       {{"example.com", "p=reject; t=y"}},
       "example.com",
       "",
       {},
       fail,
       Policy::quarantine,
       "example.com"},
      {"and a step less",
       {{"example.com", "p=quarantine; t=y"}},
       "example.com",
       "",
       {},
       fail,
       Policy::none,
       "example.com"},
  };
  for (const Case& c : table) expect(c, DmarcMethod::tree_walk);
}

TEST(Dmarc, AlignsByTheTree) {
  const std::string_view org = "example.com";
  const Case table[] = {
      {"SPF of the same domain",
       {{org, "p=reject"}},
       "example.com",
       "example.com",
       {},
       pass,
       Policy::none,
       org},
      {"in whatever case",
       {{org, "p=reject"}},
       "example.com",
       "EXAMPLE.com.",
       {},
       pass,
       Policy::none,
       org},
      {"SPF of a subdomain",
       {{org, "p=reject"}},
       "example.com",
       "mail.example.com",
       {},
       pass,
       Policy::none,
       org},
      {"SPF of the parent",
       {{org, "p=reject"}},
       "mail.example.com",
       "example.com",
       {},
       pass,
       Policy::none,
       org},
      {"of a cousin",
       {{org, "p=reject"}},
       "a.mail.example.com",
       "b.example.com",
       {},
       pass,
       Policy::none,
       org},
      {"of somebody else",
       {{org, "p=reject"}},
       "example.com",
       "example.net",
       {},
       fail,
       Policy::reject,
       org},
      {"of a neighbour",
       {{org, "p=reject"}},
       "example.com",
       "other.com",
       {},
       fail,
       Policy::reject,
       org},
      {"of one whose name ends alike",
       {{org, "p=reject"}},
       "example.com",
       "notexample.com",
       {},
       fail,
       Policy::reject,
       org},
      {"of the suffix", {{org, "p=reject"}}, "example.com", "com", {}, fail, Policy::reject, org},
      {"strict SPF of the same",
       {{org, "p=reject; aspf=s"}},
       "example.com",
       "example.com",
       {},
       pass,
       Policy::none,
       org},
      {"strict SPF of a subdomain",
       {{org, "p=reject; aspf=s"}},
       "example.com",
       "mail.example.com",
       {},
       fail,
       Policy::reject,
       org},
      {"adkim is not for SPF",
       {{org, "p=reject; adkim=s"}},
       "example.com",
       "mail.example.com",
       {},
       pass,
       Policy::none,
       org},
      {"DKIM of the same",
       {{org, "p=reject"}},
       "example.com",
       "",
       {"example.com"},
       pass,
       Policy::none,
       org},
      {"DKIM of a subdomain",
       {{org, "p=reject"}},
       "example.com",
       "",
       {"mail.example.com"},
       pass,
       Policy::none,
       org},
      {"strict DKIM of a subdomain",
       {{org, "p=reject; adkim=s"}},
       "example.com",
       "",
       {"mail.example.com"},
       fail,
       Policy::reject,
       org},
      {"aspf is not for DKIM",
       {{org, "p=reject; aspf=s"}},
       "example.com",
       "",
       {"mail.example.com"},
       pass,
       Policy::none,
       org},
      {"one good signature of many",
       {{org, "p=reject"}},
       "example.com",
       "",
       {"list.example", "other.com", "example.com"},
       pass,
       Policy::none,
       org},
      {"no good one of many",
       {{org, "p=reject"}},
       "example.com",
       "list.example",
       {"list.example", "other.com"},
       fail,
       Policy::reject,
       org},
      {"an IDN as U-labels",
       {{"xn--bcher-kva.example", "p=reject"}},
       "xn--bcher-kva.example",
       "",
       {"b\xC3\xBC"
        "cher.example"},
       pass,
       Policy::none,
       "xn--bcher-kva.example"},
      {"psd=n cuts a department off",
       {{org, "p=reject"}, {"dept.example.com", "p=none; psd=n"}},
       "example.com",
       "",
       {"dept.example.com"},
       fail,
       Policy::reject,
       org},
      {"from its side too",
       {{org, "p=none"}, {"dept.example.com", "p=reject; psd=n"}},
       "dept.example.com",
       "",
       {"example.com"},
       fail,
       Policy::reject,
       "dept.example.com"},
      {"its own are together",
       {{org, "p=none"}, {"dept.example.com", "p=reject; psd=n"}},
       "a.dept.example.com",
       "",
       {"b.dept.example.com"},
       pass,
       Policy::none,
       "dept.example.com"},
      {"under a suffix apart",
       {{"com", "p=reject; psd=y"}},
       "example.com",
       "",
       {"other.com"},
       fail,
       Policy::reject,
       "com"},
      {"under a suffix together",
       {{"com", "p=reject; psd=y"}},
       "example.com",
       "",
       {"mail.example.com"},
       pass,
       Policy::none,
       "com"},
      {"a record below is of its organization",
       {{org, "p=reject"}, {"mail.example.com", "p=reject"}},
       "mail.example.com",
       "",
       {"example.com"},
       pass,
       Policy::none,
       "mail.example.com"},
      {"a lone record below is not",
       {{"mail.example.com", "p=reject"}},
       "mail.example.com",
       "",
       {"example.com"},
       fail,
       Policy::reject,
       "mail.example.com"},
      {"too deep for the walk",
       {{"2.3.4.5.6.7.8.9", "p=none; psd=n"}, {"8.9", "p=reject"}},
       "1.2.3.4.5.6.7.8.9",
       "",
       {"8.9"},
       pass,
       Policy::none,
       "8.9"},
      {"the DNS fails for an identifier",
       {{org, "p=reject"}, {"x.example.com", "FAIL"}},
       "example.com",
       "x.example.com",
       {},
       temperror,
       Policy::none,
       org},
      {"which another makes good",
       {{org, "p=reject"}, {"x.example.com", "FAIL"}},
       "example.com",
       "x.example.com",
       {"example.com"},
       pass,
       Policy::none,
       org},
      {"an identifier that is no name",
       {{org, "p=reject"}},
       "example.com",
       "a..b",
       {"[1.2.3.4]"},
       fail,
       Policy::reject,
       org},
  };
  for (const Case& c : table) expect(c, DmarcMethod::tree_walk);
}

TEST(Dmarc, WorksByThePublicSuffixListAsWell) {
  const Case table[] = {
      {"no record", {}, "mail.example.co.uk"},
      {"its own",
       {{"mail.example.co.uk", "p=reject"}},
       "mail.example.co.uk",
       "",
       {},
       fail,
       Policy::reject,
       "mail.example.co.uk"},
      {"the organization's sp",
       {{"example.co.uk", "p=none; sp=reject"}},
       "a.mail.example.co.uk",
       "",
       {},
       fail,
       Policy::reject,
       "example.co.uk"},
      {"never the suffix's", {{"co.uk", "p=reject; psd=y"}}, "example.co.uk"},
      {"aligned without any record above",
       {{"mail.example.co.uk", "p=reject"}},
       "mail.example.co.uk",
       "example.co.uk",
       {},
       pass,
       Policy::none,
       "mail.example.co.uk"},
      {"neighbours are not",
       {{"example.co.uk", "p=reject"}},
       "example.co.uk",
       "other.co.uk",
       {},
       fail,
       Policy::reject,
       "example.co.uk"},
      {"psd=n means nothing",
       {{"example.com", "p=none"}, {"dept.example.com", "p=reject; psd=n"}},
       "dept.example.com",
       "",
       {"example.com"},
       pass,
       Policy::none,
       "dept.example.com"},
      {"the DNS fails above", {{"example.com", "FAIL"}}, "mail.example.com", "", {}, temperror},
  };
  for (const Case& c : table) expect(c, DmarcMethod::public_suffix_list);
}

TEST(Dmarc, SaysWhereTheRecordStandsAndWhatItWants) {
  Case c{"", {{"com", "p=reject; psd=y"}, {"example.com", "p=none; rua=mailto:a@b.example!1k"}}};
  net::testing::DnsWorld world = world_of(c);
  DmarcVerdict verdict = check(world, {.author_domains = {"example.com"}});
  EXPECT_EQ(verdict.source, DmarcSource::author);
  EXPECT_EQ(verdict.author_domain, "example.com");
  EXPECT_EQ(verdict.published, Policy::none);
  ASSERT_EQ(verdict.record.aggregate_reports.size(), 1U);
  EXPECT_EQ(verdict.record.aggregate_reports[0].max_bytes, 1024U);
  verdict = check(world, {.author_domains = {"mail.example.com"}});
  EXPECT_EQ(verdict.source, DmarcSource::organization);
  EXPECT_EQ(verdict.organizational_domain, "example.com");
  verdict = check(world, {.author_domains = {"a.other.com"}});
  EXPECT_EQ(verdict.source, DmarcSource::public_suffix);
  EXPECT_EQ(verdict.organizational_domain, "other.com");
  EXPECT_EQ(verdict.record_domain, "com");
  EXPECT_EQ(verdict.published, Policy::reject);
}

TEST(Dmarc, SaysWhatIsAligned) {
  Case c{"", {{"example.com", "p=reject"}}};
  net::testing::DnsWorld world = world_of(c);
  const DmarcVerdict verdict = check(world, {.author_domains = {"example.com"},
                                             .spf_domain = "bounce.example.com",
                                             .dkim_domains = {"list.example", "mail.example.com"}});
  EXPECT_TRUE(verdict.spf_aligned);
  EXPECT_TRUE(verdict.dkim_aligned);
  EXPECT_EQ(verdict.dkim_domain, "mail.example.com");
}

TEST(Dmarc, AsksOneQuestionWhereOneIsEnough) {
  Case c{"", {{"example.com", "p=reject"}}};
  for (const DmarcQuery& query :
       {DmarcQuery{.author_domains = {"example.com"}},
        DmarcQuery{.author_domains = {"example.com"}, .dkim_domains = {"example.com"}},
        DmarcQuery{.author_domains = {"example.com"}, .spf_domain = "other.example"}}) {
    net::testing::DnsWorld world = world_of(c);
    static_cast<void>(check(world, query));
    EXPECT_EQ(world.questions(), 1U);
  }
}

TEST(Dmarc, WalksTheTreesOfTenSigningDomainsOnly) {
  Case c{"", {{"example.com", "p=reject"}}};
  net::testing::DnsWorld world = world_of(c);
  DmarcQuery query{.author_domains = {"example.com"}};
  for (int i = 0; i < 100; ++i) {
    query.dkim_domains.push_back("x" + std::to_string(i) + ".com");
    query.dkim_domains.push_back("x0.com");
  }
  query.dkim_domains.emplace_back("example.com");
  EXPECT_EQ(check(world, query).result, fail);
  EXPECT_LE(world.questions(), 2U + kMaxDmarcIdentifiers);
}

TEST(Dmarc, EnforcesTheSampleOnly) {
  Case c{"", {{"example.com", "p=reject; pct=30"}, {"zero.example", "p=quarantine; pct=0"}}};
  net::testing::DnsWorld world = world_of(c);
  DmarcVerdict verdict = check(world, {.author_domains = {"example.com"}, .sample = 29});
  EXPECT_EQ(verdict.policy, Policy::reject);
  EXPECT_EQ(verdict.leniency, DmarcLeniency::none);
  verdict = check(world, {.author_domains = {"example.com"}, .sample = 30});
  EXPECT_EQ(verdict.policy, Policy::quarantine);
  EXPECT_EQ(verdict.published, Policy::reject);
  EXPECT_EQ(verdict.leniency, DmarcLeniency::sampled_out);
  verdict = check(world, {.author_domains = {"zero.example"}, .sample = 0});
  EXPECT_EQ(verdict.policy, Policy::none);
}

TEST(Dmarc, TestModeIsNamed) {
  Case c{"", {{"example.com", "p=reject; t=y; pct=0"}, {"none.example", "p=none; t=y"}}};
  net::testing::DnsWorld world = world_of(c);
  const DmarcVerdict verdict = check(world, {.author_domains = {"example.com"}});
  EXPECT_EQ(verdict.leniency, DmarcLeniency::test_mode);
  EXPECT_EQ(verdict.policy, Policy::quarantine);
  EXPECT_EQ(check(world, {.author_domains = {"none.example"}}).leniency, DmarcLeniency::none);
}

TEST(Dmarc, StaysOpenWhileAnAuthenticationIsUnfinished) {
  Case c{"", {{"example.com", "p=reject"}}};
  net::testing::DnsWorld world = world_of(c);
  DmarcQuery query{.author_domains = {"example.com"}, .unfinished = true};
  EXPECT_EQ(check(world, query).result, temperror);
  EXPECT_EQ(check(world, query).policy, Policy::none);
  query.dkim_domains = {"example.com"};
  EXPECT_EQ(check(world, query).result, pass);
}

TEST(Dmarc, WithoutAnAuthorThereIsNone) {
  net::testing::DnsWorld world;
  for (const Names& authors : {Names{}, Names{"a..b"}, Names{"[192.0.2.1]"}}) {
    const DmarcVerdict verdict = check(world, {.author_domains = authors});
    EXPECT_EQ(verdict.result, none);
    EXPECT_EQ(verdict.problem, "no domain in From");
  }
  EXPECT_EQ(world.questions(), 0U);
}

TEST(Dmarc, OfSeveralAuthorsTheStrictestVerdictCounts) {
  Case c{
      "",
      {{"example.com", "p=none"}, {"bank.example", "p=reject"}, {"shop.example", "p=quarantine"}}};
  net::testing::DnsWorld world = world_of(c);
  DmarcQuery query{.author_domains = {"example.com", "bank.example", "shop.example"},
                   .dkim_domains = {"example.com"}};
  DmarcVerdict verdict = check(world, query);
  EXPECT_EQ(verdict.result, fail);
  EXPECT_EQ(verdict.author_domain, "bank.example");
  EXPECT_EQ(verdict.policy, Policy::reject);
  query.dkim_domains = {"example.com", "bank.example", "shop.example"};
  EXPECT_EQ(check(world, query).result, pass);
  query.author_domains.emplace_back("unknown.example");
  EXPECT_EQ(check(world, query).result, none);
  query.author_domains.resize(kMaxDmarcAuthors + 1, "more.example");
  EXPECT_EQ(check(world, query).result, permerror);
}

TEST(Dmarc, FindsTheAuthorDomains) {
  const std::pair<std::string_view, Names> table[] = {
      {"From: Anna <anna@Example.COM>\r\n", {"example.com"}},
      {"From: a@example.com, b@EXAMPLE.com\r\n", {"example.com"}},
      {"From: a@example.com,\r\n b@example.net\r\n", {"example.com", "example.net"}},
      {"From: a@example.com\r\nSubject: x\r\nfrom: b@example.net\r\n",
       {"example.com", "example.net"}},
      {"From: a@b\xC3\xBC"
       "cher.example\r\n",
       {"xn--bcher-kva.example"}},
      {"From: Friends: a@example.com, b@example.net;\r\n", {"example.com", "example.net"}},
      {"From: \"ceo@bank.example\" <x@example.com>\r\n", {"example.com"}},
      {"From: Friends:;\r\n", {}},
      {"From: nobody\r\n", {}},
      {"From: a@[192.0.2.1]\r\n", {}},
      {"From:\r\n", {}},
      {"Sender: a@example.com\r\n", {}},
      {"Subject: x\r\n\r\nFrom: a@example.com\r\n", {}},
  };
  for (const auto& [text, expected] : table) {
    const std::string_view block(text);
    const std::size_t end = block.find("\r\n\r\n");
    const message::Header header{std::string(block.substr(0, end))};
    EXPECT_EQ(author_domains(header), expected) << text;
  }
}

TEST(Dmarc, LooksAtSoManyAuthorsOnly) {
  std::string from = "From: ";
  for (int i = 0; i < 50; ++i) from += "a@x" + std::to_string(i) + ".example, ";
  EXPECT_EQ(author_domains(message::Header(from + "\r\n")).size(), kMaxDmarcAuthors + 1);
}

TEST(Dmarc, NamesItsResults) {
  EXPECT_EQ(dmarc_result_name(none), "none");
  EXPECT_EQ(dmarc_result_name(pass), "pass");
  EXPECT_EQ(dmarc_result_name(fail), "fail");
  EXPECT_EQ(dmarc_result_name(temperror), "temperror");
  EXPECT_EQ(dmarc_result_name(permerror), "permerror");
  EXPECT_EQ(dmarc_policy_name(Policy::none), "none");
  EXPECT_EQ(dmarc_policy_name(Policy::quarantine), "quarantine");
  EXPECT_EQ(dmarc_policy_name(Policy::reject), "reject");
}

}  // namespace
}  // namespace freehold::trust

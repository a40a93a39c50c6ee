#include "trust/dmarc.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

using enum DmarcResult;
using Policy = DmarcPolicy;
using Names = std::vector<std::string>;

// The trimmed parts; none of an empty text.
Names split(std::string_view text, char separator) {
  Names parts;
  while (!trim(text).empty()) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(trim(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

// "example.com: p=none & com: FAIL": what stands behind the version, or that the DNS fails. Some
// names exist in every world.
net::testing::DnsWorld world_of(std::string_view records) {
  net::testing::DnsWorld world;
  for (const std::string_view name : {"example.com", "mail.example.com", "a.mail.example.com"}) {
    world.address(std::string(name), "192.0.2.1");
  }
  world.mx("mx.example.com", 10, "mail.example.com");
  for (const std::string& record : split(records, '&')) {
    const std::size_t colon = record.find(':');
    const std::string name = "_dmarc." + record.substr(0, colon);
    const std::string_view tags = trim(std::string_view(record).substr(colon + 1));
    if (tags == "FAIL") {
      world.fails(name);
    } else {
      world.txt(name, "v=DMARC1; " + std::string(tags));
    }
  }
  return world;
}

DmarcVerdict check(net::testing::DnsWorld& world, DmarcQuery query) {
  return testing::run(check_dmarc(world, std::move(query)));
}

// A line for each case: why, author domain, SPF's domain, DKIM's domains; result, policy, where the
// record was; and the records.
void expect_all(std::string_view table, DmarcMethod method) {
  for (const std::string& line : split(trim(table), '\n')) {
    Names cells = split(line, '|');
    cells.resize(8);
    net::testing::DnsWorld world = world_of(cells[7]);
    const DmarcVerdict verdict = check(world, {.author_domains = {cells[1]},
                                               .spf_domain = cells[2],
                                               .dkim_domains = split(cells[3], ' '),
                                               .method = method});
    EXPECT_EQ(dmarc_result_name(verdict.result), cells[4]) << line;
    EXPECT_EQ(dmarc_policy_name(verdict.policy), cells[5]) << line;
    EXPECT_EQ(verdict.record_domain, cells[6]) << line;
    EXPECT_EQ(verdict.problem.empty(), cells[4] == "pass" || cells[4] == "fail") << line;
  }
}

TEST(Dmarc, FindsThePolicy) {
  expect_all(R"(
no record at all                   | example.com        |             |  | none      | none       |                       |
a record of another version        | other.example      |             |  | none      | none       |                       | example.com:
p=none                             | example.com        |             |  | fail      | none       | example.com           | example.com: p=none
p=quarantine                       | example.com        |             |  | fail      | quarantine | example.com           | example.com: p=quarantine
p=reject                           | example.com        |             |  | fail      | reject     | example.com           | example.com: p=reject
in whatever case                   | Example.COM.       |             |  | fail      | reject     | example.com           | example.com: p=reject
an IDN                             | Bücher.example     |             |  | fail      | reject     | xn--bcher-kva.example | xn--bcher-kva.example: p=reject
sp is not for the domain itself    | example.com        |             |  | fail      | none       | example.com           | example.com: p=none; sp=reject
np neither                         | example.com        |             |  | fail      | none       | example.com           | example.com: p=none; np=reject
a subdomain has p                  | mail.example.com   |             |  | fail      | reject     | example.com           | example.com: p=reject
or sp                              | mail.example.com   |             |  | fail      | quarantine | example.com           | example.com: p=reject; sp=quarantine
sp=none                            | mail.example.com   |             |  | fail      | none       | example.com           | example.com: p=reject; sp=none
np is not for one that exists      | mail.example.com   |             |  | fail      | none       | example.com           | example.com: p=none; np=reject
an MX is existence                 | mx.example.com     |             |  | fail      | none       | example.com           | example.com: p=none; np=reject
np for one that does not           | ghost.example.com  |             |  | fail      | reject     | example.com           | example.com: p=none; np=reject
np before sp                       | ghost.example.com  |             |  | fail      | reject     | example.com           | example.com: p=none; sp=quarantine; np=reject
np may be milder                   | ghost.example.com  |             |  | fail      | none       | example.com           | example.com: p=reject; np=none
without np, sp                     | ghost.example.com  |             |  | fail      | quarantine | example.com           | example.com: p=none; sp=quarantine
its own record goes first          | mail.example.com   |             |  | fail      | none       | mail.example.com      | mail.example.com: p=none & example.com: p=reject
its own record's p, not sp         | mail.example.com   |             |  | fail      | none       | mail.example.com      | mail.example.com: p=none; sp=reject
a record in between is passed over | a.mail.example.com |             |  | fail      | reject     | example.com           | mail.example.com: p=none & example.com: p=reject
but not with psd=n                 | a.mail.example.com |             |  | fail      | quarantine | mail.example.com      | mail.example.com: p=quarantine; psd=n & example.com: p=reject
the suffix's policy                | example.com        |             |  | fail      | reject     | com                   | com: p=reject; psd=y
the suffix's sp                    | example.com        |             |  | fail      | none       | com                   | com: p=reject; sp=none; psd=y
the suffix's np                    | ghost.com          |             |  | fail      | reject     | com                   | com: p=none; np=reject; psd=y
not where the organization has one | mail.example.com   |             |  | fail      | none       | example.com           | com: p=reject; psd=y & example.com: p=none
a suffix as author                 | com                |             |  | fail      | reject     | com                   | com: p=reject; sp=none; psd=y
several records are none           | example.com        |             |  | none      | none       |                       | example.com: p=reject & example.com: p=none
several at the author, one above   | mail.example.com   |             |  | fail      | reject     | example.com           | mail.example.com: p=none & mail.example.com: p=none & example.com: p=reject
no p, but reports                  | example.com        |             |  | fail      | none       | example.com           | example.com: rua=mailto:a@b.example
a wrong p, but reports             | example.com        |             |  | fail      | none       | example.com           | example.com: p=x; rua=mailto:a@b.example
a wrong sp takes p with it         | example.com        |             |  | fail      | none       | example.com           | example.com: p=reject; sp=x; rua=mailto:a@b.example
no p and no reports                | example.com        | example.com |  | permerror | none       | example.com           | example.com:
reports that go nowhere            | example.com        |             |  | permerror | none       | example.com           | example.com: p=x; rua=nobody
the DNS fails                      | example.com        |             |  | temperror | none       |                       | example.com: FAIL
the DNS fails above                | mail.example.com   |             |  | temperror | none       |                       | example.com: FAIL
test mode is a step less           | example.com        |             |  | fail      | quarantine | example.com           | example.com: p=reject; t=y
and a step less                    | example.com        |             |  | fail      | none       | example.com           | example.com: p=quarantine; t=y
)",
             DmarcMethod::tree_walk);
}

TEST(Dmarc, AlignsByTheTree) {
  expect_all(R"(
SPF of the same domain                | example.com           | example.com      |                                    | pass      | none   | example.com           | example.com: p=reject
in whatever case                      | example.com           | EXAMPLE.com.     |                                    | pass      | none   | example.com           | example.com: p=reject
SPF of a subdomain                    | example.com           | mail.example.com |                                    | pass      | none   | example.com           | example.com: p=reject
SPF of the parent                     | mail.example.com      | example.com      |                                    | pass      | none   | example.com           | example.com: p=reject
of a cousin                           | a.mail.example.com    | b.example.com    |                                    | pass      | none   | example.com           | example.com: p=reject
of somebody else                      | example.com           | example.net      |                                    | fail      | reject | example.com           | example.com: p=reject
of a neighbour                        | example.com           | other.com        |                                    | fail      | reject | example.com           | example.com: p=reject
of one whose name ends alike          | example.com           | notexample.com   |                                    | fail      | reject | example.com           | example.com: p=reject
of the suffix                         | example.com           | com              |                                    | fail      | reject | example.com           | example.com: p=reject
strict SPF of the same                | example.com           | example.com      |                                    | pass      | none   | example.com           | example.com: p=reject; aspf=s
strict SPF of a subdomain             | example.com           | mail.example.com |                                    | fail      | reject | example.com           | example.com: p=reject; aspf=s
adkim is not for SPF                  | example.com           | mail.example.com |                                    | pass      | none   | example.com           | example.com: p=reject; adkim=s
DKIM of the same                      | example.com           |                  | example.com                        | pass      | none   | example.com           | example.com: p=reject
DKIM of a subdomain                   | example.com           |                  | mail.example.com                   | pass      | none   | example.com           | example.com: p=reject
strict DKIM of a subdomain            | example.com           |                  | mail.example.com                   | fail      | reject | example.com           | example.com: p=reject; adkim=s
aspf is not for DKIM                  | example.com           |                  | mail.example.com                   | pass      | none   | example.com           | example.com: p=reject; aspf=s
one good signature of many            | example.com           |                  | list.example other.com example.com | pass      | none   | example.com           | example.com: p=reject
no good one of many                   | example.com           | list.example     | list.example other.com             | fail      | reject | example.com           | example.com: p=reject
an IDN as U-labels                    | xn--bcher-kva.example |                  | bücher.example                     | pass      | none   | xn--bcher-kva.example | xn--bcher-kva.example: p=reject
psd=n cuts a department off           | example.com           |                  | dept.example.com                   | fail      | reject | example.com           | example.com: p=reject & dept.example.com: p=none; psd=n
from its side too                     | dept.example.com      |                  | example.com                        | fail      | reject | dept.example.com      | example.com: p=none & dept.example.com: p=reject; psd=n
its own are together                  | a.dept.example.com    |                  | b.dept.example.com                 | pass      | none   | dept.example.com      | example.com: p=none & dept.example.com: p=reject; psd=n
under a suffix apart                  | example.com           |                  | other.com                          | fail      | reject | com                   | com: p=reject; psd=y
under a suffix together               | example.com           |                  | mail.example.com                   | pass      | none   | com                   | com: p=reject; psd=y
a record below is of its organization | mail.example.com      |                  | example.com                        | pass      | none   | mail.example.com      | example.com: p=reject & mail.example.com: p=reject
a lone record below is not            | mail.example.com      |                  | example.com                        | fail      | reject | mail.example.com      | mail.example.com: p=reject
too deep for the walk                 | 1.2.3.4.5.6.7.8.9     |                  | 8.9                                | pass      | none   | 8.9                   | 2.3.4.5.6.7.8.9: p=none; psd=n & 8.9: p=reject
the DNS fails for an identifier       | example.com           | x.example.com    |                                    | temperror | none   | example.com           | example.com: p=reject & x.example.com: FAIL
which another makes good              | example.com           | x.example.com    | example.com                        | pass      | none   | example.com           | example.com: p=reject & x.example.com: FAIL
an identifier that is no name         | example.com           | a..b             | [1.2.3.4]                          | fail      | reject | example.com           | example.com: p=reject
)",
             DmarcMethod::tree_walk);
}

TEST(Dmarc, WorksByThePublicSuffixListAsWell) {
  expect_all(R"(
no record                        | mail.example.co.uk   |               |             | none      | none   |                    |
its own                          | mail.example.co.uk   |               |             | fail      | reject | mail.example.co.uk | mail.example.co.uk: p=reject
the organization's sp            | a.mail.example.co.uk |               |             | fail      | reject | example.co.uk      | example.co.uk: p=none; sp=reject
never the suffix's               | example.co.uk        |               |             | none      | none   |                    | co.uk: p=reject; psd=y
aligned without any record above | mail.example.co.uk   | example.co.uk |             | pass      | none   | mail.example.co.uk | mail.example.co.uk: p=reject
neighbours are not               | example.co.uk        | other.co.uk   |             | fail      | reject | example.co.uk      | example.co.uk: p=reject
psd=n means nothing              | dept.example.com     |               | example.com | pass      | none   | dept.example.com   | example.com: p=none & dept.example.com: p=reject; psd=n
the DNS fails above              | mail.example.com     |               |             | temperror | none   |                    | example.com: FAIL
)",
             DmarcMethod::public_suffix_list);
}

TEST(Dmarc, SaysWhereTheRecordStandsAndWhatItWants) {
  constexpr std::string_view kRecords =
      "com: p=reject; psd=y & example.com: p=none; rua=mailto:a@b.example!1k";
  net::testing::DnsWorld world = world_of(kRecords);
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
  constexpr std::string_view kRecords = "example.com: p=reject";
  net::testing::DnsWorld world = world_of(kRecords);
  const DmarcVerdict verdict = check(world, {.author_domains = {"example.com"},
                                             .spf_domain = "bounce.example.com",
                                             .dkim_domains = {"list.example", "mail.example.com"}});
  EXPECT_TRUE(verdict.spf_aligned);
  EXPECT_TRUE(verdict.dkim_aligned);
  EXPECT_EQ(verdict.dkim_domain, "mail.example.com");
}

TEST(Dmarc, AsksOneQuestionWhereOneIsEnough) {
  constexpr std::string_view kRecords = "example.com: p=reject";
  for (const DmarcQuery& query :
       {DmarcQuery{.author_domains = {"example.com"}},
        DmarcQuery{.author_domains = {"example.com"}, .dkim_domains = {"example.com"}},
        DmarcQuery{.author_domains = {"example.com"}, .spf_domain = "other.example"}}) {
    net::testing::DnsWorld world = world_of(kRecords);
    static_cast<void>(check(world, query));
    EXPECT_EQ(world.questions(), 1U);
  }
}

TEST(Dmarc, WalksTheTreesOfTenSigningDomainsOnly) {
  constexpr std::string_view kRecords = "example.com: p=reject";
  net::testing::DnsWorld world = world_of(kRecords);
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
  constexpr std::string_view kRecords =
      "example.com: p=reject; pct=30 & zero.example: p=quarantine; pct=0";
  net::testing::DnsWorld world = world_of(kRecords);
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
  constexpr std::string_view kRecords =
      "example.com: p=reject; t=y; pct=0 & none.example: p=none; t=y";
  net::testing::DnsWorld world = world_of(kRecords);
  const DmarcVerdict verdict = check(world, {.author_domains = {"example.com"}});
  EXPECT_EQ(verdict.leniency, DmarcLeniency::test_mode);
  EXPECT_EQ(verdict.policy, Policy::quarantine);
  EXPECT_EQ(check(world, {.author_domains = {"none.example"}}).leniency, DmarcLeniency::none);
}

TEST(Dmarc, StaysOpenWhileAnAuthenticationIsUnfinished) {
  constexpr std::string_view kRecords = "example.com: p=reject";
  net::testing::DnsWorld world = world_of(kRecords);
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
  constexpr std::string_view kRecords =
      "example.com: p=none & bank.example: p=reject & shop.example: p=quarantine";
  net::testing::DnsWorld world = world_of(kRecords);
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

#include "trust/dmarc_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/run.hpp"
#include "message/parser.hpp"
#include "message/transfer_encoding.hpp"
#include "net/testing/dns_world.hpp"
#include "store/testing/temporary_store.hpp"
#include "trust/dmarc_report_mail.hpp"
#include "trust/dmarc_results.hpp"
#include "trust/limits.hpp"
#include "trust/packing.hpp"
#include "trust/testing/zip.hpp"

namespace freehold::trust {
namespace {

using namespace std::chrono_literals;
using freehold::testing::run;
using store::keys::Day;
using Problem = AggregateProblem;

// As the large providers send it (RFC 7489, appendix C).
constexpr const char* kOld = R"(<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>big.example</org_name>
    <email>noreply-dmarc-support@big.example</email>
    <extra_contact_info>https://support.big.example/a/answer/2466580</extra_contact_info>
    <report_id>10332154871528372839</report_id>
    <date_range><begin>1706832000</begin><end>1706918399</end></date_range>
  </report_metadata>
  <policy_published>
    <domain>Ours.Test</domain>
    <adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.7</source_ip>
      <count>2</count>
      <policy_evaluated>
        <disposition>none</disposition><dkim>fail</dkim><spf>pass</spf>
        <reason><type>forwarded</type><comment>a &lt;list&gt; &amp; co</comment></reason>
      </policy_evaluated>
    </row>
    <identifiers><header_from>ours.test</header_from></identifiers>
    <auth_results>
      <dkim><domain>ours.test</domain><result>fail</result><selector>k1</selector></dkim>
      <dkim><domain>list.test</domain><result>pass</result><selector>2023</selector></dkim>
      <spf><domain>ours.test</domain><result>pass</result></spf>
    </auth_results>
  </record>
</feedback>)";

std::string with(std::string_view what, std::string_view by) {
  std::string out = kOld;
  const auto at = out.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return out.replace(at, what.size(), by);
}

AggregateReport example() {
  AggregateReport report;
  report.organization = "Ours & Sons";
  report.email = "dmarc@ours.test";
  report.id = "20000.abc@ours.test";
  report.begin = from_millis(1'706'832'000'000);
  report.end = from_millis(1'706'918'399'000);
  report.generator = "Freehold";
  report.policy = {"their.test", "treewalk", "reject", "reject", "none", "s", "r", "1", "n", ""};
  AggregateRow row;
  row.source_ip = "192.0.2.7";
  row.count = 3;
  row.disposition = "reject";
  row.dkim = "fail";
  row.spf = "fail";
  row.header_from = "their.test";
  row.envelope_from = "";
  row.envelope_to = "ours.test";
  row.dkim_results = {{"their.test", "k1", "permerror", "no key"}};
  row.spf_results = {{"their.test", "mfrom", "softfail", ""}};
  report.rows = {row};
  row.source_ip = "192.0.2.10";
  row.reasons = {{"local_policy", "arc=pass"}};
  row.envelope_from.reset();
  report.rows.push_back(row);
  row.source_ip = "2001:db8::1";
  report.rows.push_back(row);
  return report;
}

TEST(AggregateReading, TakesWhatProvidersSend) {
  const auto reading = parse_aggregate(kOld);
  ASSERT_EQ(reading.problem, Problem::none);
  const auto& report = reading.report;
  EXPECT_EQ(report.organization, "big.example");
  EXPECT_EQ(report.id, "10332154871528372839");
  EXPECT_EQ(rfc3339(report.begin), "2024-02-02T00:00:00Z");
  EXPECT_EQ(rfc3339(report.end), "2024-02-02T23:59:59Z");
  EXPECT_EQ(report.policy.domain, "ours.test");
  EXPECT_EQ(report.policy.pct, "100");
  ASSERT_EQ(report.rows.size(), 1U);
  const auto& row = report.rows[0];
  EXPECT_EQ(row.source_ip, "192.0.2.7");
  EXPECT_EQ(row.count, 2U);
  EXPECT_EQ(row.spf, "pass");
  EXPECT_EQ(row.reasons, (std::vector<AggregateReason>{{"forwarded", "a <list> & co"}}));
  EXPECT_EQ(row.dkim_results.size(), 2U);
  EXPECT_EQ(row.dkim_results[1], (AggregateDkim{"list.test", "2023", "pass", ""}));
  EXPECT_FALSE(row.envelope_from);
}

TEST(AggregateReading, TakesWhatWeWrite) {
  const AggregateReport report = example();
  const auto reading = parse_aggregate(write_aggregate(report));
  EXPECT_EQ(reading.problem, Problem::none);
  EXPECT_EQ(reading.report, report);
}

TEST(AggregateReading, NamespacesAndOrderDoNotMatter) {
  std::string prefixed = write_aggregate(example());
  for (std::size_t at = 0; (at = prefixed.find('<', at)) != std::string::npos; ++at) {
    if (prefixed[at + 1] == '?') continue;
    prefixed.insert(at + (prefixed[at + 1] == '/' ? 2 : 1), "d:");
  }
  EXPECT_EQ(parse_aggregate(prefixed).report, example()) << prefixed;
  EXPECT_EQ(parse_aggregate(with("<end>1706918399</end>", "<end>1706918399.5</end>")).problem,
            Problem::none);
  EXPECT_EQ(parse_aggregate(with("<org_name>big.example", "<!-- > < --><org_name><![CDATA[<a>]]>"))
                .report.organization,
            "<a>");
}

TEST(AggregateReading, RowsWithoutSenseAreLeftOut) {
  EXPECT_TRUE(parse_aggregate(with("<count>2</count>", "<count>-2</count>")).report.rows.empty());
  EXPECT_TRUE(parse_aggregate(with("<source_ip>192.0.2.7</source_ip>", "")).report.rows.empty());
  EXPECT_EQ(parse_aggregate(with("<count>2</count>", "<count>18446744073709551615</count>"))
                .report.rows[0]
                .count,
            std::uint64_t{1} << 53);
}

TEST(AggregateReading, DocumentTypesAreForbidden) {
  const std::string entity =
      "<!DOCTYPE feedback [<!ENTITY a \"aaaa\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>";
  for (const std::string& text :
       {with("<feedback>", entity + "<feedback>"), with("<feedback>", "<!doctype x><feedback>"),
        with("<org_name>", "<!ENTITY x \"y\"><org_name>"),
        with("<org_name>", "<!ELEMENT x><org_name>")}) {
    EXPECT_EQ(parse_aggregate(text).problem, Problem::forbidden);
  }
}

TEST(AggregateReading, DepthAndSizeAreBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(parse_aggregate(with("<org_name>", deep + "<org_name>")).problem, Problem::forbidden);
  // Ends that are none do not make room for more.
  std::string hidden;
  for (int i = 0; i < 20; ++i) hidden += "<a x=\"</a>\"><![CDATA[</a>]]><!--</a>--><?x </a>?>";
  EXPECT_EQ(parse_aggregate(with("<org_name>", hidden + "<org_name>")).problem, Problem::forbidden);
  std::string wide;
  for (std::size_t i = 0; i <= kMaxAggregateElements; ++i) wide += "<a/>";
  EXPECT_EQ(parse_aggregate(with("<org_name>", wide + "<org_name>")).problem, Problem::too_large);
  EXPECT_EQ(parse_aggregate(kOld + std::string(kMaxAggregateXml, ' ')).problem, Problem::too_large);
}

TEST(AggregateReading, RowsAreBounded) {
  std::string rows;
  for (std::size_t i = 0; i < kMaxAggregateRows + 1; ++i) {
    rows += "<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row></record>";
  }
  const auto reading = parse_aggregate(with("</feedback>", rows + "</feedback>"));
  EXPECT_EQ(reading.problem, Problem::none);
  EXPECT_EQ(reading.report.rows.size(), kMaxAggregateRows);
  EXPECT_TRUE(reading.report.cut);
}

TEST(AggregateReading, WhatIsNoReportIsTold) {
  EXPECT_EQ(parse_aggregate("").problem, Problem::broken);
  EXPECT_EQ(parse_aggregate("<html></html>").problem, Problem::incomplete);
  EXPECT_EQ(parse_aggregate("<feedback></feedback>").problem, Problem::incomplete);
  EXPECT_EQ(parse_aggregate(std::string(kOld).substr(0, 900)).problem, Problem::broken);
  EXPECT_EQ(parse_aggregate(with("<begin>1706832000</begin>", "")).problem, Problem::incomplete);
  EXPECT_EQ(parse_aggregate(with("1706918399", "1")).problem, Problem::incomplete);
  EXPECT_EQ(parse_aggregate(with("<domain>Ours.Test</domain>", "")).problem, Problem::incomplete);
}

TEST(AggregateReading, ComesInThreeWrappings) {
  const auto plain = read_aggregate(kOld);
  EXPECT_EQ(plain.problem, Problem::none);
  EXPECT_EQ(read_aggregate(gzip(kOld)).report, plain.report);
  EXPECT_EQ(read_aggregate(testing::zip({{"big!ours!1!2.xml", kOld}})).report, plain.report);
  EXPECT_EQ(read_aggregate(testing::zip({{"a.exe", kOld}})).problem, Problem::broken);
  EXPECT_EQ(read_aggregate(std::string(kMaxAggregateArchive + 1, 'x')).problem, Problem::too_large);
  EXPECT_EQ(read_aggregate(gzip(kOld + std::string(8'000'000, ' '))).problem, Problem::too_large);
}

TEST(AggregateWriting, IsTheSameForTheSameRowsInAnyOrder) {
  AggregateReport report = example();
  const std::string text = write_aggregate(report);
  std::ranges::reverse(report.rows);
  EXPECT_EQ(write_aggregate(report), text);
  EXPECT_LT(text.find("<source_ip>192.0.2.7<"), text.find("<source_ip>192.0.2.10<"));
  EXPECT_LT(text.find("<source_ip>192.0.2.10<"), text.find("<source_ip>2001:db8::1<"));
}

TEST(AggregateWriting, FollowsTheOrderOfTheSchema) {
  const std::string text = write_aggregate(example());
  std::size_t last = 0;
  for (const char* element : {"<?xml ",
                              "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">",
                              "<version>1.0</version>",
                              "<report_metadata>",
                              "<org_name>Ours &amp; Sons</org_name>",
                              "<policy_published>",
                              "<discovery_method>treewalk<",
                              "<record>",
                              "<row>",
                              "<source_ip>",
                              "<count>",
                              "<policy_evaluated>",
                              "<disposition>",
                              "<dkim>",
                              "<spf>",
                              "<identifiers>",
                              "<header_from>",
                              "<auth_results>",
                              "</record>",
                              "</feedback>"}) {
    const auto at = text.find(element, last);
    ASSERT_NE(at, std::string::npos) << element;
    last = at;
  }
}

TEST(AggregateWriting, TextFromOutsideStaysText) {
  AggregateReport report = example();
  report.rows[0].header_from = "a</header_from><x>\x01\xFF\r\n";
  report.rows[0].reasons = {{"other", "]]>&amp;"}};
  const auto reading = parse_aggregate(write_aggregate(report));
  ASSERT_EQ(reading.problem, Problem::none);
  EXPECT_EQ(reading.report.rows.size(), report.rows.size());
  const auto found = std::ranges::find_if(reading.report.rows, [](const AggregateRow& row) {
    return row.header_from.starts_with("a</header_from><x>??");
  });
  ASSERT_NE(found, reading.report.rows.end());
  EXPECT_EQ(found->reasons[0].comment, "]]>&amp;");
}

TEST(AggregateMailing, IsAMailAsTheRfcWants) {
  const AggregateReport report = example();
  const std::string mail =
      build_aggregate_mail(report, {"ours.test", "dmarc@ours.test", {"a@their.test"}, report.end});
  const auto parsed = message::parse(mail);
  EXPECT_EQ(parsed.header.get("Subject"),
            "Report Domain: their.test Submitter: ours.test Report-ID: <20000.abc@ours.test>");
  EXPECT_EQ(parsed.header.get("From"), "dmarc@ours.test");
  ASSERT_EQ(parsed.parts.size(), 3U);
  const auto& part = parsed.parts[2];
  EXPECT_TRUE(part.is("application", "gzip"));
  EXPECT_EQ(part.filename(), "ours.test!their.test!1706832000!1706918399!20000abc.xml.gz");
  const std::string body = message::decode_transfer(
      std::string_view(mail).substr(part.body_begin, part.size()), part.transfer());
  EXPECT_EQ(read_aggregate(body).report, report);
}

TEST(AggregateMailing, UrisThatTakeLessAreLeftOut) {
  const auto uris = parse_report_uris("mailto:a@x.test!1k,mailto:b@x.test,mailto:c@x.test!2k", 8);
  const auto fitting = within_size(uris, 1025);
  ASSERT_EQ(fitting.size(), 2U);
  EXPECT_EQ(fitting[0].address, "b@x.test");
  EXPECT_EQ(within_size(uris, 1024).size(), 3U);
}

TEST(AggregateMailing, IsSpreadOverTime) {
  const auto delay = report_delay("a.test", "ours.test", 1h);
  EXPECT_EQ(report_delay("A.test", "ours.test", 1h), delay);
  std::vector<int> quarters(4);
  for (int i = 0; i < 400; ++i) {
    const auto one = report_delay("d" + std::to_string(i) + ".test", "ours.test", 1h);
    EXPECT_GE(one, 0s);
    EXPECT_LT(one, 1h);
    ++quarters[static_cast<std::size_t>(one / 15min)];
  }
  for (const int count : quarters) EXPECT_GT(count, 50);
  EXPECT_EQ(report_delay("a.test", "ours.test", 0s), 0s);
}

class PermissionTest : public ::testing::Test {
 protected:
  using Status = ReportPermission::Status;
  ReportPermission ask() { return run(ask_report_permission(dns_, "blue.test", "red.test")); }
  void says(std::string text) { dns_.txt("blue.test._report._dmarc.red.test", std::move(text)); }
  net::testing::DnsWorld dns_;
};

TEST_F(PermissionTest, NeedsARecordOfTheDestination) {
  EXPECT_EQ(ask().status, Status::refused);
  says("v=spf1 -all");
  EXPECT_EQ(ask().status, Status::refused);
  says("v=DMARC1");
  EXPECT_EQ(ask().status, Status::granted);
  EXPECT_FALSE(ask().instead);
  dns_.fails("blue.test._report._dmarc.red.test");
  EXPECT_EQ(ask().status, Status::unknown);
}

TEST_F(PermissionTest, MayNameAnotherAddressOfItsOwn) {
  says("v=DMARC1; rua=mailto:x@red.test;");
  ASSERT_TRUE(ask().instead);
  EXPECT_EQ(ask().instead->at(0).address, "x@red.test");
}

TEST_F(PermissionTest, MayNotNameAThird) {
  says("v=DMARC1; rua=mailto:x@red.test,mailto:victim@green.test");
  EXPECT_EQ(ask().status, Status::refused);
}

TEST_F(PermissionTest, RecordsOfAnotherFormDoNotCount) {
  for (const char* text :
       {"", "v=DMARC2", "rua=mailto:x@red.test; v=DMARC1", "DMARC1", "v=DMARC1; nonsense"}) {
    net::DnsAnswer<std::string> answer;
    answer.status = net::DnsStatus::found;
    answer.records = {text};
    EXPECT_EQ(read_report_permission(answer, "red.test").status, Status::refused) << text;
  }
}

TEST_F(PermissionTest, ANameThatIsTooLongIsNoPermission) {
  std::string longest;
  for (int i = 0; i < 25; ++i) longest += "longlabel.";
  EXPECT_EQ(report_permission_name(longest + "test", "red.test"), "");
  EXPECT_EQ(run(ask_report_permission(dns_, longest + "test", "red.test")).status, Status::refused);
  EXPECT_EQ(dns_.questions(), 0U);
}

class DmarcResultsTest : public ::testing::Test {
 protected:
  static constexpr Day kDay{std::chrono::days(20'000)};

  void count(const AggregateRow& row, const AggregatePolicy& policy = example().policy,
             Day day = kDay) {
    store::Transaction tx(store_.engine().latest());
    count_dmarc_result(tx, day, policy, "mailto:a@their.test", row);
    ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  }
  DmarcResults results(std::string_view domain = "their.test") {
    return read_dmarc_results(store_.engine().latest(), kDay, domain).value();
  }
  store::testing::TemporaryStore store_;
};

TEST_F(DmarcResultsTest, EqualMessagesAreOneRow) {
  for (const auto& row : example().rows) count(row);
  count(example().rows[0]);
  const auto kept = results();
  EXPECT_EQ(kept.policy, example().policy);
  EXPECT_EQ(kept.rua, "mailto:a@their.test");
  ASSERT_EQ(kept.rows.size(), 3U);
  EXPECT_EQ(kept.rows[0].count, 2U);
  AggregateRow expected = example().rows[0];
  expected.count = 2;
  EXPECT_EQ(kept.rows[0], expected);
  EXPECT_EQ(kept.rows[1].count, 1U);
}

TEST_F(DmarcResultsTest, TheLastPolicyOfTheDayCounts) {
  count(example().rows[0]);
  AggregatePolicy changed = example().policy;
  changed.p = "none";
  count(example().rows[0], changed);
  EXPECT_EQ(results().policy.p, "none");
  EXPECT_EQ(results().rows.size(), 1U);
}

TEST_F(DmarcResultsTest, DaysAndDomainsAreApart) {
  AggregatePolicy other = example().policy;
  count(example().rows[0]);
  other.domain = "their.test.example";  // begins like the other
  count(example().rows[1], other);
  other.domain = "third.test";
  count(example().rows[1], other, kDay + std::chrono::days(1));
  EXPECT_EQ(dmarc_result_domains(store_.engine().latest(), kDay),
            (std::vector<std::string>{"their.test", "their.test.example"}));
  EXPECT_EQ(results().rows.size(), 1U);
  store::Transaction tx(store_.engine().latest());
  forget_dmarc_results(tx, kDay, "their.test");
  ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  EXPECT_FALSE(read_dmarc_results(store_.engine().latest(), kDay, "their.test"));
  EXPECT_EQ(results("their.test.example").rows.size(), 1U);
}

TEST_F(DmarcResultsTest, RowsAreBoundedAndTheReportSaysSo) {
  store::Transaction tx(store_.engine().latest());
  AggregateRow row = example().rows[0];
  for (std::size_t i = 0; i < kMaxAggregateRowsKept + 7; ++i) {
    row.source_ip = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    count_dmarc_result(tx, kDay, example().policy, "", row);
  }
  ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  EXPECT_EQ(results().rows.size(), kMaxAggregateRowsKept);
  EXPECT_EQ(results().uncounted, 7U);
  const auto report =
      make_aggregate_report(results(), kDay, "Ours", "dmarc@ours.test", "ours.test");
  ASSERT_EQ(report.errors.size(), 1U);
  EXPECT_EQ(report.end - report.begin, 24h - 1s);
}

TEST_F(DmarcResultsTest, TextsFromOutsideDoNotSpoilTheRecord) {
  AggregateRow row = example().rows[0];
  row.header_from = "\xFF\xFE" + std::string(5000, 'x');
  row.dkim_results.assign(50, {"a.test", "\x80", "fail", ""});
  count(row);
  ASSERT_EQ(results().rows.size(), 1U);
  EXPECT_LT(results().rows[0].header_from.size(), 300U);
  EXPECT_EQ(results().rows[0].dkim_results.size(), kMaxAggregateReasons);
}

}  // namespace
}  // namespace freehold::trust

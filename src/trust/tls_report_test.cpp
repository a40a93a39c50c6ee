#include "trust/tls_report.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "message/parser.hpp"
#include "message/transfer_encoding.hpp"
#include "net/testing/dns_world.hpp"
#include "store/testing/temporary_store.hpp"
#include "trust/limits.hpp"
#include "trust/packing.hpp"
#include "trust/tls_results.hpp"

namespace freehold::trust {
namespace {

using namespace std::chrono_literals;
using freehold::testing::run;
using store::keys::Day;

// In the manner of RFC 8460, appendix B.
constexpr const char* kReport = R"({
  "organization-name": "Company-X",
  "date-range": {"start-datetime": "2016-04-01T00:00:00Z", "end-datetime": "2016-04-01T23:59:59Z"},
  "contact-info": "sts-reporting@company-x.example",
  "report-id": "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
  "policies": [{
    "policy": {
      "policy-type": "sts",
      "policy-string": ["version: STSv1","mode: testing","mx: *.mail.company-y.example","max_age: 86400"],
      "policy-domain": "company-y.example",
      "mx-host": ["*.mail.company-y.example"]
    },
    "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
    "failure-details": [{
      "result-type": "certificate-expired",
      "sending-mta-ip": "2001:db8:abcd:0012::1",
      "receiving-mx-hostname": "mx1.mail.company-y.example",
      "failed-session-count": 100
    }, {
      "result-type": "starttls-not-supported",
      "sending-mta-ip": "2001:db8:abcd:0013::1",
      "receiving-mx-hostname": "mx2.mail.company-y.example",
      "receiving-ip": "203.0.113.56",
      "failed-session-count": 200,
      "additional-information": "https://reports.company-x.example/report_info?id=5065427c"
    }, {
      "result-type": "validation-failure",
      "sending-mta-ip": "198.51.100.62",
      "receiving-ip": "203.0.113.58",
      "receiving-mx-hostname": "mx-backup.mail.company-y.example",
      "failed-session-count": 3,
      "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"
    }]
  }]
})";

std::string with(std::string_view what, std::string_view by) {
  std::string out = kReport;
  const auto at = out.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return out.replace(at, what.size(), by);
}

TEST(TlsReportReading, TakesAllOfTheRfcsExample) {
  const auto report = parse_tls_report(kReport);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->organization, "Company-X");
  EXPECT_EQ(report->contact, "sts-reporting@company-x.example");
  EXPECT_EQ(report->id, "5065427c-23d3-47ca-b6e0-946ea0e8c4be");
  EXPECT_EQ(rfc3339(report->begin), "2016-04-01T00:00:00Z");
  EXPECT_EQ(rfc3339(report->end), "2016-04-01T23:59:59Z");
  ASSERT_EQ(report->policies.size(), 1U);
  const auto& policy = report->policies[0];
  EXPECT_EQ(policy.type, TlsPolicyType::sts);
  EXPECT_EQ(policy.domain, "company-y.example");
  EXPECT_EQ(policy.policy.size(), 4U);
  EXPECT_EQ(policy.mx_hosts, std::vector<std::string>{"*.mail.company-y.example"});
  EXPECT_EQ(policy.successes, 5326U);
  EXPECT_EQ(policy.failures, 303U);
  ASSERT_EQ(policy.details.size(), 3U);
  EXPECT_EQ(policy.details[2].reason_code, "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED");
  EXPECT_EQ(policy.details[1].receiving_ip, "203.0.113.56");
  EXPECT_EQ(policy.details[0].sessions, 100U);
}

TEST(TlsReportReading, WritesWhatItReads) {
  const auto report = parse_tls_report(kReport).value();
  EXPECT_EQ(parse_tls_report(write_tls_report(report)), report);
  EXPECT_EQ(read_tls_report(gzip(kReport)), report);
  EXPECT_EQ(read_tls_report(kReport), report);
}

TEST(TlsReportReading, IsLenientWhereNothingIsLost) {
  EXPECT_EQ(
      parse_tls_report(with(R"(["*.mail.company-y.example"])", R"("*.mail.company-y.example")"))
          ->policies[0]
          .mx_hosts.size(),
      1U);
  EXPECT_EQ(parse_tls_report(with("5326", "-1"))->policies[0].successes, 0U);
  EXPECT_EQ(parse_tls_report(with("5326", "\"many\""))->policies[0].successes, 0U);
  EXPECT_EQ(parse_tls_report(with("5326", "18446744073709551615"))->policies[0].successes,
            std::uint64_t{1} << 53);
  EXPECT_TRUE(parse_tls_report(with("\"sts\"", "\"unheard-of\""))->policies.empty());
  EXPECT_TRUE(parse_tls_report(std::string("\xEF\xBB\xBF") + kReport));
  EXPECT_EQ(parse_tls_report(with("\"Company-X\"", "42"))->organization, "");
}

TEST(TlsReportReading, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string("null"),
        std::string(kReport).substr(0, 500), with("2016-04-01T00:00:00Z", "yesterday"),
        with("2016-04-01T23:59:59Z", "2015-04-01T23:59:59Z"),
        with("\"5065427c-23d3-47ca-b6e0-946ea0e8c4be\"", "\"\""), with("\"policies\"", "\"x\""),
        std::string(kReport) + "x"}) {
    EXPECT_FALSE(parse_tls_report(text)) << text;
  }
}

TEST(TlsReportReading, IsBounded) {
  std::string deep = with("\"Company-X\"", std::string(100, '[') + std::string(100, ']'));
  EXPECT_FALSE(parse_tls_report(deep));
  EXPECT_FALSE(parse_tls_report(kReport + std::string(kMaxTlsReportJson, ' ')));
  EXPECT_FALSE(read_tls_report(gzip(kReport + std::string(kMaxTlsReportJson, ' '))));
  EXPECT_EQ(parse_tls_report(with("\"Company-X\"", '"' + std::string(5000, 'x') + '"'))
                ->organization.size(),
            kMaxReportString);
}

TEST(TlsReportRecord, SaysWhereTo) {
  const auto uris = parse_tls_report_record(
      {"v=spf1 -all", "v=TLSRPTv1; rua=mailto:a@b.test,https://c.test/v1;"});
  ASSERT_EQ(uris.size(), 2U);
  EXPECT_EQ(uris[0].address, "a@b.test");
  EXPECT_EQ(uris[1].target, "/v1");
  EXPECT_EQ(parse_tls_report_record({"v=TLSRPTv1 ;x=y; rua=mailto:a@b.test"}).size(), 1U);
  for (const char* text :
       {"v=TLSRPTv1", "v=TLSRPTv1;", "v=TLSRPTv2; rua=mailto:a@b.test", "rua=mailto:a@b.test",
        "v=TLSRPTv1 rua=mailto:a@b.test", "v=TLSRPTv1; rua=ftp://x"}) {
    EXPECT_TRUE(parse_tls_report_record({text}).empty()) << text;
  }
  const std::string good = "v=TLSRPTv1; rua=mailto:a@b.test";
  EXPECT_TRUE(parse_tls_report_record({good, good}).empty());
}

TEST(TlsReportRecord, IsLookedUp) {
  net::testing::DnsWorld dns;
  dns.txt("_smtp._tls.a.test", "v=TLSRPTv1; rua=mailto:a@b.test");
  EXPECT_EQ(run(look_up_tls_report(dns, "a.test")).uris.size(), 1U);
  EXPECT_TRUE(run(look_up_tls_report(dns, "b.test")).uris.empty());
  dns.fails("_smtp._tls.a.test");
  EXPECT_TRUE(run(look_up_tls_report(dns, "a.test")).failed);
}

TEST(TlsReportSending, IsAMailAsTheRfcWants) {
  const auto report = parse_tls_report(kReport).value();
  const std::string mail = build_tls_report_mail(
      report,
      {"ours.test", "company-y.example", "tlsrpt@ours.test", {"a@b.test", "c@d.test"}, report.end});
  const auto parsed = message::parse(mail);
  EXPECT_EQ(parsed.header.get("TLS-Report-Domain"), "company-y.example");
  EXPECT_EQ(parsed.header.get("TLS-Report-Submitter"), "ours.test");
  EXPECT_EQ(parsed.header.get("TLS-Required"), "No");
  EXPECT_EQ(parsed.header.get("To"), "a@b.test, c@d.test");
  EXPECT_EQ(parsed.header.get("Subject"),
            "Report Domain: company-y.example Submitter: ours.test "
            "Report-ID: <5065427c-23d3-47ca-b6e0-946ea0e8c4be>");
  ASSERT_EQ(parsed.parts.size(), 3U);
  EXPECT_TRUE(parsed.parts[0].is("multipart", "report"));
  EXPECT_EQ(*message::find_parameter(parsed.parts[0].parameters, "report-type"), "tlsrpt");
  const auto& part = parsed.parts[2];
  EXPECT_TRUE(part.is("application", "tlsrpt+gzip"));
  EXPECT_EQ(part.filename(),
            "ours.test!company-y.example!1459468800!1459555199!5065427c23d347cab6e0946ea0e8c4be"
            ".json.gz");
  const std::string body = message::decode_transfer(
      std::string_view(mail).substr(part.body_begin, part.size()), part.transfer());
  EXPECT_EQ(read_tls_report(body), report);
}

class TlsResultsTest : public ::testing::Test {
 protected:
  static constexpr Day kDay{std::chrono::days(20'000)};

  void count(const TlsSession& session, Day day = kDay) {
    store::Transaction tx(store_.engine().latest());
    count_tls_session(tx, day, session);
    ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  }
  static TlsSession sts(std::optional<TlsFailure> failure = {}) {
    return {"a.test", TlsPolicyType::sts, {"version: STSv1"}, {"*.a.test"}, std::move(failure)};
  }
  static TlsFailure failure(std::string type, std::string host = "mx.a.test") {
    TlsFailure out;
    out.result_type = std::move(type);
    out.mx_host = std::move(host);
    return out;
  }
  std::vector<TlsPolicyResult> results(std::string_view domain = "a.test") {
    return read_tls_results(store_.engine().latest(), kDay, domain);
  }

  store::testing::TemporaryStore store_;
};

TEST_F(TlsResultsTest, AreCountedByPolicyAndKind) {
  count(sts());
  count(sts());
  count(sts(failure("certificate-expired")));
  count(sts(failure("certificate-expired")));
  count(sts(failure("certificate-expired", "mx2.a.test")));
  count({.domain = "a.test"});
  const auto all = results();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].type, TlsPolicyType::sts);
  EXPECT_EQ(all[0].successes, 2U);
  EXPECT_EQ(all[0].failures, 3U);
  ASSERT_EQ(all[0].details.size(), 2U);
  EXPECT_EQ(all[0].details[0].sessions, 2U);
  EXPECT_EQ(all[0].mx_hosts, std::vector<std::string>{"*.a.test"});
  EXPECT_EQ(all[1].type, TlsPolicyType::none);
  EXPECT_EQ(all[1].successes, 1U);
}

TEST_F(TlsResultsTest, DaysAndDomainsAreApart) {
  count(sts());
  count({.domain = "b.test"});
  count({.domain = "c.test"}, kDay + std::chrono::days(1));
  EXPECT_EQ(tls_result_domains(store_.engine().latest(), kDay),
            (std::vector<std::string>{"a.test", "b.test"}));
  store::Transaction tx(store_.engine().latest());
  forget_tls_results(tx, kDay, "a.test");
  ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  EXPECT_TRUE(results().empty());
  EXPECT_EQ(results("b.test").size(), 1U);
}

TEST_F(TlsResultsTest, AreBounded) {
  store::Transaction tx(store_.engine().latest());
  for (std::size_t i = 0; i < kMaxTlsReportFailures + 5; ++i) {
    count_tls_session(tx, kDay, sts(failure("x" + std::to_string(i))));
  }
  for (std::size_t i = 0; i < kMaxTlsReportPolicies + 3; ++i) {
    count_tls_session(tx, kDay, {"b.test", TlsPolicyType::sts, {std::to_string(i)}, {}, {}});
  }
  ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  EXPECT_EQ(results()[0].details.size(), kMaxTlsReportFailures);
  EXPECT_EQ(results()[0].failures, kMaxTlsReportFailures + 5);
  EXPECT_EQ(results("b.test").size(), kMaxTlsReportPolicies);
}

TEST_F(TlsResultsTest, TextsFromOutsideDoNotSpoilTheRecord) {
  auto bad = failure("validation-failure");
  bad.reason_code = "\xFF\xFE" + std::string(5000, 'x');
  count(sts(bad));
  count(sts(bad));
  ASSERT_EQ(results().size(), 1U);
  EXPECT_EQ(results()[0].details.size(), 1U);
}

TEST_F(TlsResultsTest, MakeAReportWithAnIdOfItsDay) {
  count(sts(failure("certificate-expired")));
  const auto report =
      make_tls_report(results(), kDay, "a.test", "Ours", "tls@ours.test", "ours.test");
  EXPECT_EQ(report.begin, Time(kDay));
  EXPECT_EQ(report.end, Time(kDay) + 24h - 1s);
  EXPECT_EQ(report.id,
            make_tls_report({}, kDay, "a.test", "Ours", "tls@ours.test", "ours.test").id);
  EXPECT_NE(report.id,
            make_tls_report({}, kDay, "b.test", "Ours", "tls@ours.test", "ours.test").id);
  EXPECT_EQ(parse_tls_report(write_tls_report(report)), report);
}

TEST_F(TlsResultsTest, WhatOthersReportIsKeptOnce) {
  const auto summary = summarize(parse_tls_report(kReport).value(), parse_tls_report(kReport)->end);
  EXPECT_EQ(summary.successes, 5326U);
  EXPECT_EQ(summary.failures, 303U);
  EXPECT_EQ(summary.details[0].result_type, "starttls-not-supported");
  store::Transaction tx(store_.engine().latest());
  EXPECT_TRUE(keep_summary(tx, summary));
  EXPECT_FALSE(keep_summary(tx, summary));
  ASSERT_TRUE(store_.engine().commit_blocking(tx.take()));
  const Day day = std::chrono::floor<std::chrono::days>(summary.begin);
  const auto kept = read_tls_summaries(store_.engine().latest(), day, day, 10);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].id, summary.id);
  EXPECT_EQ(kept[0].domains, std::vector<std::string>{"company-y.example"});
  EXPECT_EQ(kept[0].details, summary.details);
  const Day next = day + std::chrono::days(1);
  EXPECT_TRUE(read_tls_summaries(store_.engine().latest(), next, next, 10).empty());
}

}  // namespace
}  // namespace freehold::trust

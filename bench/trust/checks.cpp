#include "checks.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/testing/run.hpp"
#include "filter/assessment.hpp"
#include "filter/classifier.hpp"
#include "measure.hpp"
#include "message/parser.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/disposition.hpp"
#include "trust/examination.hpp"

namespace freehold::bench {

namespace {

constexpr int kTogether = 20;

// A sender as they are: records with includes, and a list of networks in each.
void fill(net::testing::DnsWorld& dns) {
  dns.ptr("192.0.2.17", "relay.example.org");
  dns.address("relay.example.org", "192.0.2.17");
  dns.txt("example.org", "v=spf1 include:_spf.one.example include:_spf.two.example mx -all");
  dns.txt("_spf.one.example",
          "v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/24 ip6:2001:db8::/32 ~all");
  dns.txt("_spf.two.example", "v=spf1 ip4:198.18.0.0/15 ip4:192.0.2.0/24 ~all");
  dns.txt("_dmarc.example.org", "v=DMARC1; p=reject; rua=mailto:reports@example.org");
}

awaitable<int> examine(const message::Header& header, const std::string& body, net::Resolver& dns) {
  for (int i = 0; i < kTogether; ++i) {
    trust::Examination examination(header);
    for (std::size_t at = 0; at < body.size(); at += kPiece) {
      examination.body(std::string_view(body).substr(at, kPiece));
    }
    examination.finish();
    const trust::Claim claim{net::IpAddress::parse("192.0.2.17").value(), "relay.example.org",
                             "bert@example.org"};
    const auto findings = co_await examination.run(dns, claim, kNow, 0);
    const auto disposition = trust::decide(findings, trust::known_sealers());
    const auto field =
        trust::authentication_results_field(findings.results("mail.example.net", claim));
    if (field.empty() || disposition.action != trust::Disposition::Action::accept) std::abort();
  }
  co_return 0;
}

// Some 700 different words, as long letters have.
std::string prose(std::size_t size, std::string_view line_end) {
  constexpr std::array kSyllables{"ba", "den", "lo", "mir", "sta", "ke", "run", "fi", "gro"};
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    const auto pick = i * i % 729;
    text += kSyllables.at(pick % 9);
    text += kSyllables.at(pick / 9 % 9);
    text += kSyllables.at(pick / 81);
    text += i % 12 == 11 ? line_end : " ";
  }
  return text;
}

// A letter of 20 KiB in plain text and HTML, as mail programs write it.
std::string letter() {
  return "From: \"Bert\" <bert@example.org>\r\nTo: anna@example.net\r\nSubject: the invoice of "
         "November\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; "
         "boundary=b1\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
         prose(8 * 1024, ".\r\n") +
         "\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>" +
         prose(11 * 1024,
               "</p>\r\n<p style=\"margin:0\"><a href=\"https://example.org/?id=7\">more</a> ") +
         "</body></html>\r\n--b1--\r\n";
}

double judge(const message::Parsed& parsed, const std::string& message,
             const filter::BaseModel& base, const filter::Delta& delta) {
  const auto content = filter::read_content(parsed, filter::read_texts(parsed, message));
  filter::Facts facts;
  facts.words = filter::judge(base, delta, content.tokens);
  facts.words_trust = filter::words_trust_of(*facts.words, base);
  const auto assessment = filter::assess(facts, {});
  return static_cast<double>(filter::spam_field(assessment, {}).size());
}

}  // namespace

void measure_checks(double seconds) {
  net::testing::DnsWorld dns;
  fill(dns);
  const auto header_text = sample_header();
  const auto body = sample_body();
  const message::Header header(header_text);
  const auto message = letter();
  const auto parsed = message::parse(message);
  const auto base = filter::seed_model();
  const filter::Delta delta;
  Measure all[] = {
      {"checks", [&] { (void)freehold::testing::run(examine(header, body, dns)); }, kTogether, {}},
      {"filter", [&] { (void)judge(parsed, message, base, delta); }, 1, {}},
  };
  take_rounds(all, seconds);
  for (const auto& one : all) {
    std::printf("{\"name\": \"%s\", \"us\": %.2f}\n", one.name, median(one.rounds) * 1e6);
  }
}

}  // namespace freehold::bench

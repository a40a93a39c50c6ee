#include "trust/tls_report.hpp"

#include <algorithm>
#include <chrono>

#include "base/bytes.hpp"
#include "message/builder.hpp"
#include "trust/limits.hpp"
#include "trust/packing.hpp"

namespace freehold::trust {

namespace {

std::string seconds_text(Time at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

// Letters and digits only: what a file name may carry of a report's id.
std::string unique_part(std::string_view id) {
  std::string out;
  for (const char c : id.substr(0, id.find('@'))) {
    if (is_alpha(c) || is_digit(c)) out.push_back(c);
  }
  return out;
}

std::string for_people(const TlsReport& report, const TlsReportMail& mail) {
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  for (const auto& policy : report.policies) {
    good += policy.successes;
    bad += policy.failures;
  }
  return "This is an aggregate TLS report of " + mail.submitter + " about mail to " + mail.domain +
         "\nfrom " + rfc3339(report.begin) + " to " + rfc3339(report.end) + ".\n\n" +
         "Sessions with the TLS that was asked for: " + std::to_string(good) +
         "\nSessions without: " + std::to_string(bad) +
         "\n\nThe report itself is attached, in the format of RFC 8460.\n";
}

bool is_wsp(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::optional<TlsReport> read_tls_report(std::string_view bytes) {
  if (!bytes.starts_with("\x1F\x8B")) return parse_tls_report(bytes);
  if (bytes.size() > kMaxTlsReportGzip) return std::nullopt;
  UnpackLimits limits;
  limits.output = kMaxTlsReportJson;
  const Unpacked unpacked = gunzip(bytes, limits);
  if (unpacked.outcome != Unpacked::Outcome::done) return std::nullopt;
  return parse_tls_report(unpacked.bytes);
}

std::vector<ReportUri> parse_tls_report_record(const std::vector<std::string>& texts) {
  constexpr std::string_view kBegin = "v=TLSRPTv1";
  const auto is_record = [&](std::string_view text) {
    if (!text.starts_with(kBegin)) return false;
    text.remove_prefix(kBegin.size());
    while (!text.empty() && is_wsp(text.front())) text.remove_prefix(1);
    return text.starts_with(';');
  };
  // 3: with several there is none.
  if (std::ranges::count_if(texts, is_record) != 1) return {};
  std::string_view text = *std::ranges::find_if(texts, is_record);
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    const std::string_view field = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (field.starts_with("rua=")) {
      return parse_report_uris(field.substr(4), kMaxTlsReportRecipients);
    }
  }
  return {};
}

awaitable<TlsReportWish> look_up_tls_report(net::Resolver& resolver, std::string domain) {
  const auto answer = co_await resolver.txt("_smtp._tls." + domain);
  TlsReportWish wish;
  wish.failed = answer.status == net::DnsStatus::failed || answer.status == net::DnsStatus::bogus;
  wish.uris = parse_tls_report_record(answer.records);
  co_return wish;
}

std::string tls_report_filename(const TlsReport& report, std::string_view submitter,
                                std::string_view domain) {
  std::string name = std::string(submitter) + "!" + std::string(domain) + "!" +
                     seconds_text(report.begin) + "!" + seconds_text(report.end);
  const std::string unique = unique_part(report.id);
  if (!unique.empty()) name += "!" + unique;
  return name + ".json.gz";
}

std::string build_tls_report_mail(const TlsReport& report, const TlsReportMail& mail) {
  using message::Entity;
  message::HeaderWriter fields;
  fields.raw("From", mail.from);
  std::string to;
  for (const auto& address : mail.to) to += (to.empty() ? "" : ", ") + address;
  fields.raw("To", to);
  fields.date("Date", mail.now);
  fields.raw("Subject", "Report Domain: " + mail.domain + " Submitter: " + mail.submitter +
                            " Report-ID: <" + report.id + ">");
  fields.raw("Message-ID", "<" + message::make_message_id(mail.submitter) + ">");
  fields.raw("TLS-Report-Domain", mail.domain);
  fields.raw("TLS-Report-Submitter", mail.submitter);
  fields.raw("TLS-Required", "No");  // RFC 8689, 5
  fields.raw("Auto-Submitted", "auto-generated");
  const auto filename = tls_report_filename(report, mail.submitter, mail.domain);
  const Entity content =
      Entity::multipart("report",
                        {Entity::text(for_people(report, mail)),
                         Entity::file(kTlsReportGzip, gzip(write_tls_report(report)), filename)},
                        {{"report-type", "tlsrpt"}});
  return message::build_message(fields, content);
}

}  // namespace freehold::trust

#include "trust/dmarc_report_mail.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "message/builder.hpp"
#include "net/dns_rdata.hpp"
#include "trust/limits.hpp"
#include "trust/packing.hpp"

namespace freehold::trust {

namespace {

std::string seconds_text(Time at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

std::string unique_part(std::string_view id) {
  std::string out;
  for (const char c : id.substr(0, id.find('@'))) {
    if (is_alpha(c) || is_digit(c)) out.push_back(c);
  }
  return out;
}

std::string for_people(const AggregateReport& report, const AggregateMail& mail) {
  std::uint64_t total = 0;
  std::uint64_t good = 0;
  for (const auto& row : report.rows) {
    total += row.count;
    if (row.dkim == "pass" || row.spf == "pass") good += row.count;
  }
  return "This is a DMARC aggregate report of " + mail.submitter + " about mail from " +
         report.policy.domain + "\nfrom " + rfc3339(report.begin) + " to " + rfc3339(report.end) +
         ".\n\nMessages: " + std::to_string(total) +
         "\nMessages that passed DMARC: " + std::to_string(good) +
         "\n\nThe report itself is attached, in the format of RFC 9990.\n";
}

// The value of a tag in "v=DMARC1; rua=…"; nothing when v=DMARC1 does not come first.
struct Permission {
  std::optional<std::string_view> rua;
};
std::optional<Permission> parse_permission(std::string_view text) {
  Permission out;
  bool first = true;
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    const std::string_view tag = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (tag.empty() && !first) continue;
    const auto equals = tag.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trim(tag.substr(0, equals));
    const std::string_view value = trim(tag.substr(equals + 1));
    if (first && (name != "v" || value != "DMARC1")) return std::nullopt;
    if (iequals(name, "rua") && !out.rua) out.rua = value;
    first = false;
  }
  if (first) return std::nullopt;
  return out;
}

}  // namespace

std::string aggregate_filename(const AggregateReport& report, std::string_view submitter) {
  std::string name = std::string(submitter) + "!" + report.policy.domain + "!" +
                     seconds_text(report.begin) + "!" + seconds_text(report.end);
  const std::string unique = unique_part(report.id);
  if (!unique.empty()) name += "!" + unique;
  return name + ".xml.gz";
}

std::string build_aggregate_mail(const AggregateReport& report, const AggregateMail& mail) {
  using message::Entity;
  message::HeaderWriter fields;
  fields.raw("From", mail.from);
  std::string to;
  for (const auto& address : mail.to) to += (to.empty() ? "" : ", ") + address;
  fields.raw("To", to);
  fields.date("Date", mail.now);
  fields.raw("Subject", "Report Domain: " + report.policy.domain + " Submitter: " + mail.submitter +
                            " Report-ID: <" + report.id + ">");
  fields.raw("Message-ID", "<" + message::make_message_id(mail.submitter) + ">");
  fields.raw("Auto-Submitted", "auto-generated");
  const Entity content =
      Entity::multipart("mixed", {Entity::text(for_people(report, mail)),
                                  Entity::file("application/gzip", gzip(write_aggregate(report)),
                                               aggregate_filename(report, mail.submitter))});
  return message::build_message(fields, content);
}

std::vector<ReportUri> within_size(std::vector<ReportUri> uris, std::uint64_t mail_size) {
  std::erase_if(uris, [mail_size](const ReportUri& uri) {
    return uri.max_size != 0 && mail_size > uri.max_size;
  });
  return uris;
}

std::string report_permission_name(std::string_view policy_domain,
                                   std::string_view destination_host) {
  std::string name =
      std::string(policy_domain) + "._report._dmarc." + std::string(destination_host);
  return net::is_dns_name(name) ? name : std::string();
}

ReportPermission read_report_permission(const net::DnsAnswer<std::string>& answer,
                                        std::string_view destination_host) {
  using Status = ReportPermission::Status;
  if (answer.status == net::DnsStatus::failed || answer.status == net::DnsStatus::bogus) {
    return {Status::unknown, {}};
  }
  ReportPermission out;
  for (const std::string& text : answer.records) {
    const auto permission = parse_permission(text);
    if (!permission) continue;
    out.status = Status::granted;
    if (!permission->rua || out.instead) continue;
    auto uris = parse_report_uris(*permission->rua, kMaxAggregateRecipients);
    // An override to a third host is no permission at all, for either.
    const bool strays = std::ranges::any_of(
        uris, [&](const ReportUri& uri) { return !iequals(uri.host, destination_host); });
    if (strays) return {Status::refused, {}};
    if (!uris.empty()) out.instead = std::move(uris);
  }
  return out;
}

awaitable<ReportPermission> ask_report_permission(net::Resolver& resolver,
                                                  std::string policy_domain,
                                                  std::string destination_host) {
  const std::string name = report_permission_name(policy_domain, destination_host);
  if (name.empty()) co_return ReportPermission{};
  const auto answer = co_await resolver.txt(name);
  co_return read_report_permission(answer, destination_host);
}

std::chrono::seconds report_delay(std::string_view policy_domain, std::string_view submitter,
                                  std::chrono::seconds spread) {
  if (spread.count() <= 0) return std::chrono::seconds(0);
  const auto hash = sha256(to_lower(policy_domain) + '\0' + to_lower(submitter));
  const std::uint64_t number = read_u64(hash.view().substr(0, 8));
  return std::chrono::seconds(
      static_cast<std::int64_t>(number % static_cast<std::uint64_t>(spread.count())));
}

}  // namespace freehold::trust

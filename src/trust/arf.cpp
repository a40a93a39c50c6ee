#include "trust/arf.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "message/address.hpp"
#include "message/date.hpp"
#include "message/header.hpp"
#include "message/transfer_encoding.hpp"
#include "trust/limits.hpp"
#include "trust/report_text.hpp"

namespace freehold::trust {

namespace {

using message::Header;
using message::Part;

constexpr std::size_t kMaxFields = 200;
constexpr std::size_t kMaxRepeated = 50;

std::string body_of(std::string_view message, const Part& part) {
  if (part.body_begin > message.size() || part.body_end < part.body_begin) return {};
  const std::string_view raw =
      message.substr(part.body_begin, std::min<std::uint64_t>(part.size(), kMaxFeedbackPart));
  return decode_transfer(raw, part.transfer());
}

std::string text_at(const Header& header, std::string_view name) {
  return report_text(header.get(name), kMaxReportString);
}

std::vector<std::string> all_at(const Header& header, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& field : header.fields()) {
    if (out.size() == kMaxRepeated) break;
    if (!iequals(header.name(field), name)) continue;
    out.push_back(report_text(message::unfold(header.value(field)), kMaxReportString));
  }
  return out;
}

std::string without_brackets(std::string text) {
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  return text;
}

// "dns; mail.example.com" and bare names.
std::string without_type(std::string text) {
  const auto mark = text.find(';');
  return mark == std::string::npos ? text
                                   : std::string(trim(std::string_view(text).substr(mark + 1)));
}

std::string first_address(const Header& header, std::string_view name) {
  for (const auto& address : message::parse_addresses(header.get(name))) {
    if (address.kind == message::Address::Kind::mailbox && !address.local.empty()) {
      return report_text(address.spec(), kMaxReportString);
    }
  }
  return {};
}

std::optional<FeedbackReport> read_fields(const Header& fields) {
  FeedbackReport report;
  report.type = to_lower(text_at(fields, "Feedback-Type"));
  if (report.type.empty()) return std::nullopt;
  report.user_agent = text_at(fields, "User-Agent");
  report.version = text_at(fields, "Version");
  report.original_envelope_id = text_at(fields, "Original-Envelope-Id");
  report.original_mail_from = without_brackets(text_at(fields, "Original-Mail-From"));
  for (auto& to : all_at(fields, "Original-Rcpt-To")) {
    report.original_rcpt_to.push_back(without_brackets(std::move(to)));
  }
  report.reported_domains = all_at(fields, "Reported-Domain");
  report.reported_uris = all_at(fields, "Reported-URI");
  report.reporting_mta = without_type(text_at(fields, "Reporting-MTA"));
  report.source_ip = text_at(fields, "Source-IP");
  // "Received-Date" is its name in drafts of the RFC, which are still met.
  auto arrival = message::parse_date(fields.get("Arrival-Date"));
  if (!arrival) arrival = message::parse_date(fields.get("Received-Date"));
  if (arrival) report.arrival = arrival->at;
  report.incidents = parse_number(fields.get("Incidents")).value_or(1);
  report.authentication_results = text_at(fields, "Authentication-Results");
  report.auth_failure = to_lower(text_at(fields, "Auth-Failure"));
  return report;
}

void read_original(const Header& header, FeedbackReport& report) {
  report.message_id = without_brackets(text_at(header, "Message-ID"));
  report.from = first_address(header, "From");
  report.to = first_address(header, "To");
  report.subject = text_at(header, "Subject");
}

// The parts of the report itself: a message that is enclosed may hold another one.
std::vector<const Part*> children_of_root(const std::vector<Part>& parts) {
  std::vector<const Part*> out;
  for (const Part& part : parts) {
    if (part.parent == 0) out.push_back(&part);
  }
  return out;
}

}  // namespace

std::optional<FeedbackReport> parse_feedback(std::string_view message,
                                             const message::Parsed& parsed) {
  if (parsed.parts.empty()) return std::nullopt;
  const Part& root = parsed.parts.front();
  const auto* type = message::find_parameter(root.parameters, "report-type");
  if (!root.is("multipart", "report") || type == nullptr || !iequals(*type, "feedback-report")) {
    return std::nullopt;
  }
  std::optional<FeedbackReport> report;
  std::optional<Header> original;
  for (const Part* part : children_of_root(parsed.parts)) {
    if (part->is("message", "feedback-report") && !report) {
      report = read_fields(Header(body_of(message, *part), kMaxFields));
    } else if (part->is_message() || part->is("text", "rfc822-headers") ||
               part->is("message", "global-headers")) {
      if (!original) original = Header(body_of(message, *part), kMaxFields);
    }
  }
  if (report && original) read_original(*original, *report);
  return report;
}

}  // namespace freehold::trust

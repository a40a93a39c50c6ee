#include "trust/report_intake.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/bytes.hpp"
#include "message/parser.hpp"
#include "message/transfer_encoding.hpp"
#include "trust/arf.hpp"
#include "trust/dmarc_summaries.hpp"
#include "trust/tls_results.hpp"

namespace freehold::trust {

namespace {

constexpr std::array<std::string_view, 3> kLocalParts{"dmarc-reports", "tls-reports",
                                                      "abuse-reports"};

std::string decoded(std::string_view message, const message::Part& part) {
  const auto begin = std::min<std::size_t>(part.body_begin, message.size());
  return message::decode_transfer(message.substr(begin, part.size()),
                                  message::transfer_encoding(part.encoding));
}

bool may_be_aggregate(const message::Part& part) {
  return part.is("application", "gzip") || part.is("application", "x-gzip") ||
         part.is("application", "zip") || part.is("application", "x-zip-compressed") ||
         part.is("application", "octet-stream") || part.is("application", "xml") ||
         part.is("text", "xml");
}

ReportKind take_part(store::Transaction& tx, std::string_view message, const message::Part& part,
                     Time received) {
  if (part.type == "application" && part.subtype.starts_with("tlsrpt")) {
    const auto report = read_tls_report(decoded(message, part));
    if (!report) return ReportKind::none;
    return keep_summary(tx, summarize(*report, received)) ? ReportKind::tls : ReportKind::repeated;
  }
  if (!may_be_aggregate(part)) return ReportKind::none;
  const auto reading = read_aggregate(decoded(message, part));
  if (reading.problem != AggregateProblem::none) return ReportKind::none;
  return keep_summary(tx, summarize(reading.report, received)) ? ReportKind::dmarc
                                                               : ReportKind::repeated;
}

}  // namespace

bool is_report_address(std::string_view local_part) {
  return std::ranges::any_of(kLocalParts,
                             [&](std::string_view each) { return iequals(each, local_part); });
}

std::string_view to_string(ReportKind kind) {
  constexpr std::array<std::string_view, 5> words{"none", "repeated", "dmarc", "tls", "complaint"};
  return words.at(static_cast<std::size_t>(kind));
}

TakenReport take_report(store::Transaction& tx, std::string_view message,
                        const ReportTaker& taker) {
  const auto parsed = message::parse(message);
  for (const auto& part : parsed.parts) {
    const auto kind = take_part(tx, message, part, taker.now);
    if (kind != ReportKind::none) return {kind};
  }
  const auto feedback = parse_feedback(message, parsed);
  if (!feedback) return {};
  auto complaint = complaint_of(*feedback, taker.return_paths, taker.is_our_domain, taker.now);
  // RFC 6650: what is not about our mail is nobody's business here.
  if (complaint.sender.empty()) return {};
  if (!keep_complaint(tx, complaint)) return {ReportKind::repeated};
  return {ReportKind::complaint, std::move(complaint)};
}

}  // namespace freehold::trust

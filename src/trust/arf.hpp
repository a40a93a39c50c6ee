#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "message/parser.hpp"

namespace freehold::trust {

// RFC 5965: a mailbox provider tells that somebody has called our message spam (or that it failed
// authentication, RFC 6591). multipart/report; report-type=feedback-report.

struct FeedbackReport {
  std::string type;  // lower case: "abuse", "fraud", "auth-failure", "not-spam", "virus", "other"
  std::string user_agent;
  std::string version;
  std::string original_envelope_id;
  std::string original_mail_from;  // without angle brackets
  std::vector<std::string> original_rcpt_to;
  std::vector<std::string> reported_domains;
  std::vector<std::string> reported_uris;
  std::string reporting_mta;
  std::string source_ip;
  std::optional<Time> arrival;
  std::uint64_t incidents = 1;
  std::string authentication_results;
  std::string auth_failure;  // RFC 6591, lower case: "dkim", "spf", "dmarc", …

  // Of the message that is reported on; without angle brackets, and empty where it is left out.
  std::string message_id;
  std::string from;  // the address
  std::string to;    // the first address
  std::string subject;
};

// `message` is the whole of which `parsed` was made. Nothing when it is no such report, or has no
// Feedback-Type (3.1). What is missing elsewhere stays empty; broken reports are frequent.
[[nodiscard]] std::optional<FeedbackReport> parse_feedback(std::string_view message,
                                                           const message::Parsed& parsed);

// RFC 6650: a report is acted on for what is ours only. `knows_message` tells whether a Message-ID
// is one that we gave, `is_our_domain` a domain of this house.
enum class FeedbackOrigin : std::uint8_t {
  message,  // it names a message of ours
  sender,   // no message, but an envelope or header sender of ours
  foreign,
};
template <class KnowsMessage, class IsOurDomain>
[[nodiscard]] FeedbackOrigin origin_of(const FeedbackReport& report, KnowsMessage knows_message,
                                       IsOurDomain is_our_domain) {
  if (!report.message_id.empty() && knows_message(std::string_view(report.message_id))) {
    return FeedbackOrigin::message;
  }
  for (const std::string* address : {&report.original_mail_from, &report.from}) {
    const auto at = address->rfind('@');
    if (at == std::string::npos) continue;
    if (is_our_domain(std::string_view(*address).substr(at + 1))) return FeedbackOrigin::sender;
  }
  return FeedbackOrigin::foreign;
}

}  // namespace freehold::trust

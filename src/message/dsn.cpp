#include "message/dsn.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "message/builder.hpp"
#include "message/charset.hpp"
#include "message/date.hpp"
#include "message/dsn_text.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::array<std::string_view, 5> kActions = {"failed", "delayed", "delivered", "relayed",
                                                      "expanded"};
constexpr std::size_t kMaxValue = 900;  // a line's limit of 998, less the field's name

// One line. Where the report is not in UTF-8, other characters become "?" (RFC 3464, 2.1.2 allows
// ASCII only).
std::string one_line(std::string_view text, bool utf8) {
  std::string out = guess_utf8(text);
  std::ranges::replace_if(out, is_blank, ' ');
  if (!utf8)
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) > 126; }, '?');
  return std::string(utf8_prefix(out, kMaxValue));
}

class StatusWriter {
 public:
  explicit StatusWriter(bool utf8) : utf8_(utf8) {}

  void field(std::string_view name, std::string_view value) {
    if (!value.empty()) out_.raw(name, one_line(value, utf8_));
  }
  void typed(std::string_view name, std::string_view type, std::string_view value) {
    if (!value.empty()) field(name, std::string(type) + "; " + std::string(value));
  }
  void date(std::string_view name, std::optional<Time> at) {
    if (at) out_.date(name, *at);
  }
  void end_group() { out_.block("\r\n"); }
  [[nodiscard]] const std::string& str() const { return out_.str(); }

 private:
  HeaderWriter out_;
  bool utf8_;
};

std::string_view address_type(std::string_view address) {
  return is_ascii(address) ? "rfc822" : "utf-8";  // RFC 6533, 3
}

void write_recipient(StatusWriter& out, const DsnRecipient& recipient) {
  out.field("Original-Recipient", recipient.original_recipient);
  out.typed("Final-Recipient", address_type(recipient.final_recipient), recipient.final_recipient);
  out.field("Action", kActions[static_cast<std::size_t>(recipient.action)]);
  out.field("Status", recipient.status);
  out.typed("Remote-MTA", "dns", recipient.remote_mta);
  // Only what came over SMTP has the type smtp (RFC 3464, 2.3.6).
  out.typed("Diagnostic-Code", recipient.remote_mta.empty() ? "x-freehold" : "smtp",
            recipient.diagnostic);
  out.date("Last-Attempt-Date", recipient.last_attempt);
  if (recipient.action == DsnAction::delayed) {
    out.date("Will-Retry-Until", recipient.will_retry_until);
  }
}

Entity delivery_status(const Dsn& dsn, bool utf8) {
  StatusWriter out(utf8);
  out.field("Original-Envelope-Id", dsn.envelope_id);
  out.typed("Reporting-MTA", "dns", dsn.reporting_mta);
  out.date("Arrival-Date", dsn.arrival);
  for (const DsnRecipient& recipient : dsn.recipients) {
    out.end_group();
    write_recipient(out, recipient);
  }
  return Entity::verbatim(utf8 ? "message/global-delivery-status" : "message/delivery-status",
                          out.str());
}

bool needs_utf8(const Dsn& dsn) {
  return !is_ascii(dsn.envelope_id) ||
         std::ranges::any_of(dsn.recipients, [](const DsnRecipient& recipient) {
           return !is_ascii(recipient.final_recipient) || !is_ascii(recipient.original_recipient);
         });
}

HeaderWriter fields(const Dsn& dsn) {
  HeaderWriter out;
  out.raw("From", "Mail Delivery System <" + one_line(dsn.from, true) + '>');
  out.raw("To", one_line(dsn.to, true));
  out.text("Subject", dsn_subject(dsn));
  out.date("Date", dsn.now);
  out.raw("Message-ID", '<' + make_message_id(one_line(dsn.reporting_mta, true)) + '>');
  if (!dsn.message_id.empty()) {
    const std::string id = '<' + one_line(dsn.message_id, true) + '>';
    out.raw("In-Reply-To", id).raw("References", id);
  }
  out.raw("Auto-Submitted", "auto-replied");  // RFC 3834, 5
  return out;
}

}  // namespace

std::string build_dsn(const Dsn& dsn) {
  std::vector<Entity> parts;
  parts.push_back(Entity::text(dsn_text(dsn)));
  parts.push_back(delivery_status(dsn, needs_utf8(dsn)));
  if (!dsn.original.empty()) {
    parts.push_back(dsn.returned == DsnReturn::full ? Entity::message(dsn.original)
                                                    : Entity::message_headers(dsn.original));
  }
  return build_message(fields(dsn),
                       Entity::multipart("report", parts, {{"report-type", "delivery-status"}}));
}

}  // namespace freehold::message

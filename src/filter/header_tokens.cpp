#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "filter/limits.hpp"
#include "filter/token_kinds.hpp"
#include "message/encoded_word.hpp"
#include "trust/domain_name.hpp"
#include "trust/public_suffix.hpp"

namespace freehold::filter {

namespace {

// Fields that the receiving side writes, ours or that of whom a corpus comes from: they tell where
// a message was, not what it is.
constexpr std::array<std::string_view, 15> kReceivers = {
    "received",      "return-path",  "delivered-to", "authentication-results",
    "x-original-to", "status",       "x-status",     "x-keywords",
    "x-uid",         "envelope-to",  "lines",        "content-length",
    "delivery-date", "received-spf", "x-received"};
constexpr std::array<std::string_view, 12> kReceiverPrefixes = {
    "x-spam", "x-freehold", "x-bogosity", "x-gmail-",  "x-mozilla", "x-evolution",
    "arc-",   "x-virus",    "x-ms-",      "x-google-", "x-rspamd",  "x-dspam"};

bool is_receivers(std::string_view lower) {
  return std::ranges::find(kReceivers, lower) != kReceivers.end() ||
         std::ranges::any_of(kReceiverPrefixes,
                             [&](std::string_view p) { return lower.starts_with(p); });
}

void add_field_names(Tokens& to, const message::Header& header) {
  std::size_t named = 0;
  bool broken = false;
  for (const message::Field& field : header.fields()) {
    if (named == kMaxFieldNames) break;
    const std::string name = to_lower(header.name(field).substr(0, 80));
    if (!is_ascii(header.value(field))) broken = true;
    if (is_receivers(name)) continue;
    to.add("field", name);
    ++named;
  }
  if (broken) to.add("header", "raw bytes");
}

void add_domain(Tokens& to, std::string_view kind, std::string_view domain) {
  const auto name = trust::comparable_domain(domain);
  if (!name) {
    to.add(kind, "(none)");
    return;
  }
  to.add(kind, *name);
  const std::string registrable = trust::registrable_domain(*name);
  if (registrable != *name) to.add(kind, registrable);
  to.add("sender-tld", registrable.substr(registrable.rfind('.') + 1));
}

void add_local_part(Tokens& to, std::string_view local) {
  const auto digits = std::ranges::count_if(local, is_digit);
  if (digits >= 4) to.add("from", "many digits");
  if (local.size() > 30) to.add("from", "long local part");
  to.add("from-local", to_lower(local.substr(0, 64)));
}

void add_from(Tokens& to, const message::Envelope& envelope) {
  if (envelope.from.empty()) {
    to.add("missing", "from");
    return;
  }
  if (envelope.from.size() > 1) to.add("from", "several");
  const message::Address& from = envelope.from.front();
  const std::string name = from.display_name();
  add_domain(to, "from-domain", from.domain);
  add_local_part(to, from.local);
  if (name.empty()) to.add("from", "no name");
  if (name.find('@') != std::string::npos) to.add("from", "address in name");
  add_words(to, "from-name", name.substr(0, 500), kMaxFieldWords, false);
}

std::string registrable_of(std::string_view domain) {
  const auto name = trust::comparable_domain(domain);
  return name ? trust::registrable_domain(*name) : std::string();
}

void add_other_addresses(Tokens& to, const message::Envelope& envelope) {
  if (envelope.to.empty() && envelope.cc.empty()) to.add("missing", "to");
  const std::size_t recipients = envelope.to.size() + envelope.cc.size();
  if (recipients > 1) to.add("recipients", count_class(recipients));
  if (envelope.from.empty()) return;
  const std::string from = registrable_of(envelope.from.front().domain);
  if (!envelope.reply_to.empty() && registrable_of(envelope.reply_to.front().domain) != from) {
    to.add("reply-to", "another domain");
    add_domain(to, "reply-to-domain", envelope.reply_to.front().domain);
  }
  if (!envelope.to.empty() && envelope.to.front().spec() == envelope.from.front().spec()) {
    to.add("from", "to itself");
  }
  if (envelope.message_ids.empty()) return;
  const std::string_view id = envelope.message_ids.front();
  const std::string id_domain = registrable_of(id.substr(id.rfind('@') + 1));
  to.add("message-id", id_domain.empty()   ? "no domain"
                       : id_domain == from ? "of the sender"
                                           : "another domain");
}

void add_subject(Tokens& to, const message::Envelope& envelope) {
  const std::string subject = envelope.decoded_subject().substr(0, 1000);
  const auto letters = std::ranges::count_if(subject, is_alpha);
  const auto capitals = std::ranges::count_if(subject, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (subject.empty()) to.add("missing", "subject text");
  if (letters >= 8 && capitals * 10 > letters * 8) to.add("subject-form", "capitals");
  if (subject.find("!!") != std::string::npos) to.add("subject-form", "exclamations");
  if (subject.find("  ") != std::string::npos) to.add("subject-form", "gaps");
  const bool is_reply = istarts_with(subject, "re:") || istarts_with(subject, "aw:");
  const bool has_reference = !envelope.references.empty() || !envelope.in_reply_to_ids.empty();
  if (is_reply && !has_reference) to.add("subject-form", "reply to nothing");
  if (has_reference) to.add("header", "is a reply");
  add_words(to, "subject", subject, kMaxFieldWords, true);
  add_words(to, "word", subject, kMaxFieldWords, false);
}

// "Microsoft Outlook 16.0" → "microsoft outlook": versions come and go.
void add_mailer(Tokens& to, const message::Header& header) {
  std::string mailer = header.get("X-Mailer");
  if (mailer.empty()) mailer = header.get("User-Agent");
  if (mailer.empty()) return;
  const std::size_t end = std::min(mailer.find_first_of("0123456789/(["), mailer.size());
  to.add("mailer",
         to_lower(trim(std::string_view(mailer).substr(0, std::min<std::size_t>(end, 60)))));
}

void add_date(Tokens& to, const message::Envelope& envelope) {
  if (envelope.date.empty()) return;
  if (!envelope.sent_at) {
    to.add("date", "unreadable");
    return;
  }
  const std::string_view date = trim(envelope.date);
  const std::size_t zone = date.find_last_of("+-");
  if (zone != std::string_view::npos) to.add("zone", date.substr(zone, 5));
}

}  // namespace

void add_header_tokens(Tokens& to, const message::Parsed& parsed) {
  for (const std::string_view field :
       {"Date", "Message-ID", "Subject", "MIME-Version", "Reply-To"}) {
    if (parsed.header.find(field) == nullptr) to.add("missing", to_lower(field));
  }
  add_from(to, parsed.envelope);
  add_other_addresses(to, parsed.envelope);
  add_mailer(to, parsed.header);
  add_date(to, parsed.envelope);
  add_field_names(to, parsed.header);
  for (const std::string_view field :
       {"Precedence", "X-Priority", "Importance", "Auto-Submitted"}) {
    const std::string value = parsed.header.get(field);
    if (!value.empty()) to.add(to_lower(field), to_lower(value.substr(0, 20)));
  }
  add_subject(to, parsed.envelope);
}

}  // namespace freehold::filter

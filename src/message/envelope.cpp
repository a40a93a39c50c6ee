#include "message/envelope.hpp"

#include <iterator>
#include <utility>

#include "base/bytes.hpp"
#include "message/encoded_word.hpp"
#include "message/thread.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxMessageIds = 20;
constexpr std::size_t kMaxReferences = 100;
constexpr std::size_t kMaxAddresses = 5000;  // then no further field is read

struct TextField {
  std::string_view name;
  std::string Envelope::* text;
  bool EnvelopeParts::* part;
};
constexpr TextField kTextFields[] = {
    {"date", &Envelope::date, &EnvelopeParts::date},
    {"subject", &Envelope::subject, &EnvelopeParts::subject},
    {"message-id", &Envelope::message_id, &EnvelopeParts::ids},
    {"in-reply-to", &Envelope::in_reply_to, &EnvelopeParts::ids},
};

struct AddressField {
  std::string_view name;
  Addresses Envelope::* list;
  bool repeated;
};
constexpr AddressField kAddressFields[] = {
    {"from", &Envelope::from, false},
    {"sender", &Envelope::sender, false},
    {"reply-to", &Envelope::reply_to, false},
    {"to", &Envelope::to, true},
    {"cc", &Envelope::cc, true},
    {"bcc", &Envelope::bcc, true},
};

bool take_text(Envelope& envelope, const EnvelopeParts& parts, std::string_view name,
               std::string_view value) {
  for (const auto& field : kTextFields) {
    if (!iequals(name, field.name)) continue;
    auto& text = envelope.*field.text;
    if (parts.*field.part && text.empty()) text = unfold(value);
    return true;
  }
  return false;
}

void take_addresses(Envelope& envelope, std::string_view name, std::string_view value) {
  for (const AddressField& field : kAddressFields) {
    if (!iequals(name, field.name)) continue;
    Addresses& list = envelope.*field.list;
    if (!list.empty() && (!field.repeated || list.size() >= kMaxAddresses)) return;
    Addresses more = parse_addresses(value);
    if (list.empty()) {
      list = std::move(more);
    } else {
      list.insert(list.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
    }
    return;
  }
}

}  // namespace

std::string Envelope::decoded_subject() const { return decode_text(subject); }

Envelope make_envelope(const Header& header, const EnvelopeParts& parts) {
  Envelope envelope;
  for (const Field& field : header.fields()) {
    if (field.name_size > 11) continue;  // "in-reply-to"
    const std::string_view name = header.name(field);
    const std::string_view value = header.value(field);
    if (take_text(envelope, parts, name, value)) continue;
    if (iequals(name, "references")) {
      if (parts.ids && envelope.references.empty())
        envelope.references = parse_message_ids(value, kMaxReferences);
    } else if (parts.addresses) {
      take_addresses(envelope, name, value);
    }
  }
  if (parts.date) envelope.sent_at = parse_date(envelope.date);
  if (!parts.ids) return envelope;
  envelope.message_ids = parse_message_ids(envelope.message_id, kMaxMessageIds);
  envelope.in_reply_to_ids = parse_message_ids(envelope.in_reply_to, kMaxMessageIds);
  return envelope;
}

}  // namespace freehold::message

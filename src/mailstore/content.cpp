#include "mailstore/content.hpp"

#include "message/parser.hpp"

namespace freehold::mailstore {

namespace {

// A longer header section is read from the body when it is asked for.
constexpr std::size_t kStoredHeader = 64 * 1024;

template <class Records>
void put_addresses(Records& records, const message::Addresses& addresses) {
  using Role = schema::Address4;
  for (const auto& address : addresses) {
    auto& record = *records.Add();
    switch (address.kind) {
      case message::Address::Kind::mailbox:
        record.set_name(address.name);
        record.set_mailbox(address.local);
        record.set_host(address.domain);
        break;
      case message::Address::Kind::group_begin:
        record.set_mailbox(address.name);
        record.set_role(Role::GROUP_BEGIN);
        break;
      case message::Address::Kind::group_end:
        record.set_role(Role::GROUP_END);
        break;
    }
  }
}

void put_envelope(schema::Envelope& record, const message::Envelope& envelope) {
  record.set_date(envelope.date);
  record.set_subject(envelope.subject);
  put_addresses(*record.mutable_from(), envelope.from);
  put_addresses(*record.mutable_sender(), envelope.sender);
  put_addresses(*record.mutable_reply_to(), envelope.reply_to);
  put_addresses(*record.mutable_to(), envelope.to);
  put_addresses(*record.mutable_cc(), envelope.cc);
  put_addresses(*record.mutable_bcc(), envelope.bcc);
  record.set_in_reply_to(envelope.in_reply_to);
  record.set_message_id(envelope.message_id);
}

template <class Records>
void put_parameters(Records& records, const message::Parameters& parameters) {
  for (const auto& parameter : parameters) {
    auto& record = *records.Add();
    record.set_name(parameter.name);
    record.set_value(parameter.value);
  }
}

void put_part(schema::Part& record, const message::Part& part) {
  record.set_parent(
      part.parent == message::Part::kNoParent ? -1 : static_cast<std::int32_t>(part.parent));
  record.set_type(part.type);
  record.set_subtype(part.subtype);
  put_parameters(*record.mutable_parameters(), part.parameters);
  record.set_id(part.id);
  record.set_description(part.description);
  record.set_encoding(part.encoding);
  record.set_disposition(part.disposition);
  put_parameters(*record.mutable_disposition_parameters(), part.disposition_parameters);
  record.mutable_languages()->Assign(part.languages.begin(), part.languages.end());
  record.set_location(part.location);
  record.set_md5(part.md5);
  record.set_header_begin(part.header_begin);
  record.set_body_begin(part.body_begin);
  record.set_body_end(part.body_end);
  record.set_lines(part.lines);
  if (part.envelope) put_envelope(*record.mutable_envelope(), *part.envelope);
}

}  // namespace

schema::Content content_of(const message::Parsed& parsed) {
  schema::Content record;
  const auto& header = parsed.header.raw();
  record.set_header_cut(parsed.header_truncated || header.size() > kStoredHeader);
  if (!record.header_cut()) record.set_header(header);
  put_envelope(*record.mutable_envelope(), parsed.envelope);
  for (const auto& part : parsed.parts) put_part(*record.add_parts(), part);
  record.set_preview(parsed.preview);
  record.set_has_attachment(parsed.has_attachment);
  record.mutable_references()->Assign(parsed.envelope.references.begin(),
                                      parsed.envelope.references.end());
  if (const auto& sent = parsed.envelope.sent_at) {
    record.set_sent_at(to_millis(sent->at));
    record.set_sent_zone(static_cast<std::int32_t>(sent->offset.count()));
  }
  record.set_text_part(static_cast<std::uint32_t>(parsed.first_text_part.value_or(0)));
  return record;
}

}  // namespace freehold::mailstore

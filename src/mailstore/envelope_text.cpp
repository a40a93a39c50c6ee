#include "mailstore/envelope_text.hpp"

#include "message/imap_string.hpp"
#include "schema/mailstore.pb.h"

namespace freehold::mailstore {

namespace {

using message::append_imap_nstring;
using message::append_imap_string;

void append_address(std::string& out, const schema::Address4& address) {
  using Role = schema::Address4;
  out += '(';
  append_imap_nstring(out, address.name());
  out += " NIL ";
  if (address.role() == Role::GROUP_END) {
    out += "NIL NIL";
  } else if (address.role() == Role::GROUP_BEGIN) {
    append_imap_string(out, address.mailbox());
    out += " NIL";
  } else {
    append_imap_string(out, address.mailbox());
    out += ' ';
    append_imap_string(out, address.host());
  }
  out += ')';
}

template <class Addresses>
void append_addresses(std::string& out, const Addresses& addresses) {
  out += ' ';
  if (addresses.empty()) {
    out += "NIL";
    return;
  }
  out += '(';
  for (const auto& address : addresses) append_address(out, address);
  out += ')';
}

}  // namespace

std::string envelope_text(const schema::Envelope& envelope) {
  std::string out = "(";
  append_imap_nstring(out, envelope.date());
  out += ' ';
  append_imap_nstring(out, envelope.subject());
  append_addresses(out, envelope.from());
  // RFC 9051, 7.5.2: an absent Sender or Reply-To is the From.
  append_addresses(out, envelope.sender().empty() ? envelope.from() : envelope.sender());
  append_addresses(out, envelope.reply_to().empty() ? envelope.from() : envelope.reply_to());
  append_addresses(out, envelope.to());
  append_addresses(out, envelope.cc());
  append_addresses(out, envelope.bcc());
  out += ' ';
  append_imap_nstring(out, envelope.in_reply_to());
  out += ' ';
  append_imap_nstring(out, envelope.message_id());
  return out + ')';
}

}  // namespace freehold::mailstore

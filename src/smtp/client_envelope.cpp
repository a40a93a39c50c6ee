#include <algorithm>

#include "smtp/client.hpp"
#include "smtp/xtext.hpp"

namespace freehold::smtp {

namespace {

std::string notify_words(const DsnNotify& notify) {
  std::string out;
  const auto add = [&out](bool wanted, std::string_view word) {
    if (wanted) out.append(out.empty() ? "" : ",").append(word);
  };
  add(notify.success, "SUCCESS");
  add(notify.failure, "FAILURE");
  add(notify.delay, "DELAY");
  return out.empty() ? "NEVER" : out;
}

// RFC 6533, 3: an address in UTF-8 stands as it is in a session with SMTPUTF8, and escaped
// otherwise.
std::string orcpt_value(const RcptParameters& parameters, bool smtputf8) {
  if (parameters.orcpt_type != "utf-8")
    return parameters.orcpt_type + ';' + xtext(parameters.orcpt);
  return "utf-8;" +
         (smtputf8 ? utf8_addr_xtext(parameters.orcpt) : ascii_utf8_addr_xtext(parameters.orcpt));
}

bool needs_smtputf8(const Envelope& envelope) {
  const auto foreign = [](const EnvelopeRecipient& r) { return !r.path.ascii(); };
  return envelope.parameters.smtputf8 || !envelope.reverse_path.ascii() ||
         std::ranges::any_of(envelope.recipients, foreign);
}

}  // namespace

std::optional<Reply> unsupported(const Envelope& envelope, const Capabilities& offered) {
  const MailParameters& needs = envelope.parameters;
  if (needs.body == BodyType::binary && !(offered.binary && offered.chunking)) {
    return Reply(554, {5, 6, 3}, "the message is binary, the server takes none");
  }
  if (needs.body == BodyType::eight_bit && !offered.eight_bit) {
    return Reply(554, {5, 6, 3}, "the message has 8-bit text, the server takes none");
  }
  if (needs_smtputf8(envelope) && !offered.smtputf8) {
    return Reply(553, {5, 6, 7}, "an address needs SMTPUTF8, the server does not offer it");
  }
  if (needs.require_tls && !offered.require_tls) {
    return Reply(550, {5, 7, 30}, "the message needs REQUIRETLS, the server does not offer it");
  }
  if (offered.max_size != 0 && needs.size.value_or(0) > offered.max_size) {
    return Reply(552, {5, 3, 4},
                 "the message is larger than the server's " + std::to_string(offered.max_size));
  }
  return std::nullopt;
}

std::string mail_command(const Envelope& envelope, const Capabilities& offered) {
  const MailParameters& p = envelope.parameters;
  std::string out = "MAIL FROM:<" + envelope.reverse_path.text() + ">";
  if (offered.size && p.size) out += " SIZE=" + std::to_string(*p.size);
  if (p.body == BodyType::binary) out += " BODY=BINARYMIME";
  if (p.body == BodyType::eight_bit) out += " BODY=8BITMIME";
  if (needs_smtputf8(envelope)) out += " SMTPUTF8";
  if (p.require_tls) out += " REQUIRETLS";
  if (offered.dsn) {
    if (p.ret) out += *p.ret == DsnReturn::full ? " RET=FULL" : " RET=HDRS";
    if (!p.envid.empty()) out += " ENVID=" + xtext(p.envid);
  }
  return out + "\r\n";
}

std::string rcpt_command(const EnvelopeRecipient& recipient, const Capabilities& offered) {
  const RcptParameters& p = recipient.parameters;
  std::string out = "RCPT TO:<" + recipient.path.text() + ">";
  if (offered.dsn) {
    if (p.notify) out += " NOTIFY=" + notify_words(*p.notify);
    if (!p.orcpt_type.empty()) out += " ORCPT=" + orcpt_value(p, offered.smtputf8);
  }
  return out + "\r\n";
}

}  // namespace freehold::smtp

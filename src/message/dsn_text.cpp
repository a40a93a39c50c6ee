#include "message/dsn_text.hpp"

#include <algorithm>
#include <string_view>

#include "message/charset.hpp"
#include "message/date.hpp"
#include "message/dsn.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kWidth = 72;

struct Section {
  DsnAction action;
  std::string_view subject;
  std::string_view text;
};

// In the order of what matters most.
constexpr Section kSections[] = {
    {DsnAction::failed, "Undelivered mail",
     "Your message could not be delivered to the recipients below. It will not be tried again."},
    {DsnAction::delayed, "Delayed mail",
     "Your message has not been delivered yet to the recipients below. You do not need to do "
     "anything: it is still being tried."},
    {DsnAction::delivered, "Delivered mail", "Your message was delivered to the recipients below."},
    {DsnAction::relayed, "Relayed mail",
     "Your message was handed on for the recipients below to a server that does not report "
     "delivery. "
     "You may get no further notice about them."},
    {DsnAction::expanded, "Expanded mail",
     "Your message was delivered to the lists or groups below, which pass it on to their members."},
};

struct Advice {
  std::string_view status;  // class and subject of RFC 3463, matched as a prefix
  std::string_view text;
};

constexpr Advice kAdvice[] = {
    {"5.1.2", "The domain after the \"@\" does not exist or takes no mail. Check its spelling."},
    {"5.1.10",
     "The domain says that it takes no mail at all. Ask the recipient for another address."},
    {"5.1.8", "The recipient's server does not accept your own address. Tell your postmaster."},
    {"5.1.7", "The recipient's server does not accept your own address. Tell your postmaster."},
    {"5.1", "Check the address for typing mistakes, or ask the recipient for the right one."},
    {"5.2.1", "The mailbox is closed. Reach the recipient in another way."},
    {"5.2.2",
     "The mailbox is full. Tell the recipient in another way and send the message again later."},
    {"5.2.3",
     "The message is too large. Send it without attachments or share the files by a link."},
    {"5.3.4",
     "The message is too large. Send it without attachments or share the files by a link."},
    {"5.4.6",
     "The mail runs in a circle. The postmaster of the recipient's domain has to mend it."},
    {"5.4",
     "The recipient's server could not be reached. Send the message again later; if this goes "
     "on, tell the recipient in another way."},
    {"5.6",
     "The recipient's server cannot take this kind of message. Send it in a simpler form, with an "
     "address in plain letters."},
    {"5.7",
     "The recipient's server refused the message by its own rules. Its answer may say why; pass "
     "this notice to your postmaster if it does not help you."},
    {"5", "Read the answer above. If it does not help you, pass this notice to your postmaster."},
};

std::string one_line(std::string_view text) {
  std::string out = guess_utf8(text);
  std::ranges::replace_if(out, is_blank, ' ');
  return out;
}

// Wraps at spaces; every line begins with `indent`.
void append_wrapped(std::string& out, std::string_view text, std::string_view indent) {
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = utf8_prefix(text.substr(0, end), 900);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (column > 0 && column + 1 + word.size() > kWidth) {
      out.append("\r\n");
      column = 0;
    }
    out.append(column == 0 ? indent : " ");
    column += (column == 0 ? indent.size() : 1) + word.size();
    out.append(word);
  }
  out.append("\r\n");
}

std::string_view advice(const DsnRecipient& recipient) {
  if (recipient.action != DsnAction::failed) return {};
  const auto found = std::ranges::find_if(kAdvice, [&](const Advice& entry) {
    return recipient.status == entry.status ||
           recipient.status.starts_with(std::string(entry.status) + '.');
  });
  return found == std::end(kAdvice) ? std::string_view() : found->text;
}

void append_recipient(std::string& out, const DsnRecipient& recipient) {
  out.append("\r\n");
  append_wrapped(out, '<' + one_line(recipient.final_recipient) + '>', "  ");
  if (!recipient.diagnostic.empty()) {
    const std::string who = recipient.remote_mta.empty()
                                ? std::string("What went on:")
                                : "The server " + one_line(recipient.remote_mta) + " said:";
    append_wrapped(out, who, "    ");
    append_wrapped(out, one_line(recipient.diagnostic), "      ");
  }
  if (recipient.action == DsnAction::delayed && recipient.will_retry_until) {
    append_wrapped(out, "It will be tried until " + format_date(*recipient.will_retry_until) + '.',
                   "    ");
  }
  if (const std::string_view what_to_do = advice(recipient); !what_to_do.empty()) {
    append_wrapped(out, "What to do: " + std::string(what_to_do), "    ");
  }
}

void append_original(std::string& out, const Dsn& dsn) {
  out.append("\r\nThe message this is about:\r\n\r\n");
  if (!dsn.subject.empty()) append_wrapped(out, "Subject: " + one_line(dsn.subject), "  ");
  if (dsn.arrival) append_wrapped(out, "Received: " + format_date(*dsn.arrival), "  ");
  if (dsn.original.empty()) return;
  append_wrapped(out,
                 dsn.returned == DsnReturn::full
                     ? "The whole message is attached."
                     : "The beginning of it, without its text, is attached.",
                 "  ");
}

bool has_action(const Dsn& dsn, DsnAction action) {
  return std::ranges::find(dsn.recipients, action, &DsnRecipient::action) != dsn.recipients.end();
}

}  // namespace

std::string dsn_subject(const Dsn& dsn) {
  for (const Section& section : kSections) {
    if (!has_action(dsn, section.action)) continue;
    std::string out(section.subject);
    return dsn.subject.empty() ? out : out + ": " + std::string(utf8_prefix(dsn.subject, 200));
  }
  return "Mail delivery report";
}

std::string dsn_text(const Dsn& dsn) {
  std::string out;
  append_wrapped(out, "This is the mail system at " + one_line(dsn.reporting_mta) + '.', "");
  for (const Section& section : kSections) {
    if (!has_action(dsn, section.action)) continue;
    out.append("\r\n");
    append_wrapped(out, section.text, "");
    for (const DsnRecipient& recipient : dsn.recipients) {
      if (recipient.action == section.action) append_recipient(out, recipient);
    }
  }
  append_original(out, dsn);
  return out;
}

}  // namespace freehold::message

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "message/address.hpp"
#include "message/date.hpp"
#include "message/header.hpp"

namespace freehold::message {

// RFC 9051, 7.5.2 (ENVELOPE), with what JMAP and threading need. Values are unfolded but not
// decoded; the lists are as in the header: an absent Sender or Reply-To is empty here, see the two
// functions.
struct Envelope {
  std::string date;
  std::string subject;
  Addresses from, sender, reply_to, to, cc, bcc;
  std::string in_reply_to;
  std::string message_id;

  std::optional<Date> sent_at;
  std::vector<std::string>
      message_ids;  // of Message-ID (one, in an orderly message), without brackets
  std::vector<std::string> in_reply_to_ids;  // the last 20
  std::vector<std::string> references;       // the last 100, the nearest ancestor last

  [[nodiscard]] std::string decoded_subject() const;
  // What IMAP shows for them: From when they are absent.
  [[nodiscard]] const Addresses& sender_or_from() const { return sender.empty() ? from : sender; }
  [[nodiscard]] const Addresses& reply_to_or_from() const {
    return reply_to.empty() ? from : reply_to;
  }
};

// What of an envelope is wanted: the rest is left empty, and costs nothing.
struct EnvelopeParts {
  bool date = true;  // and sent_at
  bool subject = true;
  bool addresses = true;
  bool ids = true;  // message_id to references

  [[nodiscard]] bool any() const { return date || subject || addresses || ids; }
};

// The first field of each kind counts; of To, Cc and Bcc all.
[[nodiscard]] Envelope make_envelope(const Header& header, const EnvelopeParts& parts = {});

}  // namespace freehold::message

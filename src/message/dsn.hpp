#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace freehold::message {

// RFC 3464, 2.3.3
enum class DsnAction { failed, delayed, delivered, relayed, expanded };

// What became of one recipient.
struct DsnRecipient {
  std::string final_recipient{};     // the address, UTF-8 where it is not ASCII
  std::string original_recipient{};  // ORCPT with its type, xtext decoded:
                                     // "rfc822;bob@example.org"; may be empty
  DsnAction action = DsnAction::failed;
  std::string status{};      // RFC 3463: "5.1.1"
  std::string remote_mta{};  // the host that said `diagnostic`; empty when no host did
  std::string diagnostic{};  // its reply: "550 5.1.1 No such user", or our own words when there was
                             // no remote_mta
  std::optional<Time> last_attempt{};
  std::optional<Time> will_retry_until{};  // for delayed
};

enum class DsnReturn { headers, full };  // RFC 3461, 4.3

struct Dsn {
  std::string reporting_mta{};  // our host name
  std::string from{};           // the reporter's address, usually MAILER-DAEMON@ or postmaster@
  std::string to{};             // the reverse path of the message that is reported on
  std::string envelope_id{};    // ENVID, xtext decoded; may be empty
  std::string subject{};        // of the message reported on, decoded; may be empty
  std::string message_id{};     // of the message reported on, without brackets; may be empty
  std::optional<Time> arrival{};
  Time now{};
  std::vector<DsnRecipient> recipients{};
  DsnReturn returned = DsnReturn::headers;
  std::string original{};  // the message, or at least its header; may be empty
};

// The report as a whole message (RFC 3462, RFC 3464; in the form of RFC 6533 when an address is not
// ASCII): what a person should know and do, the same for programs, and the message or its header.
// To be sent with the null reverse path. Text from outside (replies, addresses) cannot break out of
// its field.
[[nodiscard]] std::string build_dsn(const Dsn& dsn);

}  // namespace freehold::message

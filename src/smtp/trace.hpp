#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "smtp/backend.hpp"

namespace freehold::smtp {

// The Received field for a message of this transaction, folded, with its CRLF (RFC 5321, 4.4). On
// submission it tells nothing of the client: where its owner sits is not the recipients' business.
[[nodiscard]] std::string received_field(const Transaction& transaction, std::string_view hostname,
                                         Time now);

// "ESMTPSA", "UTF8SMTPS", "LMTP" … (RFC 3848, RFC 6531, 4.3).
[[nodiscard]] std::string protocol_name(const Transaction& transaction);

// "Mon, 23 Nov 2026 20:31:56 +0000" (RFC 5322, 3.3).
[[nodiscard]] std::string header_date(Time t);

}  // namespace freehold::smtp

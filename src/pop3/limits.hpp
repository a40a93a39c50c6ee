#pragma once

#include <chrono>
#include <cstddef>

// The numbers of POP3, each with its reason.
namespace freehold::pop3 {

// RFC 2449, 4 allows 255 octets for a command; SASL's answers may be longer (RFC 5034, 4), and so
// are long passwords in UTF-8.
constexpr std::size_t kMaxLine = 8'192;
// RFC 1939, 3: an autologout timer must be at least 10 minutes; before login nobody needs that
// long.
constexpr std::chrono::minutes kIdleTimeout{11};
constexpr std::chrono::minutes kLoginTimeout{2};
constexpr std::chrono::minutes kWriteTimeout{5};
constexpr std::chrono::seconds kHandshakeTimeout{30};
// Wrong commands in a row before the connection is closed.
constexpr int kMaxErrors = 20;
// Failed logins on one connection before it is closed.
constexpr int kMaxLogins = 3;
// Answers are sent in pieces of about this size, so that a large message stays small in memory.
constexpr std::size_t kFlushAt = 64 * 1024;

}  // namespace freehold::pop3

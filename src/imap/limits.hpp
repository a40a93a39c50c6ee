#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// The numbers of IMAP, each with its reason.
namespace freehold::imap {

// A command without its literals: RFC 7162, 4 recommends that clients stay below 8192 octets; UID
// sets grow long.
constexpr std::size_t kMaxLine = 65'536;
// A command with its literals (other than APPEND's message): names, passwords, search strings.
constexpr std::size_t kMaxCommand = 262'144;
// Search keys inside one another, and nested lists.
constexpr int kMaxNesting = 32;
// RFC 9051, 5.4: an autologout timer must be at least 30 minutes; before login nobody needs that
// long.
constexpr std::chrono::minutes kIdleTimeout{31};
constexpr std::chrono::minutes kLoginTimeout{2};
constexpr std::chrono::minutes kWriteTimeout{5};
constexpr std::chrono::minutes kLiteralTimeout{5};
// Wrong commands in a row before the connection is closed.
constexpr int kMaxErrors = 50;
// Answers are sent in pieces of about this size, so that a large FETCH stays small in memory.
constexpr std::size_t kFlushAt = 64 * 1024;
// Failed logins on one connection before it is closed.
constexpr int kMaxLogins = 3;

}  // namespace freehold::imap

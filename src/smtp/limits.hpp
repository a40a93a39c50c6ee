#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace freehold::smtp {

// RFC 5321, 4.5.3.1.4 has 512 octets; the extensions add to MAIL and RCPT (RFC 3461: ENVID 100 and
// ORCPT 500 more; RFC 4954: AUTH 500), and addresses in UTF-8 are longer.
inline constexpr std::size_t kMaxCommandLine = 4096;
inline constexpr std::size_t kMaxAuthLine = 12'288;  // RFC 4954, 4
inline constexpr std::size_t kMaxReplyLine = 512;    // RFC 5321, 4.5.3.1.5
// For replies that we read. No RFC has a number; EHLO has some twenty lines.
inline constexpr std::size_t kMaxReplyLines = 128;
inline constexpr std::size_t kMaxReplyLineRead = 4096;

inline constexpr std::size_t kMaxLocalPart = 64;  // RFC 5321, 4.5.3.1.1
inline constexpr std::size_t kMaxDomain = 255;    // RFC 5321, 4.5.3.1.2
inline constexpr std::size_t kMaxPath =
    512;  // RFC 5321 has 256; a source route stands before the address
inline constexpr std::size_t kMaxParameters = 32;
inline constexpr std::size_t kMaxEnvid = 100;  // RFC 3461, 4.4
inline constexpr std::size_t kMaxOrcpt = 500;  // RFC 3461, 4.2

inline constexpr std::size_t kMaxRecipients = 1000;  // RFC 5321, 4.5.3.1.8 demands 100 at least
inline constexpr unsigned kMaxReceivedFields =
    50;  // RFC 5321, 6.3: at least 100 hops is advice; loops show earlier
inline constexpr std::uint64_t kMaxMessageSize = 50 * 1024 * 1024;
// A client that goes on after twice the size it was told is hung up on.
inline constexpr std::uint64_t kHangUpFactor = 2;
inline constexpr std::size_t kMaxSubmissionHeader = 256 * 1024;  // held in memory to be completed

inline constexpr unsigned kMaxBadCommands = 20;
// Apart from bad commands: an honest message to a stale list must not be cut off, its good
// recipients would never get it.
inline constexpr unsigned kMaxRefusedRecipients = 100;
// Unknown users in one session: an honest client has few. The answers to further ones come later
// and later, and a client that has found nobody here at all is hung up on.
inline constexpr unsigned kUnknownUsersAtOnce = 3;
inline constexpr unsigned kMaxUnknownUsers = 10;
inline constexpr std::chrono::milliseconds kUnknownUserDelay{1000};  // more for each further one
inline constexpr std::chrono::milliseconds kMaxUnknownUserDelay{5000};
inline constexpr unsigned kMaxFailedLogins = 5;
inline constexpr std::size_t kMaxPendingReplies = 64 * 1024;  // bytes gathered for one write

// RFC 5321, 4.5.3.2.7: a server waits for at least five minutes.
inline constexpr std::chrono::seconds kCommandWait{300};
inline constexpr std::chrono::seconds kDataWait{300};
inline constexpr std::chrono::seconds kWriteWait{300};
inline constexpr std::chrono::seconds kTlsWait{60};
inline constexpr std::chrono::minutes kMessageWait{
    60};  // a whole message; against one byte every four minutes
inline constexpr std::chrono::minutes kLoginWait{10};  // until a submission client has logged in

}  // namespace freehold::smtp

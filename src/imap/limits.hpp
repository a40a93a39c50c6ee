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
// Searches that one session may have followed (RFC 5267), and results of each: what they hold in
// memory.
constexpr std::size_t kMaxLiveSearches = 8;
constexpr std::size_t kMaxLiveResults = 20'000;
// Of a longer header section SEARCH, SORT and THREAD do not look at the rest.
constexpr std::uint64_t kMaxHeader = std::uint64_t{1} << 20;
// Messages of one APPEND (RFC 3502), octets of their bodies that are kept in memory until all are
// there, and parts of one message (RFC 4469).
constexpr std::size_t kMaxAppended = 1'000;
constexpr std::size_t kMaxFinishing = 16;  // of them in the pool at once, which is everybody's
constexpr std::uint64_t kMaxAppendedInMemory = 32 << 20;
constexpr std::size_t kMaxCatenated = 1'000;
// Changes of an account that are looked through for what has gone (RFC 7162, 3.2.5); from more than
// that on all UIDs without a message are told.
constexpr std::uint64_t kMaxChangesLookedAt = 10'000;
// Groups of one NOTIFY (RFC 5465).
constexpr std::size_t kMaxNotifyGroups = 64;
// Mailboxes that one ESEARCH or NOTIFY may name.
constexpr std::size_t kMaxSearchSources = 256;
// RFC 9208, 5.3: from so much of the quota on a client is told that it is nearly used up.
constexpr unsigned kSoftQuotaPercent = 90;
// Of an annotation (RFC 5464); what an account may have in all is the mailstore's to say. So many
// entries may be asked for by one command.
constexpr std::size_t kMaxAnnotationValue = 64 * 1024;
constexpr std::size_t kMaxAnnotationName = 256;
constexpr std::size_t kMaxMetadataEntries = 256;
// Failed logins on one connection before it is closed.
constexpr int kMaxLogins = 3;

}  // namespace freehold::imap

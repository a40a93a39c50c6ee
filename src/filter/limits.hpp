#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace freehold::filter {

// What of a message is looked at. Spam shows itself at the beginning; what comes after these is
// passed over, so that a huge message costs no more than a long letter.
inline constexpr std::size_t kMaxTextParts = 6;
inline constexpr std::size_t kMaxRawText = 96 * 1024;  // of one part, as it was sent
inline constexpr std::size_t kMaxText = 16 * 1024;     // of one part in UTF-8, of HTML before tags
inline constexpr std::size_t kMaxTextTogether = 32 * 1024;
inline constexpr std::size_t kMaxHtmlDepth = 64;  // of elements that hide their text

// Tokens of a message; a letter of two pages has some 1,500.
inline constexpr std::size_t kMaxTokens = 3000;
inline constexpr std::size_t kMaxWords = 2500;      // of all texts
inline constexpr std::size_t kMaxWordBytes = 40;    // longer ones say only that they are long
inline constexpr std::size_t kMaxFieldWords = 60;   // of one header field
inline constexpr std::size_t kMaxFieldNames = 100;  // header fields that are named as tokens
inline constexpr std::size_t kMaxLinks = 200;
inline constexpr std::size_t kMaxHosts = 30;  // of links: tokens, and lookups
inline constexpr std::size_t kMaxLinkBytes = 2000;
inline constexpr std::size_t kMaxShapeBytes = 200;  // of the MIME tree in words
inline constexpr std::size_t kMaxAttachments = 20;

// The classifier.
inline constexpr std::size_t kMaxDeltaTokens = 50'000;  // of an account: some 200 KiB on disk
inline constexpr std::size_t kMaxCachedDeltas = 64;     // accounts; 1 MiB each at the most
inline constexpr std::size_t kMaxReasonTokens = 12;     // that are named in an explanation
inline constexpr std::size_t kMaxModelBytes = std::size_t{8} << 20;

// Reputation.
inline constexpr std::chrono::hours kReputationHalfLife{24 * 30};
inline constexpr std::size_t kMaxPendingReputations =
    20'000;                                             // not yet written; then none is added
inline constexpr std::size_t kReputationBatch = 1'000;  // records in one commit
inline constexpr std::size_t kMaxSignersCounted = 4;    // DKIM domains of one message
inline constexpr std::size_t kMaxIdentityBytes = 320;   // RFC 5321's longest address
inline constexpr double kForgottenCount = 0.05;         // a record below it is removed

// Lists in the DNS.
inline constexpr std::size_t kMaxListDomains = 10;    // of one message that are asked for
inline constexpr std::size_t kMaxListQuestions = 60;  // of one message
inline constexpr std::size_t kMaxListAnswers = 16;    // addresses of one answer that are read
inline constexpr std::chrono::milliseconds kListWait{3'000};  // that a message waits for them
inline constexpr std::chrono::hours kListTestAge{48};         // that a self-test is good for
inline constexpr std::chrono::minutes kListPause{60};         // after a refusal

// Greylisting. RFC 6647, 5 has the minutes to days that are usual.
inline constexpr std::chrono::minutes kGreyWait{4};
inline constexpr std::chrono::hours kGreyRetry{24 * 2};  // the longest wait for the second attempt
inline constexpr std::chrono::hours kGreyMemory{24 * 36};  // RFC 6647, 5: a month, and some
inline constexpr std::uint32_t kGreyKnownAfter = 5;        // passes that make a network known

// Answers to messages that were sent.
inline constexpr std::chrono::days kSentMemory{180};
inline constexpr std::size_t kMaxPendingSent = 50'000;  // not yet written; then none is noted

// Whom accounts write to.
inline constexpr std::chrono::days kContactMemory{730};
inline constexpr std::size_t kMaxContactsRead = 5'000;  // of one account

// Learning from what owners do, and guesses of the filter's own.
inline constexpr std::size_t kLessonsAtOnce = 50;
inline constexpr double kGuessWeight = 0.25;  // beside 1 for a person's word

// Look-alikes.
inline constexpr std::size_t kMaxOwnNames = 500;         // of owners and contacts, each
inline constexpr std::size_t kMaxRememberedNames = 200;  // accounts' own; some 100 KiB each
inline constexpr std::size_t kMaxLinksCompared = 60;
inline constexpr std::size_t kMinLookalikeLabel = 5;  // shorter names are near to too many

// Allow and block lists.
inline constexpr std::size_t kMaxRules = 5'000;  // of one scope
inline constexpr std::size_t kMaxRulePattern = 320;
inline constexpr std::size_t kMaxRuleNote = 500;

// The assessment.
inline constexpr std::size_t kMaxReasonText = 200;
inline constexpr std::size_t kMaxHeaderReasons = 30;

// Milters. A packet of theirs is a header field or a piece of a body, each at most 64 KiB in
// libmilter; ours are cut at its MILTER_CHUNK_SIZE.
inline constexpr std::size_t kMaxMilterPacket = 128 * 1024;
inline constexpr std::size_t kMilterChunk = 65'535;
inline constexpr std::size_t kMaxMilterMacros = 100;  // that a filter asks for, at one stage
inline constexpr std::size_t kMaxMilterMacroName = 64;
inline constexpr std::size_t kMaxMilterMacroValue = 1'024;  // a value that a client had a hand in
inline constexpr std::size_t kMaxMilterReplyLines = 32;
inline constexpr std::size_t kMaxMilterReplyText = 980;  // libmilter's own bound for a line
inline constexpr std::size_t kMaxMilterFieldName = 100;
inline constexpr std::size_t kMaxMilterReason = 500;        // of a quarantine
inline constexpr std::size_t kMaxMilterChanges = 500;       // of one message by one filter
inline constexpr std::size_t kMaxMilterAdded = 256 * 1024;  // bytes of fields on one message
inline constexpr std::chrono::seconds kMilterConnectWait{10};
// A filter that says that it is still at work gets more time, but clients wait for ten minutes only
// (RFC 5321, 4.5.3.2.6).
inline constexpr std::chrono::minutes kMilterLongestWork{9};

}  // namespace freehold::filter

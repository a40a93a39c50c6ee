#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// The numbers of the full-text index, each with its reason.
namespace freehold::search {

// ---- What of a message is indexed. Letters have some KiB; what comes after these is log files,
// and Xapian takes some ten times the text in memory until it commits.
inline constexpr std::size_t kMaxText = std::size_t{512} << 10;   // of all its text parts, in UTF-8
inline constexpr std::size_t kMaxRawPart = std::size_t{2} << 20;  // of one part, as it was sent
inline constexpr std::size_t kMaxHeader = std::size_t{32} << 10;  // of its header section
inline constexpr std::size_t kMaxFieldBytes = std::size_t{4} << 10;  // of one field's value
inline constexpr std::size_t kMaxParts = 200;
// Xapian's own limit is 245 bytes; longer words are compared by their beginnings.
inline constexpr std::size_t kMaxWord = 64;
// Different words of one message; a novel has some 10,000.
inline constexpr std::size_t kMaxTerms = 50'000;

// ---- The text of attachments.
inline constexpr std::size_t kMaxExtracted = 4;  // attachments of one message
inline constexpr std::uint64_t kMaxExtractedFile = std::uint64_t{32} << 20;
inline constexpr std::size_t kMaxExtractedText = std::size_t{512} << 10;  // of one, in UTF-8
inline constexpr std::chrono::seconds kExtractorCpu{10};
inline constexpr std::chrono::seconds kExtractorWall{20};
inline constexpr std::uint64_t kExtractorMemory = std::uint64_t{512} << 20;
inline constexpr std::uint64_t kExtractorFiles = 64;  // open at once

// ---- The work. One step ends in one commit of Xapian, which keeps what is new in memory until
// then: some ten times the text.
inline constexpr std::size_t kStepMessages = 1'000;
inline constexpr std::size_t kStepBytes = std::size_t{8} << 20;  // of text
inline constexpr std::size_t kStepChanges = 20'000;  // entries of the change log that are read
inline constexpr std::size_t kStepExtractions = 8;
// From a change to its step: what comes within it shares a commit, which costs as much as some ten
// messages. Within the 2 s in which a new message is to be in the index; until then searches look
// at it by themselves.
inline constexpr std::chrono::milliseconds kGather{1000};
inline constexpr std::chrono::seconds kDiskPause{5};
inline constexpr std::chrono::seconds kErrorPause{30};
// A commit of the bookmark alone, when that many changes had nothing to index (flags).
inline constexpr std::uint64_t kIdleModseqs = 5'000;
inline constexpr std::size_t kOpenIndexes = 32;  // some six descriptors each
inline constexpr std::size_t kQueryThreads = 2;

// ---- Queries. A search first brings the index up to date when no more than this is missing; a few
// new messages are looked at by the caller in less time than a commit takes.
inline constexpr std::uint64_t kCatchUpFrom = 20;
inline constexpr std::uint64_t kCatchUpAtMost = 400;
inline constexpr std::size_t kMaxPhrase = 40;  // words of a needle; the rest is not compared
// Words that a beginning may stand for; of more, the most frequent are taken.
inline constexpr std::uint32_t kMaxExpansion = 2'000;
inline constexpr std::size_t kMaxPhraseExpansion = 64;  // at the end of a phrase
inline constexpr std::uint32_t kMaxFuzzyExpansion = 50;

}  // namespace freehold::search

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace freehold::trust {

// SPF
inline constexpr unsigned kMaxSpfTerms = 10;       // RFC 7208, 4.6.4: terms that ask the DNS
inline constexpr unsigned kMaxSpfVoidTerms = 2;    // RFC 7208, 4.6.4: of them, those without answer
inline constexpr std::size_t kMaxSpfMxHosts = 10;  // RFC 7208, 4.6.4: of one "mx"
inline constexpr std::size_t kMaxSpfPtrNames = 10;  // RFC 7208, 4.6.4: further ones are passed over
// RFC 7208, 3.4 advises to stay below 512 bytes; the longest of honest senders have a few thousand.
inline constexpr std::size_t kMaxSpfRecord = 16 * 1024;
// It goes into a reply line (RFC 5321, 4.5.3.1.5: 512 bytes with code and CRLF).
inline constexpr std::size_t kMaxSpfExplanation = 450;
// What a macro's expansion may grow to; a name has 253 and is cut from the left, a text is cut.
inline constexpr std::size_t kMaxSpfExpansion = 4096;

// All lookups for one message: RFC 7208, 4.6.4 wants 20 seconds at least for SPF.
inline constexpr std::chrono::seconds kExaminationWait{20};

// iprev. RFC 8601, 3 wants a limit and names none; SPF's.
inline constexpr std::size_t kMaxIprevNames = 10;

// DMARC
inline constexpr std::size_t kMaxDmarcWalk = 8;  // RFC 9989, 4.10: questions of one tree walk
inline constexpr std::size_t kMaxDmarcRecord = 4096;
inline constexpr std::size_t kMaxDmarcUris = 20;  // RFC 7489, 6.2 demands two at least
inline constexpr std::size_t kMaxDmarcUri = 1024;
// Distinct signing domains whose tree is walked. DKIM's own limit on signatures is about as low.
inline constexpr std::size_t kMaxDmarcIdentifiers = 10;
// Distinct From domains that are looked at; an honest message has one (RFC 9989, 5.3.1).
inline constexpr std::size_t kMaxDmarcAuthors = 5;

// Authentication-Results. Ours has some ten results; large upstreams add a few.
inline constexpr std::size_t kMaxAuthResults = 64;
inline constexpr std::size_t kMaxAuthProperties = 32;    // of one result
inline constexpr std::size_t kMaxAuthField = 32 * 1024;  // of a field that is read
inline constexpr std::size_t kMaxAuthValue = 320;        // of a value that is written: an address
inline constexpr std::size_t kMaxAuthReason = 200;       // of a reason that is written

// MTA-STS (RFC 8461).
inline constexpr std::size_t kMaxStsPolicy = std::size_t{64} * 1024;  // 3.3 suggests it
inline constexpr std::size_t kMaxStsMxPatterns = 256;                 // no RFC has a number
inline constexpr std::chrono::seconds kMaxStsAge{31'557'600};         // 3.2
inline constexpr std::chrono::seconds kStsFetchWait{60};              // 3.3
inline constexpr std::chrono::minutes kStsRetry{5};                   // 3.3: after a failed fetch
// A policy is fetched anew although its id is the same, so that one that still holds does not
// expire while somebody suppresses the record (10.2 suggests a day).
inline constexpr std::chrono::hours kStsRefresh{24};

// DANE (RFC 7672).
inline constexpr std::size_t kMaxTlsaRecords = 64;      // of one host
inline constexpr std::size_t kMaxTlsaData = 16 * 1024;  // a whole certificate

// TLS known of destinations.
inline constexpr unsigned kTlsHabit = 3;                    // deliveries that make a habit
inline constexpr std::chrono::hours kTlsHabitAge{24 * 30};  // that it is remembered without one
inline constexpr std::chrono::hours kTlsDowngradeHold{24};  // that mail waits for it to come back

// TLS reports (RFC 8460).
inline constexpr std::size_t kMaxTlsReportRecipients = 8;    // of one record
inline constexpr std::size_t kMaxTlsReportDomains = 10'000;  // that are counted in one day
inline constexpr std::size_t kMaxTlsReportPolicies = 4;      // per domain and day
inline constexpr std::size_t kMaxTlsReportFailures = 100;    // kinds per policy, domain and day
inline constexpr std::size_t kMaxTlsReportGzip = std::size_t{2} << 20;
inline constexpr std::size_t kMaxTlsReportJson = std::size_t{4} << 20;
inline constexpr std::size_t kMaxTlsReportJsonDepth = 16;
inline constexpr std::size_t kMaxTlsReportRead = 1'000;  // policies, and failures of each
inline constexpr std::size_t kMaxReportString = 1'024;   // any text of a report that is kept

// DMARC aggregate reports (RFC 7489, 7.2; RFC 9990).
inline constexpr std::size_t kMaxAggregateArchive = std::size_t{10} << 20;  // as it comes
inline constexpr std::size_t kMaxAggregateXml = std::size_t{32} << 20;      // unpacked
inline constexpr std::size_t kMaxAggregateRatio = 200;  // unpacked to packed: XML packs to 1:30
inline constexpr std::size_t kMaxAggregateEntries = 4;  // of an archive that are looked at
inline constexpr std::size_t kMaxAggregateDepth = 12;   // of elements; the schema has 5
inline constexpr std::size_t kMaxAggregateRows = 20'000;
inline constexpr std::size_t kMaxAggregateElements = 600'000;   // some 80 bytes each in memory
inline constexpr std::size_t kMaxAggregateReasons = 10;         // and results, per row
inline constexpr std::size_t kMaxAggregateRowsKept = 5'000;     // per domain and day
inline constexpr std::size_t kMaxAggregateDomainsKept = 2'000;  // per day
inline constexpr std::size_t kMaxAggregateRecipients = 8;
inline constexpr std::size_t kMaxRowText = 255;      // of a row that is kept; names are no longer
inline constexpr std::size_t kMaxSummaryRows = 200;  // of a report that came in
inline constexpr std::size_t kMaxDmarcSources =
    5'000;  // that are told apart in a summary of reports
inline constexpr std::size_t kMaxDmarcUnwritten = 20'000;  // messages that wait to be counted

// A mail to an address for reports; what is behind that is not looked at.
inline constexpr std::size_t kMaxReportMail = std::size_t{15} << 20;

// Abuse reports (RFC 5965).
inline constexpr std::size_t kMaxFeedbackPart = std::size_t{64} * 1024;

// Rewritten return paths.
inline constexpr std::size_t kMaxReturnPathLocal = 64;  // RFC 5321, 4.5.3.1.1
inline constexpr std::chrono::hours kSrsLifetime{24 * 21};
inline constexpr std::chrono::hours kReturnTagLifetime{24 * 14};  // more than the queue tries

// ---- DKIM and ARC

// RFC 6376, 6.1 lets a verifier stop somewhere; mail through several lists and services carries
// some five. The first ones are the youngest.
inline constexpr std::size_t kMaxDkimSignatures = 10;
inline constexpr std::size_t kMaxArcSets = 50;  // RFC 8617, 4.2.1
// Each is one more hash over the whole body; honest signatures share two or three.
inline constexpr std::size_t kMaxBodyHashes = 8;
inline constexpr std::size_t kMaxTags = 64;           // in a tag list; RFC 6376 has 14
inline constexpr std::size_t kMaxSignedFields = 512;  // names in h=
// Header blocks that are larger are not hashed once per signature; honest ones have some 10 KiB.
inline constexpr std::size_t kMaxSignedHeader = 1024 * 1024;
// Each name in h= is sought among all of them.
inline constexpr std::size_t kMaxHeaderFields = 2000;
inline constexpr std::size_t kMaxKeyRecord = 4096;   // RSA-4096 needs 800
inline constexpr std::size_t kMaxKeyRecords = 4;     // TXT records looked at for one selector
inline constexpr std::size_t kMaxKnownKeys = 1024;   // parsed key records kept, some 4 KiB each
inline constexpr unsigned kMinRsaBits = 1024;        // RFC 8301, 3.2
inline constexpr unsigned kMaxRsaBits = 4096;        // RFC 8301, 3.2 asks for no more
inline constexpr unsigned kMaxRsaExponentBits = 64;  // a long one makes verifying slow
inline constexpr unsigned kRsaBits = 2048;           // of our own keys: RFC 8301, 3.2
// How far a signer's clock may be ahead (t=), or ours behind its own (x=).
inline constexpr std::chrono::minutes kSignatureClockSkew{10};

}  // namespace freehold::trust

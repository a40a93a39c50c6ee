#pragma once

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

}  // namespace freehold::trust

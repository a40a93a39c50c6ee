#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace freehold::trust {

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

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace freehold::mailstore {

// The system flags of RFC 9051, 2.3.2, as bits. On disk: never renumber.
enum Flag : std::uint32_t {
  kSeen = 1,
  kAnswered = 2,
  kFlagged = 4,
  kDraft = 8,
  kDeleted = 16,  // of a placement, not of the email
};

// System flags and keywords of a message. Keywords are kept in lower case (JMAP's form; IMAP
// compares them without case), sorted, each once; their number is not limited.
struct Flags {
  std::uint32_t bits = 0;
  std::vector<std::string> keywords;

  [[nodiscard]] bool has(Flag flag) const { return (bits & flag) != 0; }
  bool operator==(const Flags&) const = default;
};

// Flags that somebody may change; the others stay as they are.
struct FlagMask {
  std::uint32_t bits = ~std::uint32_t{0};
  bool keywords = true;

  [[nodiscard]] bool none() const { return bits == 0 && !keywords; }
  bool operator==(const FlagMask&) const = default;
};

enum class FlagChange { add, remove, replace };

// Those that the mask lets through.
[[nodiscard]] Flags masked(Flags flags, FlagMask may);
// `flags` after the change by `by`.
[[nodiscard]] Flags changed(const Flags& flags, FlagChange how, const Flags& by);
// Lower case, sorted, each once.
void canonicalize(Flags& flags);

}  // namespace freehold::mailstore

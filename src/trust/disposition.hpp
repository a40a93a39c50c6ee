#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "trust/examination.hpp"

namespace freehold::trust {

// What DMARC makes of a message here, and why it is not always what the author's domain wants.
struct Disposition {
  enum class Action : std::uint8_t { accept, junk, refuse } action = Action::accept;
  // The exception's type in a report (RFC 9990, PolicyOverrideReason); empty: there was none.
  std::string_view exception;
  std::string reason;  // for the log, the header and the sender; empty when nothing was decided
};

// Forwarders whose ARC seal is believed when it says that DMARC passed at their door.
[[nodiscard]] std::span<const std::string_view> known_sealers();

// A DMARC failure is enforced at SMTP time, but for mail that broke on its honest way: one whose
// chain of ARC seals leads to a known sealer that saw DMARC pass is accepted, and a list's mail,
// signed by the list, goes to Junk rather than be refused (RFC 9989, 7.4 asks for such care).
[[nodiscard]] Disposition decide(const Findings& findings,
                                 std::span<const std::string_view> trusted_sealers);

}  // namespace freehold::trust

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace freehold::mailstore {

// Which of an account's expunged messages are meant: all that is set has to hold.
struct ExpungedFilter {
  std::optional<Time> since;  // expunged then or later
  std::optional<Time> until;  // expunged before
  std::string from;           // stands in a name or address of From; ASCII letters in either case
  std::string subject;        // the same in the subject
};

// An expunged message, for people to choose from.
struct ExpungedMessage {
  EmailId email;
  std::string mailbox;  // the path of where it was, and would go back to
  Time expunged_at;
  Time received_at;
  std::uint64_t size = 0;
  std::string from;
  std::string subject;
};

}  // namespace freehold::mailstore

#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include "imap_session.hpp"

namespace freehold::bench {

struct CommandLoad {
  ImapAccounts accounts;
  std::vector<std::string> commands;  // sent one after the other in one session
};

// Prints a line of JSON for each command: its seconds, from the first byte sent to the tagged OK,
// and the bytes of the answer. The answer is not looked into, so that the client costs little; any
// tagged answer but OK throws.
void run_commands(const CommandLoad& load, std::chrono::seconds limit, std::ostream& out);

}  // namespace freehold::bench

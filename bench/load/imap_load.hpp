#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "imap_session.hpp"
#include "message_maker.hpp"
#include "outcome.hpp"

namespace freehold::bench {

struct AppendLoad {
  ImapAccounts accounts;
  std::string mailbox = "INBOX";
  std::size_t connections = 1;
  std::size_t messages = 1000;  // over all connections
  std::size_t size = 0;         // of each; 0: as in real mailboxes
  std::size_t batch = 1;        // of one command (MULTIAPPEND, RFC 3502)
};

// The clock runs from when all are logged in to the last OK.
void run_append(const AppendLoad& load, std::chrono::seconds limit, MessageMaker& maker,
                Outcome& outcome);

struct LoginLoad {
  ImapAccounts accounts;
  std::size_t connections = 10;
  std::size_t logins = 1000;  // over all connections
};

// Connects, logs in and out, again and again: an acknowledgement is a tagged OK to LOGIN.
void run_logins(const LoginLoad& load, std::chrono::seconds limit, Outcome& outcome);

struct IdleLoad {
  ImapAccounts accounts;
  std::size_t sessions = 1000;
  bool idle = false;  // also enters IDLE (RFC 2177)
};

// Opens the sessions with INBOX selected, prints "ready" and holds them until standard input ends.
// One acknowledgement per session that stands.
void run_idle(const IdleLoad& load, std::chrono::seconds limit, Outcome& outcome);

}  // namespace freehold::bench

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "connection.hpp"
#include "message_maker.hpp"
#include "outcome.hpp"

namespace freehold::bench {

struct SmtpLoad {
  Target target;
  std::size_t sessions = 1;
  std::size_t messages = 100;  // over all sessions
  std::size_t size = std::size_t{20} << 10;
  std::string from = "anna@sender.example";
  std::vector<std::string> to;  // taken in turn
  std::string user;             // logs in with AUTH PLAIN unless empty (RFC 4616)
  std::string password;
  std::size_t recipients = 1;  // of each message
  bool reuse = true;           // one connection for all of a session's messages
  bool pipeline = true;  // MAIL, RCPT and DATA in one write when the server offers it (RFC 2920)
};

// Sends all of it and returns when each message is acknowledged or has failed; a session ends with
// its first error.
void run_smtp(const SmtpLoad& load, std::chrono::seconds limit, MessageMaker& maker,
              Outcome& outcome);

}  // namespace freehold::bench

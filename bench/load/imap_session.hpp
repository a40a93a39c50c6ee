#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"

namespace freehold::bench {

// An account per session, taken in turn.
struct ImapAccounts {
  Target target;
  std::vector<std::string> users;
  std::string password;
};

// An IMAP client that sends one command and waits for its tagged OK; anything else throws.
class ImapSession {
 public:
  // Connects and logs in.
  static awaitable<ImapSession> open(const ImapAccounts& accounts, std::size_t number);

  awaitable<> command(std::string_view text);
  // RFC 3501, 6.3.11, of several messages RFC 3502; without waiting for "+" where the server offers
  // LITERAL+ (RFC 7888).
  awaitable<> append(std::string_view mailbox, const std::vector<std::string>& messages);
  // Enters IDLE (RFC 2177) and stays there.
  awaitable<> idle();

 private:
  std::string tag();
  // Reads up to the tagged OK; notes a LITERAL+ among the capabilities.
  awaitable<> wait_for_ok();

  std::unique_ptr<Connection> connection_;
  std::string tag_;
  unsigned commands_ = 0;
  bool literal_plus_ = false;
};

}  // namespace freehold::bench

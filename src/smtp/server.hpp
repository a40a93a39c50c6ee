#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "net/server.hpp"
#include "net/stream.hpp"
#include "smtp/backend.hpp"
#include "smtp/limits.hpp"

namespace freehold::smtp {

// Outlives the sessions that are served with it.
struct ServerSettings {
  Role role = Role::mx;
  std::string hostname;
  const net::TlsContext* tls = nullptr;  // for STARTTLS; null: it is not offered
  const Clock* clock = &system_clock();
  std::uint64_t max_message_size = kMaxMessageSize;
  std::size_t max_recipients = kMaxRecipients;
  unsigned max_bad_commands = kMaxBadCommands;
  unsigned max_failed_logins = kMaxFailedLogins;
  unsigned max_unknown_users = kMaxUnknownUsers;
  std::chrono::milliseconds unknown_user_delay = kUnknownUserDelay;
  std::chrono::milliseconds command_wait = kCommandWait;
  std::chrono::milliseconds data_wait = kDataWait;
  std::chrono::milliseconds write_wait = kWriteWait;
  std::chrono::milliseconds tls_wait = kTlsWait;
  std::chrono::milliseconds message_wait = kMessageWait;
  std::chrono::milliseconds login_wait = kLoginWait;
};

// The server's side of a connection, from the greeting to the goodbye: SMTP (RFC 5321), submission
// (RFC 6409, RFC 8314) or LMTP (RFC 2033) with their extensions. All arguments outlive it.
awaitable<void> serve(net::Stream& stream, net::Session& session, Backend& backend,
                      const ServerSettings& settings);

}  // namespace freehold::smtp

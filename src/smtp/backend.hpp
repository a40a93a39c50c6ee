#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "guard/sasl_dialogue.hpp"
#include "net/stream.hpp"
#include "smtp/command.hpp"

namespace freehold::smtp {

// What a client does that counts against it.
enum class Misdeed { early_talk, unknown_user, harvest, protocol_junk };

enum class Role {
  mx,          // port 25: mail from the world for our domains
  submission,  // ports 587 and 465: mail from our accounts to the world
  lmtp,        // a unix socket: mail from a neighbouring server (RFC 2033)
};

struct Login {
  AccountId account;
  std::string name;            // as it logged in, for the log
  std::string mechanism = {};  // of SASL; set by the session
};

// What the backend keeps for one session from command to command: opaque to the session, which owns
// it and says when it is over.
class Visit {
 public:
  virtual ~Visit() = default;
  virtual awaitable<void> leave() = 0;
};

// Who is at the other end of a session.
struct Peer {
  Role role = Role::mx;
  std::string session;  // the session's id
  net::Endpoint endpoint;
  Hello hello;
  const net::TlsInfo* tls = nullptr;  // null: plain
  std::optional<Login> login;         // submission
  std::shared_ptr<Visit> visit = {};  // of the backend; null: it keeps nothing
};

// What the backend has found out about a recipient (an account, an alias's members, a route):
// opaque to the session, which keeps it in the transaction for commit().
class Target {
 public:
  virtual ~Target() = default;
};

struct Recipient {
  Path path;
  RcptParameters parameters;
  std::unique_ptr<Target> target;
};

// One message's envelope. Lives in its session, from MAIL until the replies to the message.
struct Transaction {
  const Peer& peer;
  std::string id;  // in the Received field and in log lines
  Mail mail;
  std::vector<Recipient> recipients;
};

struct RecipientVerdict {
  Reply reply;  // 250 or 251: taken
  std::unique_ptr<Target> target;
};

// A message on its way in. Destroyed without commit(): nothing of it is kept.
class Incoming {
 public:
  virtual ~Incoming() = default;
  // The next bytes, as they came; a submission's header is complete. Nothing: fine; else why no
  // more is wanted: 451, 452 or 552.
  [[nodiscard]] virtual std::optional<Reply> append(std::string_view bytes) = 0;
  // The message is complete: judges it and makes it durable. One reply, or for LMTP one per
  // recipient in their order.
  virtual awaitable<std::vector<Reply>> commit() = 0;
};

// The house behind the dialogue. Shared by all sessions and threads; what it is given by reference
// lives in the session and outlives the call.
class Backend {
 public:
  virtual ~Backend() = default;

  // No room for another message: 452 4.3.1 to MAIL and to DATA.
  [[nodiscard]] virtual bool disk_low() const = 0;

  // How long to listen before the greeting whether the client speaks already, which spammers'
  // programs do; zero for clients that are known.
  [[nodiscard]] virtual std::chrono::milliseconds greeting_pause(const Peer&) const { return {}; }
  // The owner's addresses, proxies and loopback: not slowed down, not hung up on.
  [[nodiscard]] virtual bool trusts(const Peer&) const { return false; }
  virtual void misdeed(const Peer&, Misdeed) {}
  // A message was taken from this client.
  virtual void good_deed(const Peer&) {}
  // A session begins. Null: nothing is kept for it.
  [[nodiscard]] virtual std::shared_ptr<Visit> visit(const Peer&) { return nullptr; }

  // Who is asked about passwords, and counts failures.
  [[nodiscard]] virtual std::unique_ptr<guard::LoginDoor> door(const Peer& peer) = 0;

  // MAIL: is this sender welcome; on submission, may the account send as it?
  virtual awaitable<Reply> sender(const Peer& peer, const Mail& mail) = 0;
  // RCPT: is it ours, on submission: may mail go there?
  virtual awaitable<RecipientVerdict> recipient(const Transaction& transaction,
                                                const Rcpt& rcpt) = 0;
  // Submission: may the account send as the addresses of the From field? `from` is its unfolded
  // body.
  virtual awaitable<Reply> author(const Transaction& transaction, const std::string& from) = 0;

  // DATA or the first BDAT. `trace` is the Received field, which stands before the text. The
  // transaction outlives the Incoming.
  virtual awaitable<std::expected<std::unique_ptr<Incoming>, Reply>> begin(Transaction& transaction,
                                                                           std::string trace) = 0;
};

}  // namespace freehold::smtp

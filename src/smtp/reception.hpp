#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "directory/directory.hpp"
#include "guard/guards.hpp"
#include "mailstore/mailstore.hpp"
#include "queue/dispatch.hpp"
#include "smtp/backend.hpp"

namespace freehold::smtp {

// The house behind the SMTP server: asks the directory, keeps the message, and has it dispatched.
// Owned by the wiring, shared by all sessions.
class Reception final : public Backend {
 public:
  Reception(directory::Directory& directory, mailstore::Mailstore& mailstore,
            queue::Dispatch& dispatch, guard::Guards& guards, std::string hostname);

  [[nodiscard]] bool disk_low() const override;
  [[nodiscard]] std::chrono::milliseconds greeting_pause(const Peer& peer) const override;
  [[nodiscard]] bool trusts(const Peer& peer) const override;
  void misdeed(const Peer& peer, Misdeed what) override;
  void good_deed(const Peer& peer) override;
  awaitable<std::expected<Login, Reply>> authenticate(
      const Peer& peer, const directory::SaslIdentity& identity) override;
  awaitable<directory::ScramKeys> scram_keys(const Peer& peer, const std::string& name) override;
  awaitable<std::expected<Login, Reply>> scram_outcome(const Peer& peer,
                                                       const directory::SaslIdentity& identity,
                                                       bool proved) override;
  awaitable<Reply> sender(const Peer& peer, const Mail& mail) override;
  awaitable<RecipientVerdict> recipient(const Transaction& transaction, const Rcpt& rcpt) override;
  awaitable<Reply> author(const Transaction& transaction, const std::string& from) override;
  awaitable<std::expected<std::unique_ptr<Incoming>, Reply>> begin(
      Transaction& transaction) override;

 private:
  [[nodiscard]] RecipientVerdict local_recipient(const Transaction& transaction,
                                                 const directory::Address& address) const;
  [[nodiscard]] directory::Address postmaster() const;

  directory::Directory& directory_;
  mailstore::Mailstore& mailstore_;
  queue::Dispatch& dispatch_;
  guard::Guards& guards_;
  std::string hostname_;
};

}  // namespace freehold::smtp

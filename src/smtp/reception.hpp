#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "directory/directory.hpp"
#include "filter/milter_settings.hpp"
#include "filter/screen.hpp"
#include "guard/guards.hpp"
#include "mailstore/mailstore.hpp"
#include "queue/dispatch.hpp"
#include "smtp/backend.hpp"
#include "trust/dmarc_tally.hpp"
#include "trust/key_ring.hpp"
#include "trust/return_paths.hpp"

namespace freehold::smtp {

// What receiving mail needs of the rest of the program, which outlives it.
struct House {
  directory::Directory& directory;
  mailstore::Mailstore& mailstore;
  queue::Dispatch& dispatch;
  net::Resolver& resolver;
  const trust::KeyRing& keys;
  const trust::ReturnPaths& return_paths;
  trust::DmarcTally& dmarc_tally;
  guard::Guards& guards;
  filter::Screen* screen;  // null: the spam filter is off
  const Clock& clock;
  std::string hostname;                       // also names us in Authentication-Results
  std::span<const std::string_view> sealers;  // whose ARC seals are believed
  std::span<const filter::milter::Settings> milters = {};
};

// The house behind the SMTP server: asks the directory, keeps the message, and has it dispatched.
// Owned by the wiring, shared by all sessions.
class Reception final : public Backend {
 public:
  explicit Reception(House house) : house_(std::move(house)) {}

  [[nodiscard]] bool disk_low() const override;
  [[nodiscard]] std::chrono::milliseconds greeting_pause(const Peer& peer) const override;
  [[nodiscard]] bool trusts(const Peer& peer) const override;
  void misdeed(const Peer& peer, Misdeed what) override;
  void good_deed(const Peer& peer) override;
  [[nodiscard]] std::shared_ptr<Visit> visit(const Peer& peer) override;
  [[nodiscard]] std::unique_ptr<guard::LoginDoor> door(const Peer& peer) override;
  awaitable<Reply> sender(const Peer& peer, const Mail& mail) override;
  awaitable<RecipientVerdict> recipient(const Transaction& transaction, const Rcpt& rcpt) override;
  awaitable<Reply> author(const Transaction& transaction, const std::string& from) override;
  awaitable<std::expected<std::unique_ptr<Incoming>, Reply>> begin(Transaction& transaction,
                                                                   std::string trace) override;

 private:
  // The house's own opinion, before its filters are asked.
  awaitable<Reply> known_sender(const Peer& peer, const Mail& mail);
  awaitable<RecipientVerdict> known_recipient(const Transaction& transaction, const Rcpt& rcpt);
  [[nodiscard]] RecipientVerdict local_recipient(const Transaction& transaction,
                                                 const directory::Address& address) const;
  // A bounce to a sender that we tagged or rewrote; nothing: an ordinary address.
  [[nodiscard]] std::optional<RecipientVerdict> returned(const Transaction& transaction,
                                                         const directory::Address& address) const;
  [[nodiscard]] directory::Address postmaster() const;

  const House house_;
};

}  // namespace freehold::smtp

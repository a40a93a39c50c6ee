#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "directory/audit.hpp"
#include "net/address.hpp"
#include "store/engine.hpp"

namespace freehold::guard {

// What a client does that nobody honest does often.
enum class Offence {
  wrong_password,  // any protocol
  unknown_user,    // RCPT to an address that does not exist
  harvest,         // so many of them that the session was ended
  early_talk,      // spoke before it was greeted (RFC 5321, 4.3.1)
  protocol_junk,   // too many bad commands
  spam_refused,    // a message refused as spam
};
[[nodiscard]] std::string_view word(Offence offence);

struct BanSettings {
  std::vector<net::Network> allow;    // the owner's addresses: never banned
  std::vector<net::Network> proxies;  // speak for others: never banned either
};

struct BanInfo {
  net::IpAddress prefix;  // IPv4: one address; IPv6: the first of its /64
  Time since;
  Time until;
  unsigned strikes = 0;  // how many bans, this one included
  std::string reason;
  bool by_owner = false;
};
// "192.0.2.1", "2001:db8::/64"
[[nodiscard]] std::string text_of_prefix(const net::IpAddress& prefix);

// Who may not come in, by customer's prefix, for all protocols. Points for offences decay; who has
// too many is banned, each time for longer. Lives in memory, so that asking at each accept costs
// nothing; save() brings what has changed to disk. Owned by the wiring, used from every thread;
// engine and clock outlive it.
class Bans {
 public:
  // Reads the bans that the store remembers.
  Bans(store::Engine& engine, BanSettings settings, const Clock& clock);

  [[nodiscard]] bool is_banned(const net::IpAddress& address) const;
  // Loopback, trusted proxies and the owner's addresses.
  [[nodiscard]] bool is_exempt(const net::IpAddress& address) const;
  // `factor`: how much of the usual points it is worth.
  void offend(const net::IpAddress& address, Offence offence, double factor = 1);

  // The owner's own. The Problem is `denied` for addresses that are never banned. Durable, with an
  // audit entry, on return.
  awaitable<Result<>> add(net::IpAddress address, std::chrono::minutes time, std::string reason,
                          directory::Actor by);
  awaitable<Result<>> lift(net::IpAddress address, directory::Actor by);
  [[nodiscard]] std::vector<BanInfo> list() const;  // those in force, the last to end first

  // Writes what has changed since the last call; called every few seconds by a task of its own.
  awaitable<void> save();

 private:
  struct Offender {
    double points = 0;
    Time at;
  };
  void ban(const net::IpAddress& prefix, Offence last);
  void make_room_for_offender();
  void make_room_for_ban();
  [[nodiscard]] double decayed(const Offender& offender) const;
  void put(store::Transaction& tx, const BanInfo& ban) const;

  store::Engine& engine_;
  const BanSettings settings_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<net::IpAddress, Offender> offenders_;
  std::unordered_map<net::IpAddress, BanInfo> bans_;  // those that are over too, for their strikes
  std::unordered_set<net::IpAddress> unsaved_;
};

}  // namespace freehold::guard

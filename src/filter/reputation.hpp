#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "filter/expiry.hpp"
#include "net/address.hpp"
#include "store/engine.hpp"

namespace freehold::filter {

// What a message came from, as far as it is known; empty where it is not. Domains and the address
// are in their comparable form (lower case, A-labels).
struct Origin {
  std::string address{};                    // of From
  std::string from_domain{};                // its domain
  std::string spf_domain{};                 // that SPF passed for
  std::vector<std::string> dkim_domains{};  // with good signatures
  net::IpAddress ip{};
  // DMARC, or an aligned signature or path, says that From is true. Of an unproven address only bad
  // mail counts: whoever forges it must not live on its good name.
  bool proven = false;
};

enum class IdentityKind : char {
  address = 'a',  // an account's own; all others are shared
  from_domain = 'd',
  dkim_domain = 'k',
  spf_domain = 's',
  ip = 'i',
  network = 'n',  // /24, /48
};
[[nodiscard]] std::string_view identity_name(IdentityKind kind);

// Mail seen of an identity, decayed: halved every kReputationHalfLife.
struct Counts {
  double good = 0;
  double bad = 0;
  Time at{};

  [[nodiscard]] double all() const { return good + bad; }
  // As they are worth at another time.
  [[nodiscard]] Counts decayed_to(Time now) const;
};

struct Reputation {
  struct Part {
    IdentityKind kind{};
    std::string identity;
    Counts counts;
    double points = 0;
  };
  std::vector<Part> parts;
  double points = 0;       // together; above 0 is bad
  bool first_time = true;  // the account has had no mail of this address
};

// What counts say: how bad, times how sure, times how much that kind of identity tells.
[[nodiscard]] double points_of(IdentityKind kind, const Counts& counts, bool proven);
// "192.0.2.0" of a /24, "2001:db8:1::" of a /48.
[[nodiscard]] net::IpAddress network_of(const net::IpAddress& ip);

// Reputations of senders. Owned by the wiring, used from every thread; the engine and the clock
// outlive it. What is counted is kept in memory until flush(); a crash loses that much.
class Reputations {
 public:
  Reputations(store::Engine& engine, const Clock& clock) : engine_(engine), clock_(clock) {}

  // A read of the store for each identity.
  [[nodiscard]] Reputation look(AccountId account, const Origin& origin) const;
  // One message was good or bad; `weight` is below 1 for a guess of the filter, 1 for a person's
  // word. Negative takes back what was counted before.
  void count(AccountId account, const Origin& origin, bool bad, double weight);

  // Writes what was counted, to be called every minute or so and at the end.
  awaitable<Result<>> flush();
  // Removes what has decayed to nothing among `most` records, where the last call has ended; to be
  // called now and then. Returns how many went. Blocks.
  [[nodiscard]] Result<std::size_t> expire(std::size_t most);
  [[nodiscard]] std::size_t pending() const;

 private:
  class FlushTurn;
  bool take_batch();
  [[nodiscard]] Counts counts_of(const std::string& key, Time now) const;

  store::Engine& engine_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Counts> pending_;   // by key: what is to be added
  std::map<std::string, Counts> flushing_;  // on its way to the store, still to be added
  bool flush_runs_ = false;
  Expiry expiry_{store::keys::Table::filter_reputation};
};

}  // namespace freehold::filter

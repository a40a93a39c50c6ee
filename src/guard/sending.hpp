#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "directory/directory.hpp"
#include "guard/anomaly.hpp"
#include "guard/counted.hpp"
#include "net/address.hpp"
#include "store/engine.hpp"

namespace freehold::guard {

// What accounts send: counted for each account and each domain, held against their limits, and
// shown to the brake. Lives in memory; save() brings what has changed to disk every few seconds, so
// a crash forgets as much. Owned by the wiring, used from every thread; what it is given outlives
// it.
class Sending {
 public:
  Sending(store::Engine& engine, const directory::Directory& directory, const Clock& clock);

  // Has the account never sent to this canonical address?
  [[nodiscard]] bool is_new(AccountId account, std::string_view address) const;

  // RCPT: why one more recipient would be too many, when `new_ones` of the message's recipients,
  // this one included, are new to the account.
  [[nodiscard]] std::optional<std::string> refuse_recipient(AccountId account,
                                                            std::uint32_t new_ones) const;

  // DATA: counts the message; why it is one too many (then it is not counted). Checked and counted
  // in one step, so that many sessions at once do not each get the last place.
  struct Message {
    AccountId account;
    net::IpAddress from;
    std::vector<std::string> recipients;  // canonical, those outside this house
    std::uint32_t local_recipients = 0;
  };
  [[nodiscard]] std::optional<std::string> admit(const Message& message);

  // What came back of messages sent before.
  void note_outcomes(AccountId account, std::uint32_t bounces, std::uint32_t refused_as_spam);

  [[nodiscard]] SendingPicture picture(AccountId account) const;
  // Accounts that have sent or had bounces since the last call: whom the brake has to look at.
  [[nodiscard]] std::vector<AccountId> take_changed();
  // The owner has looked: the last hour and day do not count against it any more.
  void forgive(AccountId account);

  awaitable<void> save();

 private:
  struct Account {
    SlidingCounts hour{std::chrono::minutes(5), 12};
    SlidingCounts day{std::chrono::hours(1), 24};
    SlidingCounts weeks{std::chrono::hours(24), 28};
    std::uint32_t known_recipients = 0;
    std::vector<net::IpAddress> networks;            // the newest last
    std::map<std::uint64_t, std::uint32_t> unsaved;  // recipients' hashes, and the day
    bool changed = false;                            // since the last save()
    bool looked_at = true;                           // by the brake
  };
  struct Domain {
    SlidingCounts hour{std::chrono::minutes(5), 12};
    SlidingCounts day{std::chrono::hours(1), 24};
  };
  struct Where {
    std::string account;
    std::string domain;
  };
  [[nodiscard]] Where where(AccountId account) const;
  [[nodiscard]] std::optional<std::string> refusal(AccountId id, const Where& at,
                                                   const Counts& more) const;
  [[nodiscard]] std::uint32_t known_on(AccountId account, std::uint64_t hash) const;
  void count(AccountId id, const std::string& domain, const Counts& more);
  [[nodiscard]] bool is_new_network(Account& account, const net::IpAddress& from);
  void load();
  void put(store::Transaction& tx, AccountId id, Account& account) const;
  void forget_oldest_recipients(store::Transaction& tx, AccountId id, Account& account) const;

  store::Engine& engine_;
  const directory::Directory& directory_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  std::map<AccountId, Account> accounts_;
  std::map<std::string, Domain> domains_;
};

}  // namespace freehold::guard

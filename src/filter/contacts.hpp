#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "filter/expiry.hpp"
#include "message/address.hpp"
#include "store/engine.hpp"

namespace freehold::filter {

// The names and domains of those whom accounts write to: what a forger would have them see. Owned
// by the wiring, used from every thread; the engine and the clock outlive it. What is noted is kept
// in memory until flush(); a crash loses that much.
class Contacts {
 public:
  Contacts(store::Engine& engine, const Clock& clock) : engine_(engine), clock_(clock) {}

  // The account has written to these: To or Cc of a message.
  void note(AccountId account, const message::Addresses& recipients);

  struct Names {
    std::vector<std::string> domains;  // lower case
    std::vector<std::string> names;  // for people, as they were written; first names alone are none
  };
  // The most recent, at most kMaxOwnNames of each.
  [[nodiscard]] Names of(AccountId account) const;

  awaitable<Result<>> flush();
  awaitable<Result<>> forget_all(AccountId account);
  // Removes what is older than kContactMemory among `most` records, where the last call has ended.
  // Returns how many went. Blocks.
  [[nodiscard]] Result<std::size_t> expire(std::size_t most);

 private:
  enum class Kind : char { domain = 'd', name = 'n' };
  using Id = std::tuple<AccountId, Kind, std::string>;
  void note(AccountId account, Kind kind, std::string text);

  store::Engine& engine_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<Id, std::uint32_t> pending_;  // → the Day
  Expiry expiry_{store::keys::Table::filter_contact};
};

}  // namespace freehold::filter

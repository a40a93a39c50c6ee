#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ids.hpp"

namespace freehold::guard {

// Counts the sessions that each account has open, so that a program that never closes any does not
// take all of the server's. Thread-safe; outlives its places.
class AccountSessions {
 public:
  // One session's place, given back by the destructor.
  class Place {
   public:
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

   private:
    friend class AccountSessions;
    Place(AccountSessions& of, AccountId account) : of_(&of), account_(account) {}

    AccountSessions* of_;
    AccountId account_;
  };

  explicit AccountSessions(std::size_t most) : most_(most) {}  // 0: any number

  // Nothing: the account has as many as it may.
  [[nodiscard]] std::optional<Place> admit(AccountId account);
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  void leave(AccountId account);

  const std::size_t most_;
  std::mutex mutex_;
  std::unordered_map<AccountId, std::size_t> open_;
};

}  // namespace freehold::guard

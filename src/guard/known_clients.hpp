#pragma once

#include <mutex>
#include <unordered_map>

#include "base/time.hpp"
#include "guard/limits.hpp"
#include "net/address.hpp"

namespace freehold::guard {

// Prefixes that have lately delivered mail that was taken. Held in memory: after a restart they are
// merely greeted a moment later once. Thread-safe.
class KnownClients {
 public:
  explicit KnownClients(const Clock& clock) : clock_(clock) {}

  void remember(const net::IpAddress& address) {
    const std::lock_guard lock(mutex_);
    if (seen_.size() >= kMostKnownClients) forget_some();
    seen_[address.customer_prefix()] = clock_.now();
  }
  [[nodiscard]] bool knows(const net::IpAddress& address) const {
    const std::lock_guard lock(mutex_);
    const auto found = seen_.find(address.customer_prefix());
    return found != seen_.end() && clock_.now() - found->second < kClientKnownFor;
  }

 private:
  void forget_some() {
    std::erase_if(seen_, [now = clock_.now()](const auto& one) {
      return now - one.second > kClientKnownFor;
    });
    if (seen_.size() >= kMostKnownClients) seen_.erase(seen_.begin());
  }

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<net::IpAddress, Time> seen_;
};

}  // namespace freehold::guard

#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace freehold::directory {

// argon2id by libsodium, with its "interactive" cost. Both take tens of milliseconds: call them in
// a pool.
[[nodiscard]] std::string hash_password(const std::string& password);
[[nodiscard]] bool verify_password(const std::string& encoded, const std::string& password);

// At least 8 characters, at most 512 octets, no control characters.
[[nodiscard]] Result<> acceptable_password(std::string_view password);

// Remembers for some minutes that a password was right, so that a client's ten connections cost one
// argon2. Holds keyed hashes in memory only; a wrong password is never remembered. Thread-safe.
class PasswordCache {
 public:
  static constexpr std::chrono::minutes kLifetime{5};
  static constexpr std::size_t kMost = 10'000;

  PasswordCache();
  // `encoded` is the stored hash that the password was right for: a changed password is not found
  // any more.
  [[nodiscard]] bool contains(AccountId account, std::string_view encoded,
                              std::string_view password);
  void remember(AccountId account, std::string_view encoded, std::string_view password);

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::string keyed_hash(AccountId, std::string_view encoded,
                                       std::string_view password) const;

  std::string key_;
  std::mutex mutex_;
  std::unordered_map<std::string, Clock::time_point> until_;
};

}  // namespace freehold::directory

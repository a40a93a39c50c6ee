#include "directory/directory_state.hpp"

namespace freehold::directory {

namespace {

constexpr std::chrono::seconds kGood{1};
constexpr std::size_t kMost = 10'000;

}  // namespace

std::optional<AccountInfo> KnownAccounts::find(AccountId id) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(id);
  if (found == accounts_.end() || now - found->second.second > kGood) return std::nullopt;
  return found->second.first;
}

std::uint64_t KnownAccounts::version() {
  const std::lock_guard lock(mutex_);
  return version_;
}

void KnownAccounts::keep(const AccountInfo& account, std::uint64_t version) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (version != version_) return;  // changed while it was read
  if (accounts_.size() >= kMost) accounts_.clear();
  accounts_.insert_or_assign(account.id, std::pair(account, now));
}

void KnownAccounts::forget() {
  const std::lock_guard lock(mutex_);
  ++version_;
  accounts_.clear();
}

}  // namespace freehold::directory

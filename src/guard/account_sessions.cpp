#include "guard/account_sessions.hpp"

#include <utility>

namespace freehold::guard {

AccountSessions::Place::Place(Place&& other) noexcept
    : of_(std::exchange(other.of_, nullptr)), account_(other.account_) {}

AccountSessions::Place& AccountSessions::Place::operator=(Place&& other) noexcept {
  std::swap(of_, other.of_);
  std::swap(account_, other.account_);
  return *this;
}

AccountSessions::Place::~Place() {
  if (of_ != nullptr) of_->leave(account_);
}

std::optional<AccountSessions::Place> AccountSessions::admit(AccountId account) {
  const std::lock_guard lock(mutex_);
  auto& open = open_[account];
  if (most_ != 0 && open >= most_) return std::nullopt;
  ++open;
  return Place(*this, account);
}

void AccountSessions::leave(AccountId account) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(account);
  if (--found->second == 0) open_.erase(found);
}

}  // namespace freehold::guard

#include "filter/account_names.hpp"

#include <utility>

#include "filter/limits.hpp"

namespace freehold::filter {

namespace {

constexpr std::chrono::minutes kAge{1};  // what they are made from changes seldom

}  // namespace

KnownNames AccountNames::make(AccountId account) const {
  KnownNames::Of own;
  for (const auto& one : directory_.accounts()) {
    if (!one.display_name.empty()) own.names.push_back(one.display_name);
  }
  for (const auto& domain : directory_.domains()) own.domains.push_back(domain.name);
  if (!account) return {own, {}};
  auto contacts = contacts_.of(account);
  return {own, {std::move(contacts.names), std::move(contacts.domains)}};
}

void AccountNames::forget(AccountId account) {
  const std::lock_guard lock(mutex_);
  remembered_.erase(account);
}

std::shared_ptr<const KnownNames> AccountNames::of(AccountId account) {
  const auto now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = remembered_.find(account);
    if (found != remembered_.end() && now - found->second.made_at < kAge) {
      return found->second.names;
    }
  }
  auto names = std::make_shared<const KnownNames>(make(account));
  const std::lock_guard lock(mutex_);
  if (remembered_.size() >= kMaxRememberedNames) remembered_.clear();
  remembered_[account] = {names, now};
  return names;
}

}  // namespace freehold::filter

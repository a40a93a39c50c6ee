#include "net/connection_limits.hpp"

#include <utility>

namespace freehold::net {

ConnectionLimits::Ticket::Ticket(Ticket&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)), prefix_(other.prefix_) {}

ConnectionLimits::Ticket::~Ticket() {
  if (limits_ != nullptr) limits_->leave(prefix_);
}

std::variant<ConnectionLimits::Ticket, ConnectionLimits::Refusal> ConnectionLimits::admit(
    const IpAddress& address) {
  if (address.is_loopback()) return Ticket();
  const IpAddress prefix = address.customer_prefix();
  const std::lock_guard lock(mutex_);
  if (total_ >= most_) return Refusal::server_full;
  const auto known = per_prefix_.find(prefix);
  const std::size_t have = known == per_prefix_.end() ? 0 : known->second;
  if (have >= most_per_prefix_) return Refusal::prefix_full;
  per_prefix_[prefix] = have + 1;
  ++total_;
  return Ticket(*this, prefix);
}

void ConnectionLimits::leave(const IpAddress& prefix) {
  const std::lock_guard lock(mutex_);
  --total_;
  const auto known = per_prefix_.find(prefix);
  if (--known->second == 0) per_prefix_.erase(known);
}

}  // namespace freehold::net

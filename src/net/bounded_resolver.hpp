#pragma once

#include <string>

#include "net/resolver.hpp"
#include "net/stream.hpp"

namespace freehold::net {

// Lets many questions together take only so long: what is asked after the deadline is answered by
// `failed` at once. A question that is under way then is still waited for. Used by one coroutine;
// the resolver behind it outlives it.
class BoundedResolver final : public Resolver {
 public:
  BoundedResolver(Resolver& resolver, Deadline deadline)
      : resolver_(resolver), deadline_(deadline) {}

  awaitable<DnsAnswer<MxRecord>> mx(std::string name) override;
  awaitable<DnsAnswer<IpAddress>> addresses(std::string name) override;
  awaitable<DnsAnswer<std::string>> txt(std::string name) override;
  awaitable<DnsAnswer<std::string>> ptr(IpAddress address) override;
  awaitable<DnsAnswer<std::string>> records(std::string name, std::uint16_t type) override;

 private:
  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() >= deadline_; }

  Resolver& resolver_;
  Deadline deadline_;
};

}  // namespace freehold::net

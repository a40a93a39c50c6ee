#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "filter/dnsbl.hpp"
#include "net/resolver.hpp"

namespace freehold::filter {

// What is known of a list itself.
struct ListState {
  enum class Trust : std::uint8_t {
    untested,
    trusted,
    failed,  // it lists nothing, or everything, or does not answer
  };
  Trust trust = Trust::untested;
  std::string reason{};
  Time tested_at{};
  std::optional<Time> paused_until{};  // it refuses to answer

  [[nodiscard]] bool usable(Time now) const;
};

// Asks the lists. Owned by the wiring, used from every thread; the resolver and the clock outlive
// it, and it outlives the loops that ask.
class Lists {
 public:
  Lists(net::Resolver& resolver, const Clock& clock, std::vector<ListSpec> lists);

  // Asks every usable list for the address and the domains (each by its registrable domain), all at
  // once, and waits no longer than `limit`: what has not come by then is unknown. What is clean is
  // among the findings too.
  awaitable<std::vector<ListFinding>> look_up(std::optional<net::IpAddress> ip,
                                              std::vector<std::string> domains,
                                              std::chrono::milliseconds limit);

  // RFC 5782, 5: whether each list has what it must have and has not what it must not. A list is
  // asked for nothing else before it has passed, nor when that is kListTestAge ago; to be called at
  // the start and once a day. That the DNS does not answer is no failure of the list.
  awaitable<void> test_lists();

  [[nodiscard]] const std::vector<ListSpec>& specs() const { return specs_; }
  [[nodiscard]] std::vector<ListState> states() const;  // in the order of the specs

 private:
  struct Question {
    std::size_t list = 0;
    std::string subject;
    std::string name;
  };
  struct Asking;

  [[nodiscard]] std::vector<Question> plan(const std::optional<net::IpAddress>& ip,
                                           const std::vector<std::string>& domains) const;
  awaitable<ListState> test(const ListSpec& list);
  void pause(std::size_t list, const std::string& reason);

  net::Resolver& resolver_;
  const Clock& clock_;
  const std::vector<ListSpec> specs_;
  mutable std::mutex mutex_;
  std::vector<ListState> states_;
};

}  // namespace freehold::filter

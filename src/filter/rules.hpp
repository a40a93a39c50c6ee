#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/address.hpp"
#include "store/engine.hpp"
#include "store/lane.hpp"

namespace freehold::filter {

// Whose rule it is: one account's, a domain's, or the whole box's.
struct RuleScope {
  enum class Kind : char { box = 'b', domain = 'd', account = 'a' };
  Kind kind = Kind::box;
  std::string id{};  // the account's number or the domain's name

  [[nodiscard]] static RuleScope box() { return {}; }
  [[nodiscard]] static RuleScope of(AccountId account) {
    return {Kind::account, std::to_string(account.value)};
  }
  [[nodiscard]] static RuleScope of_domain(std::string domain) {
    return {Kind::domain, std::move(domain)};
  }
  bool operator==(const RuleScope&) const = default;
};

struct Rule {
  RuleScope scope{};
  std::string pattern{};
  bool allow = true;  // else block
  std::string note{};
  Time created_at{};
};

// The form in which a pattern is kept: an address ("joe@example.com"), a domain with all below it
// ("example.com", "@example.com"), an address or a network of clients ("192.0.2.0/24"; IPv4 in
// steps of 8 bits, IPv6 of 16).
[[nodiscard]] Result<std::string> canonical_pattern(std::string_view pattern);

// Whom it is asked about: From, its domain and the envelope's sender may each match.
struct RuleSubject {
  std::string address{};          // lower case, of From
  std::string envelope_sender{};  // lower case
  std::optional<net::IpAddress> client{};
};

// Allow and block lists. Owned by the wiring, used from every thread; the engine and the clock
// outlive it. Problems: invalid (the pattern, too many), not_found.
class Rules {
 public:
  Rules(store::Engine& engine, const Clock& clock)
      : engine_(engine), clock_(clock), lane_(engine) {}

  // One that was there for the same pattern is replaced.
  awaitable<Result<Rule>> add(RuleScope scope, std::string pattern, bool allow, std::string note);
  awaitable<Result<>> remove(RuleScope scope, std::string pattern);
  awaitable<Result<>> remove_all(RuleScope scope);
  [[nodiscard]] std::vector<Rule> list(const RuleScope& scope) const;

  // The rule that counts: the account's before its domain's before the box's; within one the whole
  // address before a domain, a nearer domain before a farther, these before networks.
  [[nodiscard]] std::optional<Rule> match(AccountId account, std::string_view domain,
                                          const RuleSubject& subject) const;

 private:
  store::Engine& engine_;
  const Clock& clock_;
  store::Lane lane_;
};

}  // namespace freehold::filter

#include "filter/rules.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "directory/audit.hpp"
#include "filter/limits.hpp"
#include "message/charset.hpp"
#include "schema/filter.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"
#include "trust/domain_name.hpp"

namespace freehold::filter {

namespace keys = store::keys;

namespace {

std::string key_of(const RuleScope& scope, std::string_view pattern) {
  return keys::filter_rule(static_cast<char>(scope.kind), scope.id, pattern);
}

unsigned step_of(const net::IpAddress& ip) { return ip.is_v4() ? 8 : 16; }
unsigned width_of(const net::IpAddress& ip) { return ip.is_v4() ? 32 : 128; }

// "192.0.2.0/24", with the bits behind the prefix cleared.
std::string network_text(const net::IpAddress& ip, unsigned bits) {
  std::array<std::uint8_t, 16> kept{};
  for (unsigned i = 0; i < bits / 8; ++i) kept[i] = static_cast<std::uint8_t>(ip.bytes()[i]);
  const net::IpAddress network = ip.is_v4()
                                     ? net::IpAddress::v4({kept[0], kept[1], kept[2], kept[3]})
                                     : net::IpAddress::v6(kept);
  return network.text() + "/" + std::to_string(bits);
}

std::optional<std::string> canonical_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto domain = trust::comparable_domain(text.substr(at + 1));
  if (!domain) return std::nullopt;
  return to_lower(text.substr(0, at)) + "@" + *domain;
}

Problem no_pattern(std::string_view pattern) {
  return problem(Problem::Kind::invalid,
                 "'" + std::string(pattern.substr(0, 80)) + "' cannot be allowed or blocked", {},
                 "give an address, a domain, or a network such as 192.0.2.0/24");
}

void add_domains(std::vector<std::string>& patterns, std::string_view address) {
  std::string_view domain = address.substr(address.rfind('@') + 1);
  for (int labels = 0; !domain.empty() && labels < 10; ++labels) {
    patterns.emplace_back(domain);
    domain = trust::parent_domain(domain);
  }
}

// All patterns that would match, the nearest first.
std::vector<std::string> candidates(const RuleSubject& subject) {
  std::vector<std::string> patterns;
  std::vector<std::string> addresses;
  for (const std::string* text : {&subject.address, &subject.envelope_sender}) {
    if (text->size() > kMaxRulePattern) continue;
    if (auto address = canonical_address(*text)) addresses.push_back(std::move(*address));
  }
  patterns = addresses;
  for (const std::string& address : addresses) add_domains(patterns, address);
  if (subject.client) {
    const unsigned step = step_of(*subject.client);
    for (unsigned bits = width_of(*subject.client); bits >= step; bits -= step) {
      patterns.push_back(network_text(*subject.client, bits));
    }
  }
  return patterns;
}

std::string for_whom(const RuleScope& scope) {
  switch (scope.kind) {
    case RuleScope::Kind::account:
      return "for account " + scope.id;
    case RuleScope::Kind::domain:
      return "for " + scope.id;
    case RuleScope::Kind::box:
      break;
  }
  return "for the whole box";
}

Rule rule_from(RuleScope scope, std::string pattern, const schema::FilterRule& record) {
  return {std::move(scope), std::move(pattern), record.allow(), record.note(),
          from_millis(record.created_at())};
}

}  // namespace

Result<std::string> canonical_pattern(std::string_view pattern) {
  const std::string_view text = trim(pattern);
  if (text.empty() || text.size() > kMaxRulePattern) return no_pattern(pattern);
  if (const auto network = net::Network::parse(text)) {
    if (network->bits == 0 || network->bits % step_of(network->address) != 0) {
      return no_pattern(pattern);
    }
    return network_text(network->address, network->bits);
  }
  if (text.find('@') != std::string_view::npos && !text.starts_with('@')) {
    const auto address = canonical_address(text);
    return address && !address->starts_with('@') ? Result<std::string>(*address)
                                                 : no_pattern(pattern);
  }
  const auto domain = trust::comparable_domain(
      text.starts_with('@') || text.starts_with('.') ? text.substr(1) : text);
  // A network that is none (/33) is no domain either.
  if (!domain || domain->find_first_of("/:* ") != std::string::npos) return no_pattern(pattern);
  return *domain;
}

awaitable<Result<Rule>> Rules::add(RuleScope scope, std::string pattern, bool allow,
                                   std::string note) {
  auto canonical = canonical_pattern(pattern);
  if (!canonical) co_return canonical.error();
  if (scope.id.find('\0') != std::string::npos) co_return no_pattern(scope.id);
  schema::FilterRule record;
  record.set_allow(allow);
  record.set_note(std::string(message::utf8_prefix(note, kMaxRuleNote)));
  record.set_created_at(to_millis(clock_.now()));
  const auto outcome = co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    std::size_t count = 0;
    tx.scan(store::prefix_range(key_of(scope, "")),
            [&count](std::string_view, std::string_view) { return ++count < kMaxRules; });
    if (count >= kMaxRules) {
      return problem(Problem::Kind::invalid, "there are too many allowed and blocked senders", {},
                     "remove some first");
    }
    tx.put(key_of(scope, *canonical), record.SerializeAsString());
    directory::write_audit(tx, clock_.now(), {}, allow ? "filter.allow" : "filter.block",
                           *canonical, for_whom(scope));
    return {};
  });
  if (!outcome) co_return outcome.error();
  co_return rule_from(std::move(scope), std::move(*canonical), record);
}

awaitable<Result<>> Rules::remove(RuleScope scope, std::string pattern) {
  auto canonical = canonical_pattern(pattern);
  if (!canonical) co_return canonical.error();
  co_return co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    const std::string key = key_of(scope, *canonical);
    if (!tx.get(key)) {
      return problem(Problem::Kind::not_found,
                     "'" + *canonical + "' is neither allowed nor blocked");
    }
    tx.erase(key);
    directory::write_audit(tx, clock_.now(), {}, "filter.forget", *canonical, for_whom(scope));
    return {};
  });
}

awaitable<Result<>> Rules::remove_all(RuleScope scope) {
  co_return co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    std::vector<std::string> gone;
    tx.scan(store::prefix_range(key_of(scope, "")),
            [&gone](std::string_view key, std::string_view) {
              gone.emplace_back(key);
              return true;
            });
    for (std::string& key : gone) tx.erase(std::move(key));
    return {};
  });
}

std::vector<Rule> Rules::list(const RuleScope& scope) const {
  std::vector<Rule> rules;
  const std::string prefix = key_of(scope, "");
  engine_.latest().scan(store::prefix_range(prefix),
                        [&](std::string_view key, std::string_view value) {
                          rules.push_back(rule_from(scope, std::string(key.substr(prefix.size())),
                                                    store::decode<schema::FilterRule>(key, value)));
                          return rules.size() < kMaxRules;
                        });
  return rules;
}

std::optional<Rule> Rules::match(AccountId account, std::string_view domain,
                                 const RuleSubject& subject) const {
  const std::vector<std::string> patterns = candidates(subject);
  for (const RuleScope& scope :
       {RuleScope::of(account), RuleScope::of_domain(std::string(domain)), RuleScope::box()}) {
    std::vector<std::string> wanted;
    wanted.reserve(patterns.size());
    for (const std::string& pattern : patterns) wanted.push_back(key_of(scope, pattern));
    const auto found = engine_.latest().multi_get(wanted);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) continue;
      return rule_from(scope, patterns[i], store::decode<schema::FilterRule>(wanted[i], *found[i]));
    }
  }
  return std::nullopt;
}

}  // namespace freehold::filter

#include "directory/directory.hpp"

#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"
#include "store/secret.hpp"

namespace freehold::directory {

namespace keys = store::keys;

namespace {

constexpr int kMaxAliasDepth = 10;
constexpr std::size_t kMaxTargets = 1000;  // of one address after all aliases

}  // namespace

Directory::Directory(store::Engine& engine, Pool& pool, const Clock& clock)
    : state_(std::make_unique<State>(engine, pool, clock,
                                     store::stored_secret(engine, "scram-probe"),
                                     store::stored_secret(engine, "app-password"))) {}
Directory::~Directory() = default;

awaitable<Result<>> Directory::State::apply(std::function<Result<>(store::Transaction&)> change) {
  constexpr int kTries = 8;
  Result<> outcome;
  for (int i = 0; i < kTries; ++i) {
    store::Transaction tx(engine.latest());
    outcome = change(tx);
    if (!outcome) co_return outcome;
    outcome = co_await engine.commit(tx.take());
    known_accounts.forget();
    if (outcome || outcome.error().kind != Problem::Kind::conflict) co_return outcome;
  }
  co_return outcome;
}

std::optional<std::string> get_asserted(store::Transaction& tx, const std::string& key) {
  auto value = tx.get(key);
  if (!tx.has_changed(key)) tx.assertions().require_unchanged(key, value);
  return value;
}

namespace {

// Follows aliases to their ends.
class Resolution {
 public:
  explicit Resolution(const store::Reader& reader) : reader_(reader) {}

  Directory::Resolved run(const Address& address) {
    Directory::Resolved resolved;
    resolved.lookup = follow(address, 0);
    resolved.destination = std::move(destination_);
    if (!resolved.destination.empty()) resolved.lookup = Lookup::found;
    return resolved;
  }

 private:
  Lookup follow(Address address, int depth) {
    auto domain = store::read<schema::Domain>(reader_, keys::domain(address.domain));
    if (domain && !domain->alias_of().empty()) {
      address.domain = domain->alias_of();
      domain = store::read<schema::Domain>(reader_, keys::domain(address.domain));
    }
    if (!domain) {
      if (depth > 0) add_remote(address.text());
      return depth > 0 ? Lookup::found : Lookup::not_local;
    }
    // Each address once, on whatever ways it is reached: lists may name each other.
    const auto [known, first] = known_.try_emplace(address.text(), Lookup::loop);
    if (!first) return known->second;
    const auto record = find(address);
    const auto outcome = record ? deliver(address, *record, depth) : Lookup::no_such_user;
    known_[address.text()] = outcome;
    return outcome;
  }

  // The address itself, without its tag, the catch-all.
  std::optional<schema::Address> find(const Address& address) const {
    for (const auto& text : {address.text(), address.without_tag().text(), "@" + address.domain}) {
      if (auto record = store::read<schema::Address>(reader_, keys::address(text))) return record;
    }
    return std::nullopt;
  }

  Lookup deliver(const Address& address, const schema::Address& record, int depth) {
    Lookup outcome = Lookup::no_such_user;
    if (record.account() != 0) {
      const AccountId id(record.account());
      const auto account = store::read<schema::Account>(reader_, keys::account(id));
      outcome = account && !account->disabled() ? Lookup::found : Lookup::disabled;
      if (outcome == Lookup::found) add_local(id, address.text());
    }
    if (depth >= kMaxAliasDepth) return record.targets().empty() ? outcome : Lookup::loop;
    for (const auto& target : record.targets()) {
      const auto next = Address::parse(target);
      if (next) outcome = follow(*next, depth + 1);
    }
    return outcome;
  }

  void add_local(AccountId account, std::string address) {
    const bool known = std::ranges::any_of(
        destination_.local, [account](const auto& local) { return local.account == account; });
    if (!known && destination_.local.size() < kMaxTargets) {
      destination_.local.push_back({account, std::move(address)});
    }
  }

  void add_remote(std::string address) {
    auto& remote = destination_.remote;
    if (std::ranges::find(remote, address) == remote.end() && remote.size() < kMaxTargets) {
      remote.push_back(std::move(address));
    }
  }

  const store::Reader& reader_;
  Destination destination_;
  std::map<std::string, Lookup> known_;  // a loop until it is followed to its end
};

}  // namespace

Directory::Resolved Directory::resolve(const Address& address) const {
  return Resolution(state_->engine.latest()).run(address);
}

bool Directory::is_local(std::string_view canonical_domain) const {
  return state_->engine.latest().get(keys::domain(canonical_domain)).has_value();
}

bool Directory::may_send_as(AccountId id, const Address& address) const {
  const auto account = store::read<schema::Account>(state_->engine.latest(), keys::account(id));
  if (!account || account->disabled()) return false;
  for (const auto& also : account->send_as()) {
    if (also == address.text() || also == "@" + address.domain) return true;
  }
  // A catch-all is where unknown mail goes, not a licence to be anybody: only addresses that exist
  // count.
  const auto& reader = state_->engine.latest();
  auto real = address;
  const auto domain = store::read<schema::Domain>(reader, keys::domain(address.domain));
  if (domain && !domain->alias_of().empty()) real.domain = domain->alias_of();
  const bool exists = reader.get(keys::address(real.text())) ||
                      reader.get(keys::address(real.without_tag().text()));
  if (!exists) return false;
  // What comes to a group comes to its members.
  const auto resolved = resolve(real);
  const auto& groups = account->groups();
  return std::ranges::any_of(resolved.destination.local, [&](const auto& local) {
    return local.account == id || std::ranges::find(groups, local.account.value) != groups.end();
  });
}

}  // namespace freehold::directory

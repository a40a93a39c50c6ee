#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::directory {

namespace keys = store::keys;

Problem no_such_domain(std::string_view name) {
  return problem(Problem::Kind::not_found, "there is no domain " + std::string(name) + " here", {},
                 "add it with `freehold domain add " + std::string(name) + "`");
}

namespace {

// Any address of the domain but a catch-all.
std::optional<std::string> address_in(const store::Reader& reader, const std::string& domain) {
  std::optional<std::string> found;
  reader.scan(store::prefix_range(keys::table(keys::Table::address)),
              [&](std::string_view key, std::string_view) {
                const auto address = key.substr(1);
                const auto at = address.rfind('@');
                if (at != 0 && address.substr(at + 1) == domain) found = std::string(address);
                return !found;
              });
  return found;
}

std::string join(const schema::Address& address) {
  std::string text;
  for (const auto& target : address.targets()) text += (text.empty() ? "" : ", ") + target;
  return text;
}

}  // namespace

awaitable<Result<>> Directory::add_domain(std::string name, std::string alias_of, Actor by) {
  const auto domain = canonical_domain(name);
  if (!domain) co_return domain.error();
  std::string target;
  if (!alias_of.empty()) {
    const auto canonical = canonical_domain(alias_of);
    if (!canonical) co_return canonical.error();
    target = *canonical;
  }
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (get_asserted(tx, keys::domain(*domain))) {
      return problem(Problem::Kind::exists, "the domain " + *domain + " is here already");
    }
    if (!target.empty()) {
      const auto real = get_asserted(tx, keys::domain(target));
      if (!real) return no_such_domain(target);
      if (!store::decode<schema::Domain>("D", *real).alias_of().empty()) {
        return problem(Problem::Kind::invalid, target + " is itself an alias of another domain", {},
                       "name that domain instead");
      }
    }
    schema::Domain record;
    record.set_created_at(to_millis(state_->clock.now()));
    record.set_alias_of(target);
    tx.put(keys::domain(*domain), record.SerializeAsString());
    state_->audit(tx, by, "domain.add", *domain, target.empty() ? "" : "alias of " + target);
    return {};
  });
}

awaitable<Result<>> Directory::remove_domain(std::string name, Actor by) {
  const auto domain = canonical_domain(name);
  if (!domain) co_return domain.error();
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (!get_asserted(tx, keys::domain(*domain))) return no_such_domain(*domain);
    if (const auto used = address_in(tx, *domain)) {
      return problem(Problem::Kind::denied, "the domain still has the address " + *used, {},
                     "remove its accounts and aliases first");
    }
    for (const auto& other : domains()) {
      if (other.alias_of == *domain) {
        return problem(Problem::Kind::denied, other.name + " is an alias of this domain", {},
                       "remove that first");
      }
    }
    tx.erase(keys::domain(*domain));
    tx.erase(keys::address("@" + *domain));
    state_->audit(tx, by, "domain.remove", *domain);
    return {};
  });
}

std::vector<DomainInfo> Directory::domains() const {
  std::vector<DomainInfo> all;
  const auto& reader = state_->engine.latest();
  reader.scan(store::prefix_range(keys::table(keys::Table::domain)),
              [&](std::string_view key, std::string_view value) {
                const auto record = store::decode<schema::Domain>(key, value);
                DomainInfo info{std::string(key.substr(1)), record.alias_of(), {}};
                if (const auto all_else =
                        store::read<schema::Address>(reader, keys::address("@" + info.name))) {
                  info.catch_all = join(*all_else);
                }
                all.push_back(std::move(info));
                return true;
              });
  return all;
}

}  // namespace freehold::directory

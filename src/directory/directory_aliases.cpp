#include <algorithm>

#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::directory {

namespace keys = store::keys;

namespace {

// "local@domain" or "@domain", canonical.
Result<Address> parse_alias(std::string_view text) {
  if (!text.starts_with('@')) return Address::parse(text);
  auto domain = canonical_domain(text.substr(1));
  if (!domain) return domain.error();
  return Address{{}, std::move(*domain)};
}

}  // namespace

awaitable<Result<>> Directory::set_alias(std::string address, std::vector<std::string> targets,
                                         Actor by) {
  const auto alias = parse_alias(address);
  if (!alias) co_return alias.error();
  if (targets.empty()) {
    co_return problem(Problem::Kind::invalid, "an alias needs at least one target", {},
                      "`freehold alias add sales@example.org anna@example.org`");
  }
  schema::Address record;
  for (const auto& text : targets) {
    const auto target = Address::parse(text);
    if (!target) co_return target.error();
    if (target->text() == alias->text()) {
      co_return problem(Problem::Kind::invalid, "the alias " + alias->text() + " leads to itself");
    }
    record.add_targets(target->text());
  }
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (!get_asserted(tx, keys::domain(alias->domain))) return no_such_domain(alias->domain);
    const auto key = keys::address(alias->text());
    if (const auto seen = get_asserted(tx, key)) {
      if (store::decode<schema::Address>(key, *seen).account() != 0) {
        return problem(Problem::Kind::exists, alias->text() + " is an account", {},
                       "choose another address, or remove the account");
      }
    }
    for (const auto& text : record.targets()) {
      const auto target = Address::parse(text);
      if (!target || !tx.get(keys::domain(target->domain))) continue;
      const bool known =
          tx.get(keys::address(text)) || tx.get(keys::address(target->without_tag().text())) ||
          tx.get(keys::address("@" + target->domain)) ||
          !store::read<schema::Domain>(tx, keys::domain(target->domain))->alias_of().empty();
      if (!known) return no_such_account(text);
    }
    record.set_created_at(to_millis(state_->clock.now()));
    tx.put(key, record.SerializeAsString());
    std::string list;
    for (const auto& text : record.targets()) list += (list.empty() ? "" : ", ") + text;
    state_->audit(tx, by, "alias.set", alias->text(), list);
    return {};
  });
}

awaitable<Result<>> Directory::remove_alias(std::string address, Actor by) {
  const auto alias = parse_alias(address);
  if (!alias) co_return alias.error();
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto key = keys::address(alias->text());
    const auto seen = get_asserted(tx, key);
    if (!seen || store::decode<schema::Address>(key, *seen).account() != 0) {
      return problem(Problem::Kind::not_found, "there is no alias " + alias->text(), {},
                     "see `freehold alias list`");
    }
    tx.erase(key);
    state_->audit(tx, by, "alias.remove", alias->text());
    return {};
  });
}

std::vector<AliasInfo> Directory::aliases() const {
  std::vector<AliasInfo> all;
  state_->engine.latest().scan(
      store::prefix_range(keys::table(keys::Table::address)),
      [&](std::string_view key, std::string_view value) {
        const auto record = store::decode<schema::Address>(key, value);
        if (record.targets().empty()) return true;
        all.push_back(
            {std::string(key.substr(1)), {record.targets().begin(), record.targets().end()}});
        return true;
      });
  return all;
}

}  // namespace freehold::directory

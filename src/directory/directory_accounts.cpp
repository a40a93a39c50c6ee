#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "directory/sasl_scram.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::directory {

namespace keys = store::keys;

namespace {

// What SCRAM tells a client before it has shown which password it has: one for all passwords of an
// account.
struct ScramTerms {
  std::string salt = random_bytes(16);
  std::uint32_t iterations = kStoredIterations;
};

schema::Password make_password(const std::string& password, const ScramTerms& terms) {
  schema::Password record;
  record.set_argon2id(hash_password(password));
  const auto made = make_scram_keys(password, terms.salt, terms.iterations);
  auto& scram = *record.mutable_scram_sha256();
  scram.set_salt(terms.salt);
  scram.set_iterations(terms.iterations);
  scram.set_stored_key(made.stored_key);
  scram.set_server_key(made.server_key);
  return record;
}

AccountId next_account_id(store::Transaction& tx) {
  const auto key = keys::counter("account");
  const auto seen = get_asserted(tx, key);
  const std::uint64_t id = seen ? read_u64(*seen) : 1;
  std::string next;
  append_u64(next, id + 1);
  tx.put(key, next);
  return AccountId(id);
}

void put_address(store::Transaction& tx, const std::string& address,
                 const schema::Address& record) {
  tx.put(keys::address(address), record.SerializeAsString());
}

// RFC 2142: every domain answers there; the owner can point them elsewhere.
void add_role_aliases(store::Transaction& tx, const Address& account, Time now) {
  for (const char* role : {"postmaster", "abuse"}) {
    const std::string address = std::string(role) + "@" + account.domain;
    if (address == account.text() || get_asserted(tx, keys::address(address))) continue;
    schema::Address alias;
    alias.add_targets(account.text());
    alias.set_created_at(to_millis(now));
    put_address(tx, address, alias);
  }
}

}  // namespace

std::optional<schema::Account> find_account(const store::Reader& reader, std::string_view name) {
  const auto address = Address::parse(name);
  if (!address) return std::nullopt;
  const auto record = store::read<schema::Address>(reader, keys::address(address->text()));
  if (!record || record->account() == 0) return std::nullopt;
  return store::read<schema::Account>(reader, keys::account(AccountId(record->account())));
}

std::optional<schema::Account> find_account_asserted(store::Transaction& tx,
                                                     std::string_view name) {
  const auto found = find_account(tx, name);
  if (!found) return std::nullopt;
  const auto key = keys::account(AccountId(found->id()));
  const auto seen = get_asserted(tx, key);
  if (!seen) return std::nullopt;
  return store::decode<schema::Account>(key, *seen);
}

Result<> change_account(store::Transaction& tx, const std::string& address,
                        const std::function<void(schema::Account&)>& change) {
  auto account = find_account_asserted(tx, address);
  if (!account) return no_such_account(address);
  change(*account);
  tx.put(keys::account(AccountId(account->id())), account->SerializeAsString());
  return {};
}

Problem no_login(const schema::Account& group) {
  return problem(Problem::Kind::denied, group.name() + " is a group: nobody logs in as it", {},
                 "add members with `freehold group members --add`");
}

Problem no_such_account(std::string_view address) {
  return problem(Problem::Kind::not_found, "there is no account " + std::string(address), {},
                 "see `freehold account list`");
}

namespace {

std::vector<AccountId> groups_of(const schema::Account& account) {
  std::vector<AccountId> groups;
  for (const auto group : account.groups()) groups.emplace_back(group);
  return groups;
}

}  // namespace

AccountInfo info(const schema::Account& account) {
  return {AccountId(account.id()),
          account.name(),
          account.display_name(),
          account.disabled(),
          account.quota_bytes(),
          {account.send_as().begin(), account.send_as().end()},
          from_millis(account.created_at()),
          account.main_password_for_web_only(),
          account.has_pause() ? std::optional<Pause>({from_millis(account.pause().since()),
                                                      account.pause().reason()})
                              : std::nullopt,
          account.pop_delete_hides(),
          account.group(),
          groups_of(account)};
}

namespace {

void forget_group(store::Transaction& tx, std::uint64_t group) {
  tx.scan(store::prefix_range(keys::table(keys::Table::account)),
          [&](std::string_view key, std::string_view value) {
            auto record = store::decode<schema::Account>(key, value);
            auto& groups = *record.mutable_groups();
            const auto kept = std::remove(groups.begin(), groups.end(), group);
            if (kept == groups.end()) return true;
            groups.erase(kept, groups.end());
            tx.put(std::string(key), record.SerializeAsString());
            return true;
          });
}

}  // namespace

Result<> put_new_account(store::Transaction& tx, const Address& name, schema::Account& account,
                         Time now) {
  const auto domain = get_asserted(tx, keys::domain(name.domain));
  if (!domain) return no_such_domain(name.domain);
  if (!store::decode<schema::Domain>("D", *domain).alias_of().empty()) {
    return problem(Problem::Kind::invalid, name.domain + " is an alias of another domain", {},
                   "make the account in that domain");
  }
  if (get_asserted(tx, keys::address(name.text()))) {
    return problem(Problem::Kind::exists, "the address " + name.text() + " is taken", {},
                   "see `freehold account list` and `freehold alias list`");
  }
  account.set_id(next_account_id(tx).value);
  account.set_name(name.text());
  account.set_created_at(to_millis(now));
  tx.put(keys::account(AccountId(account.id())), account.SerializeAsString());
  schema::Address own;
  own.set_account(account.id());
  own.set_created_at(account.created_at());
  put_address(tx, name.text(), own);
  add_role_aliases(tx, name, now);
  return {};
}

awaitable<Result<AccountInfo>> Directory::add_account(std::string address, std::string password,
                                                      std::string display_name,
                                                      std::uint64_t quota_bytes, Actor by) {
  const auto name = Address::parse(address);
  if (!name) co_return name.error();
  if (auto fine = acceptable_password(password); !fine) co_return fine.error();
  const auto made = co_await state_->pool.run([&] { return make_password(password, {}); });

  schema::Account account;
  account.set_display_name(display_name);
  account.set_quota_bytes(quota_bytes);
  *account.mutable_password() = made;
  const auto added = co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (auto put = put_new_account(tx, *name, account, state_->clock.now()); !put) return put;
    state_->audit(tx, by, "account.add", name->text(), display_name);
    return {};
  });
  if (!added) co_return added.error();
  co_return info(account);
}

awaitable<Result<>> Directory::remove_account(std::string address, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto account = find_account(tx, address);
    if (!account) return no_such_account(address);
    tx.erase(keys::account(AccountId(account->id())));
    tx.erase(keys::address(account->name()));
    for (const auto& all : {keys::app_passwords(AccountId(account->id())),
                            keys::known_recipients(AccountId(account->id()))}) {
      tx.scan(store::prefix_range(all), [&tx](std::string_view key, std::string_view) {
        tx.erase(std::string(key));
        return true;
      });
    }
    tx.erase(keys::totp(AccountId(account->id())));
    tx.erase(keys::sending(AccountId(account->id())));
    if (account->group()) forget_group(tx, account->id());
    state_->audit(tx, by, "account.remove", account->name());
    tx.scan(store::prefix_range(keys::table(keys::Table::address)),
            [&](std::string_view key, std::string_view value) {
              auto record = store::decode<schema::Address>(key, value);
              auto& targets = *record.mutable_targets();
              const auto kept = std::remove(targets.begin(), targets.end(), account->name());
              if (kept == targets.end()) return true;
              targets.erase(kept, targets.end());
              if (targets.empty() && record.account() == 0) {
                tx.erase(std::string(key));
              } else {
                put_address(tx, std::string(key.substr(1)), record);
              }
              return true;
            });
    return {};
  });
}

awaitable<Result<>> Directory::set_password(std::string address, std::string password, Actor by) {
  if (auto fine = acceptable_password(password); !fine) co_return fine.error();
  const auto account = find_account(state_->engine.latest(), address);
  if (!account) co_return no_such_account(address);
  if (account->group()) co_return no_login(*account);
  // The terms stay, because the account's app passwords have keys for them.
  ScramTerms terms;
  if (const auto& scram = account->password().scram_sha256(); !scram.salt().empty()) {
    terms = {scram.salt(), scram.iterations()};
  }
  const auto made = co_await state_->pool.run([&] { return make_password(password, terms); });
  co_return co_await state_->apply([&](store::Transaction& tx) {
    state_->audit(tx, by, "account.password", account->name());
    return change_account(tx, address, [&](auto& a) { *a.mutable_password() = made; });
  });
}

awaitable<Result<>> Directory::set_disabled(std::string address, bool disabled, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) {
    return change_account(tx, address, [&](auto& account) {
      account.set_disabled(disabled);
      state_->audit(tx, by, disabled ? "account.disable" : "account.enable", account.name());
    });
  });
}

awaitable<Result<>> Directory::set_quota(std::string address, std::uint64_t quota_bytes, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) {
    return change_account(tx, address, [&](auto& account) {
      state_->audit(tx, by, "account.quota", account.name(),
                    "from " + std::to_string(account.quota_bytes()) + " to " +
                        std::to_string(quota_bytes) + " bytes");
      account.set_quota_bytes(quota_bytes);
    });
  });
}

awaitable<Result<>> Directory::set_send_as(std::string address, std::vector<std::string> also,
                                           Actor by) {
  std::vector<std::string> canonical;
  for (const auto& text : also) {
    if (text.starts_with('@')) {
      const auto domain = canonical_domain(std::string_view(text).substr(1));
      if (!domain) co_return domain.error();
      canonical.push_back("@" + *domain);
    } else {
      const auto parsed = Address::parse(text);
      if (!parsed) co_return parsed.error();
      canonical.push_back(parsed->text());
    }
  }
  co_return co_await state_->apply([&](store::Transaction& tx) {
    return change_account(tx, address, [&](auto& account) {
      account.mutable_send_as()->Assign(canonical.begin(), canonical.end());
      std::string list;
      for (const auto& one : canonical) list += (list.empty() ? "" : ", ") + one;
      state_->audit(tx, by, "account.send_as", account.name(), list);
    });
  });
}

awaitable<Result<>> Directory::set_pop_delete_hides(std::string address, bool hides, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) {
    return change_account(tx, address, [&](auto& account) {
      account.set_pop_delete_hides(hides);
      state_->audit(tx, by, "account.pop_delete", account.name(), hides ? "hide" : "delete");
    });
  });
}

std::vector<AccountInfo> Directory::accounts() const {
  std::vector<AccountInfo> all;
  state_->engine.latest().scan(store::prefix_range(keys::table(keys::Table::account)),
                               [&](std::string_view key, std::string_view value) {
                                 all.push_back(info(store::decode<schema::Account>(key, value)));
                                 return true;
                               });
  return all;
}

std::optional<AccountInfo> Directory::account(AccountId id) const {
  if (auto known = state_->known_accounts.find(id)) return known;
  const auto version = state_->known_accounts.version();
  const auto record = store::read<schema::Account>(state_->engine.latest(), keys::account(id));
  if (!record) return std::nullopt;
  auto account = info(*record);
  state_->known_accounts.keep(account, version);
  return account;
}

std::optional<AccountInfo> Directory::account(std::string_view address) const {
  const auto record = find_account(state_->engine.latest(), address);
  if (!record) return std::nullopt;
  return info(*record);
}

}  // namespace freehold::directory

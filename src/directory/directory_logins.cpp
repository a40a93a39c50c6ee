#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

// Who it is that logs in, and with which of his passwords.
namespace freehold::directory {

namespace keys = store::keys;

namespace {

// Nobody logs in as a group.
std::optional<schema::Account> find_person(const store::Reader& reader, std::string_view name) {
  auto account = find_account(reader, name);
  if (account && account->group()) return std::nullopt;
  return account;
}

// The main password is good for the use.
bool takes_main_password(const schema::Account& account, Scope scope) {
  return scope == Scope::web || !account.main_password_for_web_only();
}

}  // namespace

awaitable<std::optional<AccountInfo>> Directory::authenticate(std::string name,
                                                              std::string password, Scope scope,
                                                              std::string peer) {
  const auto account = find_person(state_->engine.latest(), name);
  if (!account) {
    // An unknown name costs as much as a wrong password, so that time tells nothing.
    static const std::string nobody = hash_password(random_bytes(16));
    co_await state_->pool.run([&] { return verify_password(nobody, password); });
    co_return std::nullopt;
  }
  const AccountId id(account->id());
  if (const auto number = state_->find_app_password(id, scope, password)) {
    if (account->disabled()) co_return std::nullopt;
    co_await state_->note_use(id, *number, std::move(peer));
    co_return info(*account);
  }
  // What is remembered is that the main password is right; whether it will do is asked each time.
  const auto& encoded = account->password().argon2id();
  if (!state_->verified.contains(id, encoded, password)) {
    const bool right =
        co_await state_->pool.run([&] { return verify_password(encoded, password); });
    if (!right) co_return std::nullopt;
    state_->verified.remember(id, encoded, password);
  }
  if (account->disabled() || !takes_main_password(*account, scope)) co_return std::nullopt;
  co_return info(*account);
}

ScramKeys Directory::scram_keys(std::string_view name, Scope scope) const {
  const auto account = find_person(state_->engine.latest(), name);
  if (!account || account->disabled()) {
    const auto hash = hmac_sha256(state_->probe_key, to_lower(name));
    return {hash.substr(0, 16), kStoredIterations, random_bytes(32), random_bytes(32), {}};
  }
  const auto& scram = account->password().scram_sha256();
  ScramKeys all{scram.salt(), scram.iterations(), scram.stored_key(), scram.server_key(), {}};
  if (!takes_main_password(*account, scope)) all.stored_key = random_bytes(32);
  if (scope == Scope::web) return all;
  state_->engine.latest().scan(
      store::prefix_range(keys::app_passwords(AccountId(account->id()))),
      [&](std::string_view key, std::string_view value) {
        const auto one = store::decode<schema::AppPassword>(key, value);
        if ((one.scopes() & static_cast<std::uint32_t>(scope)) == 0) return true;
        all.others.push_back({one.scram().stored_key(), one.scram().server_key(),
                              keys::number_of_app_password(key)});
        return true;
      });
  return all;
}

awaitable<std::optional<AccountInfo>> Directory::proved(std::string name, Scope scope,
                                                        std::uint64_t secret, std::string peer) {
  const auto account = find_person(state_->engine.latest(), name);
  if (!account || account->disabled()) co_return std::nullopt;
  const AccountId id(account->id());
  if (secret == 0) {
    if (!takes_main_password(*account, scope)) co_return std::nullopt;
    co_return info(*account);
  }
  const auto one =
      store::read<schema::AppPassword>(state_->engine.latest(), keys::app_password(id, secret));
  if (!one || (one->scopes() & static_cast<std::uint32_t>(scope)) == 0) co_return std::nullopt;
  co_await state_->note_use(id, secret, std::move(peer));
  co_return info(*account);
}

}  // namespace freehold::directory

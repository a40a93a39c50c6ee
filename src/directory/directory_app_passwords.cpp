#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "directory/base32.hpp"
#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

// Passwords for programs. We make them, with 100 random bits, so a keyed hash is enough to keep:
// argon2 is there to make guesses dear, and these cannot be guessed at any price. The key beside
// the hash lies in the same store; it only keeps hashes of different houses apart.
namespace freehold::directory {

namespace keys = store::keys;

namespace {

constexpr std::size_t kMostAppPasswords = 50;  // SCRAM looks through all of them
constexpr std::size_t kMaxName = 100;
constexpr std::size_t kCharacters = 20;
constexpr std::chrono::hours kUseNotedPer{1};

constexpr std::array<std::pair<Scope, std::string_view>, 7> kScopes{{{Scope::imap, "imap"},
                                                                     {Scope::smtp, "smtp"},
                                                                     {Scope::dav, "dav"},
                                                                     {Scope::pop3, "pop3"},
                                                                     {Scope::jmap, "jmap"},
                                                                     {Scope::sieve, "sieve"},
                                                                     {Scope::web, "web"}}};

// "abcd-efgh-ijkl-mnop-qrst": easy to type on a telephone.
std::string make_app_password() {
  const auto letters = to_lower(base32(random_bytes(13))).substr(0, kCharacters);
  std::string text;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i != 0 && i % 4 == 0) text.push_back('-');
    text.push_back(letters[i]);
  }
  return text;
}

// As people type it: with or without what groups the letters, in any case.
std::string plain(std::string_view password) {
  std::string letters;
  for (const char c : password) {
    if (c != '-' && c != ' ') letters.push_back(ascii_lower(c));
  }
  return letters;
}

std::string verifier(const std::string& key, AccountId account, std::string_view password) {
  std::string text = "app";
  append_u64(text, account.value);
  return hmac_sha256(key, text + plain(password));
}

void for_each(const store::Reader& reader, AccountId account,
              const std::function<bool(std::uint64_t, const schema::AppPassword&)>& visit) {
  reader.scan(store::prefix_range(keys::app_passwords(account)), [&](std::string_view key,
                                                                     std::string_view value) {
    return visit(keys::number_of_app_password(key), store::decode<schema::AppPassword>(key, value));
  });
}

std::vector<Scope> scopes_of(std::uint32_t bits) {
  std::vector<Scope> all;
  for (const auto& [scope, name] : kScopes) {
    if ((bits & static_cast<std::uint32_t>(scope)) != 0) all.push_back(scope);
  }
  return all;
}

std::string names_of(std::uint32_t bits) {
  std::string names;
  for (const auto scope : scopes_of(bits)) {
    names.append(names.empty() ? "" : " ").append(word(scope));
  }
  return names;
}

Result<> acceptable(const std::string& name, const std::vector<Scope>& scopes) {
  if (name.empty() || name.size() > kMaxName || !acceptable_credential(name)) {
    return problem(Problem::Kind::invalid, "an app password needs a name of 1 to 100 letters", {},
                   "name the program and the device: 'mail on the telephone'");
  }
  if (scopes.empty() || std::ranges::find(scopes, Scope::web) != scopes.end()) {
    return problem(Problem::Kind::invalid,
                   "an app password is for one or more of imap, smtp, "
                   "dav, pop3, jmap and sieve");
  }
  return {};
}

}  // namespace

std::string_view word(Scope scope) {
  const auto found = std::ranges::find(kScopes, scope, [](const auto& one) { return one.first; });
  return found != kScopes.end() ? found->second : std::string_view();
}

std::optional<Scope> parse_scope(std::string_view text) {
  const auto found = std::ranges::find(kScopes, text, [](const auto& one) { return one.second; });
  if (found == kScopes.end()) return std::nullopt;
  return found->first;
}

std::optional<std::uint64_t> Directory::State::find_app_password(AccountId account, Scope scope,
                                                                 std::string_view password) const {
  if (plain(password).size() != kCharacters) return std::nullopt;  // none of ours
  const auto wanted = verifier(app_key, account, password);
  std::optional<std::uint64_t> found;
  for_each(engine.latest(), account, [&](std::uint64_t number, const auto& one) {
    if (!equal_in_constant_time(one.verifier(), wanted)) return true;
    if ((one.scopes() & static_cast<std::uint32_t>(scope)) != 0) found = number;
    return false;
  });
  return found;
}

awaitable<void> Directory::State::note_use(AccountId account, std::uint64_t number,
                                           std::string peer) {
  const auto key = keys::app_password(account, number);
  const auto known = store::read<schema::AppPassword>(engine.latest(), key);
  const auto now = clock.now();
  const bool fresh =
      known && known->last_peer() == peer && now - from_millis(known->last_used()) < kUseNotedPer;
  if (!known || fresh) co_return;
  const auto noted = co_await apply([&](store::Transaction& tx) -> Result<> {
    const auto seen = get_asserted(tx, key);
    if (!seen) return {};  // revoked meanwhile
    auto record = store::decode<schema::AppPassword>(key, *seen);
    record.set_last_used(to_millis(std::chrono::floor<std::chrono::hours>(now)));
    record.set_last_peer(peer);
    tx.put(key, record.SerializeAsString());
    return {};
  });
  // The password is right all the same.
  if (!noted) log::warning("directory.use_not_noted", {{"error", noted.error().text()}});
}

awaitable<Result<std::string>> Directory::add_app_password(std::string address, std::string name,
                                                           std::vector<Scope> scopes, Actor by) {
  if (auto fine = acceptable(name, scopes); !fine) co_return fine.error();
  const auto account = find_account(state_->engine.latest(), address);
  if (!account) co_return no_such_account(address);
  if (account->group()) co_return no_login(*account);
  const auto password = make_app_password();
  const auto& terms = account->password().scram_sha256();
  const auto made = co_await state_->pool.run(
      [&] { return make_scram_keys(password, terms.salt(), terms.iterations()); });
  schema::AppPassword record;
  record.set_name(name);
  std::uint32_t bits = 0;
  for (const auto scope : scopes) bits |= static_cast<std::uint32_t>(scope);
  record.set_scopes(bits);
  const AccountId id(account->id());
  record.set_verifier(verifier(state_->app_key, id, password));
  record.mutable_scram()->set_stored_key(made.stored_key);
  record.mutable_scram()->set_server_key(made.server_key);
  record.set_created_at(to_millis(state_->clock.now()));
  const auto added = co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (!find_account_asserted(tx, address)) return no_such_account(address);
    std::uint64_t next = 1;
    std::size_t count = 0;
    bool taken = false;
    for_each(tx, id, [&](std::uint64_t number, const auto& one) {
      next = number + 1;
      taken = taken || one.name() == name;
      return ++count < kMostAppPasswords;
    });
    if (taken) {
      return problem(Problem::Kind::exists, "there is an app password '" + name + "' already", {},
                     "choose another name, or remove that one first");
    }
    if (count >= kMostAppPasswords) {
      return problem(Problem::Kind::denied, "the account has 50 app passwords already", {},
                     "remove those that are not used any more");
    }
    const auto key = keys::app_password(id, next);
    tx.assertions().require_absent(key);
    tx.put(key, record.SerializeAsString());
    state_->audit(tx, by, "app-password.add", account->name(), name + ": " + names_of(bits));
    return {};
  });
  if (!added) co_return added.error();
  co_return password;
}

awaitable<Result<>> Directory::remove_app_password(std::string address, std::string name,
                                                   Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto account = find_account(tx, address);
    if (!account) return no_such_account(address);
    const AccountId id(account->id());
    std::optional<std::uint64_t> found;
    for_each(tx, id, [&](std::uint64_t number, const auto& one) {
      if (one.name() == name) found = number;
      return !found;
    });
    if (!found || !get_asserted(tx, keys::app_password(id, *found))) {
      return problem(Problem::Kind::not_found, "there is no app password '" + name + "'", {},
                     "see `freehold account app-password list " + address + "`");
    }
    tx.erase(keys::app_password(id, *found));
    state_->audit(tx, by, "app-password.remove", account->name(), name);
    return {};
  });
}

Result<std::vector<AppPasswordInfo>> Directory::app_passwords(std::string address) const {
  const auto account = find_account(state_->engine.latest(), address);
  if (!account) return no_such_account(address);
  std::vector<AppPasswordInfo> all;
  for_each(state_->engine.latest(), AccountId(account->id()), [&](std::uint64_t, const auto& one) {
    AppPasswordInfo info{
        one.name(), scopes_of(one.scopes()), from_millis(one.created_at()), {}, one.last_peer()};
    if (one.last_used() != 0) info.last_used = from_millis(one.last_used());
    all.push_back(std::move(info));
    return true;
  });
  return all;
}

awaitable<Result<>> Directory::set_main_password_for_web_only(std::string address, bool only,
                                                              Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) {
    return change_account(tx, address, [&](auto& account) {
      account.set_main_password_for_web_only(only);
      state_->audit(tx, by, "account.web_only", account.name(), only ? "on" : "off");
    });
  });
}

}  // namespace freehold::directory

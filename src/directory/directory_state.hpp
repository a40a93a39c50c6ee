#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "directory/directory.hpp"
#include "directory/password.hpp"
#include "store/transaction.hpp"

// Inside the directory only.
namespace freehold::directory {

// RFC 7677 asks for at least 4096; a stolen store should cost more.
inline constexpr std::uint32_t kStoredIterations = 60'000;

// Accounts as they were read last, so that each command that asks about one need not. Good until
// something in the directory changes, and for a second, should somebody else have changed it.
// Thread-safe.
class KnownAccounts {
 public:
  [[nodiscard]] std::optional<AccountInfo> find(AccountId id);
  // Asked before an account is read, given with what was read.
  [[nodiscard]] std::uint64_t version();
  void keep(const AccountInfo& account, std::uint64_t version);
  void forget();

 private:
  using Moment = std::chrono::steady_clock::time_point;
  std::mutex mutex_;
  std::uint64_t version_ = 0;
  std::unordered_map<AccountId, std::pair<AccountInfo, Moment>> accounts_;
};

struct Directory::State {
  store::Engine& engine;
  Pool& pool;
  const Clock& clock;
  std::string probe_key;  // of the keyed hash behind the salts of unknown users
  std::string app_key;    // of the keyed hashes of app passwords and recovery codes
  PasswordCache verified;
  KnownAccounts known_accounts;

  // Runs `change` on a transaction and commits it; again from the start when somebody changed what
  // it had read.
  awaitable<Result<>> apply(std::function<Result<>(store::Transaction&)> change);
  void audit(store::Transaction& tx, const Actor& by, std::string_view action,
             std::string_view object, std::string_view details = {}) const {
    write_audit(tx, clock.now(), by, action, object, details);
  }

  // The number of the app password that this is, good for the use.
  [[nodiscard]] std::optional<std::uint64_t> find_app_password(AccountId account, Scope scope,
                                                               std::string_view password) const;
  // Notes the hour of its last use.
  awaitable<void> note_use(AccountId account, std::uint64_t number, std::string peer);
};

// Reads a key and asserts that it still is so at the commit.
[[nodiscard]] std::optional<std::string> get_asserted(store::Transaction& tx,
                                                      const std::string& key);

// Makes an account with this name, which has to be free; sets its number, name and time.
[[nodiscard]] Result<> put_new_account(store::Transaction& tx, const Address& name,
                                       schema::Account& account, Time now);
// Reads an account by its name for a change: it still has to be so at the commit.
[[nodiscard]] std::optional<schema::Account> find_account(const store::Reader& reader,
                                                          std::string_view name);
[[nodiscard]] std::optional<schema::Account> find_account_asserted(store::Transaction& tx,
                                                                   std::string_view name);
// Changes one field of an account's record.
[[nodiscard]] Result<> change_account(store::Transaction& tx, const std::string& address,
                                      const std::function<void(schema::Account&)>& change);

[[nodiscard]] AccountInfo info(const schema::Account& account);
[[nodiscard]] Problem no_login(const schema::Account& group);
[[nodiscard]] Problem no_such_account(std::string_view address);
[[nodiscard]] Problem no_such_domain(std::string_view name);

}  // namespace freehold::directory

#pragma once

#include <functional>
#include <string>

#include "directory/directory.hpp"
#include "directory/password.hpp"
#include "store/transaction.hpp"

// Inside the directory only.
namespace freehold::directory {

struct Directory::State {
  store::Engine& engine;
  Pool& pool;
  const Clock& clock;
  std::string probe_key;  // of the keyed hash behind the salts of unknown users
  PasswordCache verified;

  // Runs `change` on a transaction and commits it; again from the start when somebody changed what
  // it had read.
  awaitable<Result<>> apply(std::function<Result<>(store::Transaction&)> change);
};

// Reads a key and asserts that it still is so at the commit.
[[nodiscard]] std::optional<std::string> get_asserted(store::Transaction& tx,
                                                      const std::string& key);

[[nodiscard]] AccountInfo info(const schema::Account& account);
[[nodiscard]] Problem no_such_account(std::string_view address);
[[nodiscard]] Problem no_such_domain(std::string_view name);

}  // namespace freehold::directory

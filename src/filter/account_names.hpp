#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "directory/directory.hpp"
#include "filter/contacts.hpp"
#include "filter/lookalike.hpp"

namespace freehold::filter {

// The names that each account knows, made once and remembered for a minute. Used from every thread;
// what it is given outlives it.
class AccountNames {
 public:
  AccountNames(const directory::Directory& directory, const Contacts& contacts, const Clock& clock)
      : directory_(directory), contacts_(contacts), clock_(clock) {}

  // AccountId() knows the owners' only.
  [[nodiscard]] std::shared_ptr<const KnownNames> of(AccountId account);
  // It has new contacts, which count at once.
  void forget(AccountId account);

 private:
  struct Remembered {
    std::shared_ptr<const KnownNames> names;
    Time made_at;
  };
  [[nodiscard]] KnownNames make(AccountId account) const;

  const directory::Directory& directory_;
  const Contacts& contacts_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<AccountId, Remembered> remembered_;
};

}  // namespace freehold::filter

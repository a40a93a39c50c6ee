#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "mailstore/account_change.hpp"
#include "mailstore/mailstore.hpp"
#include "store/lane.hpp"

// Inside the mailstore only.
namespace freehold::mailstore {

// Who wants to know of changes to which account. Thread-safe.
class Watchers {
 public:
  std::uint64_t add(AccountId account, std::function<void()> wake);
  void remove(AccountId account, std::uint64_t number);
  void wake(AccountId account);

 private:
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::unordered_map<AccountId, std::map<std::uint64_t, std::function<void()>>> watchers_;
};

struct Mailstore::State {
  store::Engine& engine;
  Pool& pool;
  const Clock& clock;
  Watchers watchers;
  std::mutex mutex;
  std::unordered_map<AccountId, std::shared_ptr<store::Lane>>
      lanes;  // shared with those who run in it

  std::shared_ptr<store::Lane> lane(AccountId account);
  // Runs one change in the account's lane and wakes who watches it. The function may run several
  // times.
  awaitable<Result<>> change(AccountId account, std::function<Result<>(AccountChange&)> make);
  // Growing is refused while the disk is low.
  [[nodiscard]] Result<> may_grow() const;
};

// The inbox, made with the other default mailboxes when it is not there.
[[nodiscard]] MailboxId ensure_inbox(AccountChange& change, Time now);
// The mailbox of a role; the inbox when the owner has none of that role any more.
[[nodiscard]] MailboxId ensure_role(AccountChange& change, std::string_view role, Time now);
[[nodiscard]] Problem no_such_mailbox(std::string_view path = {});
[[nodiscard]] Problem over_quota();
[[nodiscard]] IndexedMessage indexed(Uid uid, const schema::IndexEntry& entry);

}  // namespace freehold::mailstore

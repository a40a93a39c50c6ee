#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "mailstore/account_change.hpp"
#include "mailstore/mailstore.hpp"
#include "mailstore/snapshots.hpp"
#include "store/lane.hpp"

// Inside the mailstore only.
namespace freehold::mailstore {

// Who wants to know of changes to which account. Thread-safe.
class Watchers {
 public:
  // No account: all of them.
  std::uint64_t add(AccountId account, std::function<void(AccountId)> wake);
  void remove(AccountId account, std::uint64_t number);
  void wake(AccountId account);

 private:
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::unordered_map<AccountId, std::map<std::uint64_t, std::function<void(AccountId)>>> watchers_;
};

struct Mailstore::State {
  store::Engine& engine;
  Pool& pool;
  const Clock& clock;
  const std::chrono::days keep_expunged;
  Snapshots snapshots{engine};
  MailboxTrees trees{engine};
  Watchers watchers;
  std::mutex mutex;
  std::unordered_map<AccountId, std::shared_ptr<store::Lane>>
      lanes;  // shared with those who run in it

  std::shared_ptr<store::Lane> lane(AccountId account);
  // Runs one change in the account's lane and wakes who watches it. The function may run several
  // times.
  awaitable<Result<>> change(AccountId account, std::function<Result<>(AccountChange&)> make);
  // The same for the chunks that hold UIDs, in as many changes as it needs.
  using OfChunk = std::function<void(AccountChange&, std::uint32_t number, IndexChunk::Bits)>;
  awaitable<Result<>> change_each(AccountId account, MailboxId mailbox, std::vector<Uid> uids,
                                  OfChunk make);
  // Growing is refused while the disk is low.
  [[nodiscard]] Result<> may_grow() const;
};

// Of what is done to very many: bounds the batch.
constexpr std::size_t kChunksPerChange = 500;

// The inbox, made with the other default mailboxes when it is not there.
[[nodiscard]] MailboxId ensure_inbox(AccountChange& change);
// The mailbox of a role; the inbox when the owner has none of that role any more.
[[nodiscard]] MailboxId ensure_role(AccountChange& change, std::string_view role);
// The mailbox of a path, made where it is missing; the inbox when it cannot be.
[[nodiscard]] MailboxId ensure_path(AccountChange& change, std::string_view path);
[[nodiscard]] Problem no_such_mailbox(std::string_view path = {});
[[nodiscard]] Problem over_quota();

}  // namespace freehold::mailstore

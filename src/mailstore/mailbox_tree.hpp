#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "schema/mailstore.pb.h"
#include "store/engine.hpp"

namespace freehold::mailstore {

// How an account's mailboxes hang together: their names, parents and roles.
class MailboxTree {
 public:
  static constexpr std::size_t kMaxDepth = 20;

  [[nodiscard]] static MailboxTree read(const store::Reader& reader, AccountId account);

  void add(MailboxId id, const schema::Mailbox& record);

  [[nodiscard]] std::optional<MailboxId> find(std::string_view path) const;
  [[nodiscard]] std::optional<MailboxId> child(MailboxId parent, std::string_view name) const;
  [[nodiscard]] std::optional<MailboxId> of_role(std::string_view role) const;
  [[nodiscard]] std::string path(MailboxId id) const;
  [[nodiscard]] MailboxId parent(MailboxId id) const;  // none: top level, or there is no such one
  [[nodiscard]] bool has_children(MailboxId id) const;
  [[nodiscard]] std::size_t height(MailboxId id) const;  // how many levels there are below it

 private:
  struct Node {
    MailboxId parent;
    std::string name;
  };
  std::unordered_map<MailboxId, Node> nodes_;
  std::map<std::pair<MailboxId, std::string>, MailboxId> children_;  // by parent and name
  std::vector<std::pair<std::string, MailboxId>> roles_;
};

// The trees of accounts in use. One is good until a mailbox of the account changes: AccountState
// says so, and is asked once a second, should somebody else have changed it. Thread-safe.
class MailboxTrees {
 public:
  explicit MailboxTrees(store::Engine& engine) : engine_(engine) {}

  [[nodiscard]] std::shared_ptr<const MailboxTree> get(AccountId account);
  // The one of a state of the account, when it is here: reads nothing.
  [[nodiscard]] std::shared_ptr<const MailboxTree> find(AccountId account, ModSeq of);
  // After a commit that changed a mailbox.
  void forget(AccountId account);

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Entry {
    ModSeq of;
    std::shared_ptr<const MailboxTree> tree;
    Moment asked;
  };
  std::shared_ptr<const MailboxTree> keep(AccountId account, Entry entry, std::uint64_t version);

  store::Engine& engine_;
  std::mutex mutex_;
  std::uint64_t version_ = 0;  // of all of them: what was read before is not kept
  std::unordered_map<AccountId, Entry> entries_;
};

}  // namespace freehold::mailstore

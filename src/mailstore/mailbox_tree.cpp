#include "mailstore/mailbox_tree.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "mailstore/mailstore.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

// Some 2 KB each; read again within microseconds.
constexpr std::size_t kMostTrees = 5'000;
constexpr std::chrono::seconds kGood{1};

// INBOX is the one name that is compared without case (RFC 9051, 5.1).
std::string name_as_compared(MailboxId parent, std::string_view name) {
  return !parent && iequals(name, "INBOX") ? "INBOX" : std::string(name);
}

}  // namespace

MailboxTree MailboxTree::read(const store::Reader& reader, AccountId account) {
  MailboxTree tree;
  reader.scan(store::prefix_range(keys::mailboxes(account)),
              [&](std::string_view key, std::string_view value) {
                tree.add(keys::mailbox_of(key), store::decode<schema::Mailbox>(key, value));
                return true;
              });
  return tree;
}

void MailboxTree::add(MailboxId id, const schema::Mailbox& record) {
  const MailboxId parent(record.parent());
  nodes_.emplace(id, Node{parent, record.name()});
  children_.emplace(std::pair(parent, name_as_compared(parent, record.name())), id);
  if (!record.role().empty()) roles_.emplace_back(record.role(), id);
}

std::optional<MailboxId> MailboxTree::child(MailboxId parent, std::string_view name) const {
  const auto found = children_.find({parent, name_as_compared(parent, name)});
  if (found == children_.end()) return std::nullopt;
  return found->second;
}

std::optional<MailboxId> MailboxTree::find(std::string_view path) const {
  MailboxId at;
  while (true) {
    const auto end = path.find(kPathSeparator);
    const auto next = child(at, path.substr(0, end));
    if (!next || end == std::string_view::npos) return next;
    at = *next;
    path.remove_prefix(end + 1);
  }
}

std::optional<MailboxId> MailboxTree::of_role(std::string_view role) const {
  const auto found = std::ranges::find(roles_, role, &std::pair<std::string, MailboxId>::first);
  if (role.empty() || found == roles_.end()) return std::nullopt;
  return found->second;
}

std::string MailboxTree::path(MailboxId id) const {
  std::string path;
  for (std::size_t depth = 0; id && depth <= kMaxDepth; ++depth) {
    const auto found = nodes_.find(id);
    if (found == nodes_.end()) break;
    const auto& [parent, name] = found->second;
    path = path.empty() ? name : name + kPathSeparator + path;
    id = parent;
  }
  return path;
}

MailboxId MailboxTree::parent(MailboxId id) const {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? MailboxId() : found->second.parent;
}

bool MailboxTree::has_children(MailboxId id) const {
  const auto first = children_.lower_bound({id, {}});
  return first != children_.end() && first->first.first == id;
}

std::size_t MailboxTree::height(MailboxId id) const {
  std::size_t height = 0;
  for (const auto& [other, node] : nodes_) {
    std::size_t levels = 1;
    auto up = node.parent;
    for (; up && up != id && levels <= kMaxDepth; ++levels) up = parent(up);
    if (up == id) height = std::max(height, levels);
  }
  return height;
}

std::shared_ptr<const MailboxTree> MailboxTrees::get(AccountId account) {
  const auto now = std::chrono::steady_clock::now();
  std::uint64_t version = 0;
  Entry entry;
  {
    const std::lock_guard lock(mutex_);
    version = version_;
    if (const auto found = entries_.find(account); found != entries_.end()) entry = found->second;
  }
  if (entry.tree && now - entry.asked < kGood) return entry.tree;
  const auto& reader = engine_.latest();
  const auto state = store::read<schema::AccountState>(reader, keys::account_state(account));
  const ModSeq of(state ? state->mailboxes_modseq() : 0);
  // Read after the state: it may be newer than that says, never older.
  if (!entry.tree || entry.of != of)
    entry.tree = std::make_shared<const MailboxTree>(MailboxTree::read(reader, account));
  return keep(account, {of, std::move(entry.tree), now}, version);
}

std::shared_ptr<const MailboxTree> MailboxTrees::keep(AccountId account, Entry entry,
                                                      std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  if (version != version_) return entry.tree;
  if (entries_.size() >= kMostTrees) entries_.clear();
  return (entries_[account] = std::move(entry)).tree;
}

void MailboxTrees::forget(AccountId account) {
  const std::lock_guard lock(mutex_);
  ++version_;
  entries_.erase(account);
}

std::shared_ptr<const MailboxTree> MailboxTrees::find(AccountId account, ModSeq of) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(account);
  return found != entries_.end() && found->second.of == of ? found->second.tree : nullptr;
}

}  // namespace freehold::mailstore

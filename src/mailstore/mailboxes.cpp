#include <algorithm>
#include <unordered_map>

#include "base/bytes.hpp"
#include "mailstore/mailstore_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

constexpr std::size_t kMaxName = 255;

struct DefaultMailbox {
  const char* name;
  const char* role;
};
constexpr DefaultMailbox kDefaults[] = {{"INBOX", "inbox"}, {"Drafts", "drafts"},
                                        {"Sent", "sent"},   {"Archive", "archive"},
                                        {"Junk", "junk"},   {"Trash", "trash"}};

bool is_inbox(std::string_view name) { return iequals(name, "INBOX"); }

Result<std::vector<std::string>> split(std::string_view path) {
  const auto invalid = [&](const char* what) {
    return problem(Problem::Kind::invalid, what, "mailbox '" + std::string(path) + "'");
  };
  std::vector<std::string> parts;
  while (true) {
    const auto end = path.find(kPathSeparator);
    const auto part = path.substr(0, end);
    if (part.empty()) return invalid("a part of the name is empty");
    if (part.size() > kMaxName) return invalid("a part of the name is longer than 255 octets");
    if (std::ranges::any_of(
            part, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
      return invalid("the name has control characters");
    }
    parts.emplace_back(part);
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  if (parts.size() > MailboxTree::kMaxDepth) return invalid("the name has more than 20 parts");
  if (parts.front() == kOtherUsers || parts.front() == kShared)
    return invalid("names that begin so are for mailboxes of others");
  return parts;
}

MailboxInfo describe(const MailboxTree& tree, MailboxId id, const schema::Mailbox& record) {
  MailboxInfo info;
  info.id = id;
  info.parent = MailboxId(record.parent());
  info.path = tree.path(id);
  info.role = record.role();
  info.uid_validity = UidValidity(record.uid_validity());
  info.uid_next = Uid(record.uid_next());
  info.highest_modseq = ModSeq(record.highest_modseq());
  info.emails = record.emails();
  info.unseen = record.unseen();
  info.deleted = record.deleted();
  info.bytes = record.bytes();
  info.subscribed = !record.unsubscribed();
  info.has_children = tree.has_children(id);
  return info;
}

// Makes what is missing of the path; its last mailbox.
MailboxId make_path(AccountChange& change, MailboxTree& tree, const std::vector<std::string>& parts,
                    const std::string& role) {
  MailboxId at;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (const auto next = tree.child(at, parts[i])) {
      at = *next;
      continue;
    }
    schema::Mailbox record;
    record.set_name(i == 0 && is_inbox(parts[i]) ? "INBOX" : parts[i]);
    record.set_parent(at.value);
    if (i + 1 == parts.size()) record.set_role(role);
    at = change.create_mailbox(record);
    tree.add(at, record);
  }
  return at;
}

Problem role_taken(const std::string& role) {
  return problem(Problem::Kind::exists, "another mailbox is for " + role + " already");
}

}  // namespace

std::vector<MailboxInfo> Mailstore::mailboxes(AccountId account) const {
  MailboxTree tree;
  std::vector<std::pair<MailboxId, schema::Mailbox>> records;
  state_->engine.latest().scan(store::prefix_range(keys::mailboxes(account)),
                               [&](std::string_view key, std::string_view value) {
                                 records.emplace_back(keys::mailbox_of(key),
                                                      store::decode<schema::Mailbox>(key, value));
                                 tree.add(records.back().first, records.back().second);
                                 return true;
                               });
  std::vector<MailboxInfo> infos;
  infos.reserve(records.size());
  for (const auto& [id, record] : records) infos.push_back(describe(tree, id, record));
  std::ranges::sort(infos, {}, &MailboxInfo::path);
  return infos;
}

std::optional<MailboxInfo> Mailstore::mailbox(AccountId account, std::string_view path) const {
  const auto tree = state_->trees.get(account);
  const auto id = tree->find(path);
  return id ? mailbox(account, *id) : std::nullopt;
}

std::optional<MailboxInfo> Mailstore::mailbox(AccountId account, MailboxId id) const {
  const auto record =
      store::read<schema::Mailbox>(state_->engine.latest(), keys::mailbox(account, id));
  if (!record) return std::nullopt;
  return describe(*state_->trees.get(account), id, *record);
}

// An account whose making was cut off before its mailboxes gets them with its first mail or login.
MailboxId ensure_inbox(AccountChange& change) {
  const auto known = change.tree();
  if (const auto inbox = known->of_role("inbox")) return *inbox;
  MailboxTree tree(*known);
  MailboxId inbox;
  for (const auto& [name, role] : kDefaults) {
    const auto id = make_path(change, tree, {name}, role);
    if (std::string_view(role) == "inbox") inbox = id;
  }
  return inbox;
}

MailboxId ensure_role(AccountChange& change, std::string_view role) {
  const auto inbox = ensure_inbox(change);
  return change.tree()->of_role(role).value_or(inbox);
}

MailboxId ensure_path(AccountChange& change, std::string_view path) {
  const auto parts = split(path);
  if (!parts) return ensure_inbox(change);
  MailboxTree tree(*change.tree());
  return make_path(change, tree, *parts, {});
}

awaitable<Result<>> Mailstore::create_default_mailboxes(AccountId account) {
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    static_cast<void>(ensure_inbox(change));
    return {};
  });
}

awaitable<Result<MailboxId>> Mailstore::create_mailbox(AccountId account, std::string path,
                                                       std::string role) {
  const auto parts = split(path);
  if (!parts) co_return parts.error();
  MailboxId made;
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    MailboxTree tree(*change.tree());
    if (tree.find(path)) {
      return problem(Problem::Kind::exists, "the mailbox '" + path + "' exists already");
    }
    if (tree.of_role(role)) return role_taken(role);
    made = make_path(change, tree, *parts, role);
    return {};
  });
  if (!done) co_return done.error();
  co_return made;
}

awaitable<Result<>> Mailstore::set_subscribed(AccountId account, std::string path,
                                              bool subscribed) {
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    const auto id = change.tree()->find(path);
    if (!id) return no_such_mailbox(path);
    change.mailbox(*id)->set_unsubscribed(!subscribed);
    change.touch_mailbox(*id);
    return {};
  });
}

awaitable<Result<>> Mailstore::set_role(AccountId account, MailboxId mailbox, std::string role) {
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    auto* record = change.mailbox(mailbox);
    if (record == nullptr) return no_such_mailbox();
    if (record->role() == role) return {};
    if (record->role() == "inbox") {
      return problem(Problem::Kind::denied, "INBOX stays the inbox");
    }
    if (change.tree()->of_role(role)) return role_taken(role);
    record->set_role(role);
    change.touch_mailbox(mailbox);
    return {};
  });
}

namespace {

// RFC 9051, 6.3.6: INBOX stays, and its mail goes to a new mailbox of that name.
Result<> rename_inbox(AccountChange& change, MailboxTree& tree, MailboxId inbox,
                      const std::vector<std::string>& to) {
  const auto target = make_path(change, tree, to, {});
  for (const auto number : change.chunks(inbox)) {
    const auto all_of = change.chunk(inbox, number);
    for (std::uint32_t i = 0; i < all_of.size(); ++i) change.move(inbox, all_of.message(i), target);
  }
  return {};
}

}  // namespace

awaitable<Result<>> Mailstore::rename_mailbox(AccountId account, std::string from, std::string to) {
  const auto parts = split(to);
  if (!parts) co_return parts.error();
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    MailboxTree tree(*change.tree());
    const auto id = tree.find(from);
    if (!id) return no_such_mailbox(from);
    if (tree.find(to)) {
      return problem(Problem::Kind::exists, "the mailbox '" + to + "' exists already");
    }
    if (tree.of_role("inbox") == id) return rename_inbox(change, tree, *id, *parts);
    if (parts->size() + tree.height(*id) > MailboxTree::kMaxDepth) {
      return problem(Problem::Kind::invalid, "mailboxes in it would have more than 20 parts",
                     "mailbox '" + to + "'");
    }
    MailboxId parent;
    if (parts->size() > 1) {
      const std::vector<std::string> above(parts->begin(), parts->end() - 1);
      parent = make_path(change, tree, above, {});
    }
    for (auto up = parent; up; up = tree.parent(up)) {
      if (up == *id) return problem(Problem::Kind::invalid, "a mailbox cannot move into itself");
    }
    auto* record = change.mailbox(*id);
    record->set_name(parts->back());
    record->set_parent(parent.value);
    change.touch_mailbox(*id);
    return {};
  });
}

awaitable<Result<>> Mailstore::delete_mailbox(AccountId account, std::string path) {
  bool emptied = false;
  while (!emptied) {
    const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
      const auto tree = change.tree();
      const auto id = tree->find(path);
      if (!id) return no_such_mailbox(path);
      const auto info = describe(*tree, *id, *change.mailbox(*id));
      if (info.role == "inbox") return problem(Problem::Kind::denied, "INBOX has to stay");
      if (info.has_children) {
        return problem(Problem::Kind::denied, "the mailbox '" + path + "' has mailboxes in it", {},
                       "delete those first");
      }
      auto chunks = change.chunks(*id);
      emptied = chunks.size() <= kChunksPerChange;
      if (!emptied) chunks.resize(kChunksPerChange);
      for (const auto number : chunks) change.expunge(*id, number, ~IndexChunk::Bits{0}, info.path);
      if (!emptied) return {};
      change.note_path(*id, info.path);
      change.erase_mailbox(*id);
      return {};
    });
    if (!done) co_return done;
  }
  co_return Result<>();
}

awaitable<Result<>> Mailstore::erase_account(AccountId account) {
  for (const auto& info : mailboxes(account)) {
    // The inbox may go too, now: it becomes a mailbox like others.
    if (info.role != "inbox") continue;
    const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
      change.mailbox(info.id)->set_role("");
      change.touch_mailbox(info.id);
      return {};
    });
    if (!done) co_return done;
  }
  auto left = mailboxes(account);
  std::ranges::sort(left, std::greater(), [](const MailboxInfo& box) {
    return std::ranges::count(box.path, kPathSeparator);
  });
  for (const auto& info : left) {
    if (auto done = co_await delete_mailbox(account, info.path); !done) co_return done;
  }
  for (std::size_t purged = 1; purged > 0;) {
    const auto done = co_await purge_expunged(account, Time::max(), kChunksPerChange);
    if (!done) co_return done.error();
    purged = *done;
  }
  const auto lane = state_->lane(account);
  co_return co_await lane->run([account](store::Transaction& tx) -> Result<> {
    for (const auto& prefix : {keys::changes(account), keys::threads(account),
                               keys::lessons(account), keys::pop_hidden_of(account),
                               keys::annotations_of(account), keys::subscribed_by(account)}) {
      std::vector<std::string> found;
      tx.scan(store::prefix_range(prefix), [&](std::string_view key, std::string_view) {
        found.emplace_back(key);
        return true;
      });
      for (auto& key : found) tx.erase(std::move(key));
    }
    tx.erase(keys::account_state(account));
    return {};
  });
}

}  // namespace freehold::mailstore

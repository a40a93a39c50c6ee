#include <algorithm>
#include <unordered_map>

#include "base/bytes.hpp"
#include "mailstore/mailstore_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

constexpr std::size_t kMaxDepth = 20;
constexpr std::size_t kMaxName = 255;

struct DefaultMailbox {
  const char* name;
  const char* role;
};
constexpr DefaultMailbox kDefaults[] = {{"INBOX", "inbox"}, {"Drafts", "drafts"},
                                        {"Sent", "sent"},   {"Archive", "archive"},
                                        {"Junk", "junk"},   {"Trash", "trash"}};

using Records = std::map<MailboxId, schema::Mailbox>;

Records read_all(const store::Reader& reader, AccountId account) {
  Records all;
  reader.scan(store::prefix_range(keys::mailboxes(account)),
              [&](std::string_view key, std::string_view value) {
                all.emplace(keys::mailbox_of(key), store::decode<schema::Mailbox>(key, value));
                return true;
              });
  return all;
}

std::string path_of(const Records& all, MailboxId id) {
  std::string path;
  for (std::size_t depth = 0; id && depth <= kMaxDepth; ++depth) {
    const auto found = all.find(id);
    if (found == all.end()) break;
    path = path.empty() ? found->second.name() : found->second.name() + kPathSeparator + path;
    id = MailboxId(found->second.parent());
  }
  return path;
}

bool is_inbox(std::string_view name) { return iequals(name, "INBOX"); }

// INBOX is the one name that is compared without case (RFC 9051, 5.1).
bool same_name(std::string_view stored, std::string_view asked, bool top_level) {
  return stored == asked || (top_level && is_inbox(stored) && is_inbox(asked));
}

std::optional<MailboxId> child(const Records& all, MailboxId parent, std::string_view name) {
  for (const auto& [id, record] : all) {
    if (record.parent() == parent.value && same_name(record.name(), name, !parent)) return id;
  }
  return std::nullopt;
}

// How many levels there are below a mailbox.
std::size_t height_of(const Records& all, MailboxId id) {
  std::size_t height = 0;
  for (const auto& [other, record] : all) {
    std::size_t levels = 1;
    auto up = MailboxId(record.parent());
    while (up && up != id && levels <= kMaxDepth) {
      const auto found = all.find(up);
      up = found == all.end() ? MailboxId() : MailboxId(found->second.parent());
      ++levels;
    }
    if (up == id) height = std::max(height, levels);
  }
  return height;
}

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
  if (parts.size() > kMaxDepth) return invalid("the name has more than 20 parts");
  if (parts.front() == kOtherUsers || parts.front() == kShared)
    return invalid("names that begin so are for mailboxes of others");
  return parts;
}

std::optional<MailboxId> find(const Records& all, std::string_view path) {
  const auto parts = split(path);
  if (!parts) return std::nullopt;
  MailboxId at;
  for (const auto& part : *parts) {
    const auto next = child(all, at, part);
    if (!next) return std::nullopt;
    at = *next;
  }
  return at;
}

MailboxInfo describe(const Records& all, MailboxId id, const schema::Mailbox& record) {
  MailboxInfo info;
  info.id = id;
  info.parent = MailboxId(record.parent());
  info.path = path_of(all, id);
  info.role = record.role();
  info.uid_validity = UidValidity(record.uid_validity());
  info.uid_next = Uid(record.uid_next());
  info.highest_modseq = ModSeq(record.highest_modseq());
  info.emails = record.emails();
  info.unseen = record.unseen();
  info.deleted = record.deleted();
  info.bytes = record.bytes();
  info.subscribed = !record.unsubscribed();
  info.has_children = std::ranges::any_of(
      all, [id](const auto& other) { return other.second.parent() == id.value; });
  return info;
}

// Makes what is missing of the path; its last mailbox.
MailboxId make_path(AccountChange& change, Records& all, const std::vector<std::string>& parts,
                    const std::string& role) {
  MailboxId at;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (const auto next = child(all, at, parts[i])) {
      at = *next;
      continue;
    }
    schema::Mailbox record;
    record.set_name(i == 0 && is_inbox(parts[i]) ? "INBOX" : parts[i]);
    record.set_parent(at.value);
    if (i + 1 == parts.size()) record.set_role(role);
    at = change.create_mailbox(record);
    all.emplace(at, std::move(record));
  }
  return at;
}

bool is_taken(const Records& all, std::string_view role) {
  return !role.empty() &&
         std::ranges::any_of(all, [&](const auto& other) { return other.second.role() == role; });
}

Problem role_taken(const std::string& role) {
  return problem(Problem::Kind::exists, "another mailbox is for " + role + " already");
}

}  // namespace

std::vector<MailboxInfo> Mailstore::mailboxes(AccountId account) const {
  const auto all = read_all(state_->engine.latest(), account);
  std::vector<MailboxInfo> infos;
  infos.reserve(all.size());
  for (const auto& [id, record] : all) infos.push_back(describe(all, id, record));
  std::ranges::sort(infos, {}, &MailboxInfo::path);
  return infos;
}

std::optional<MailboxInfo> Mailstore::mailbox(AccountId account, std::string_view path) const {
  const auto all = read_all(state_->engine.latest(), account);
  const auto id = find(all, path);
  if (!id) return std::nullopt;
  return describe(all, *id, all.at(*id));
}

std::optional<MailboxInfo> Mailstore::mailbox(AccountId account, MailboxId id) const {
  const auto all = read_all(state_->engine.latest(), account);
  const auto found = all.find(id);
  if (found == all.end()) return std::nullopt;
  return describe(all, id, found->second);
}

// An account whose making was cut off before its mailboxes gets them with its first mail or login.
MailboxId ensure_inbox(AccountChange& change) {
  auto all = read_all(change.tx(), change.account());
  for (const auto& [id, record] : all) {
    if (record.role() == "inbox") return id;
  }
  MailboxId inbox;
  for (const auto& [name, role] : kDefaults) {
    const auto id = make_path(change, all, {name}, role);
    if (std::string_view(role) == "inbox") inbox = id;
  }
  return inbox;
}

MailboxId ensure_role(AccountChange& change, std::string_view role) {
  const auto inbox = ensure_inbox(change);
  if (role == "inbox") return inbox;
  for (const auto& [id, record] : read_all(change.tx(), change.account())) {
    if (record.role() == role) return id;
  }
  return inbox;
}

MailboxId ensure_path(AccountChange& change, std::string_view path) {
  const auto parts = split(path);
  if (!parts) return ensure_inbox(change);
  auto all = read_all(change.tx(), change.account());
  return make_path(change, all, *parts, {});
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
    auto all = read_all(change.tx(), account);
    if (find(all, path)) {
      return problem(Problem::Kind::exists, "the mailbox '" + path + "' exists already");
    }
    if (is_taken(all, role)) return role_taken(role);
    made = make_path(change, all, *parts, role);
    return {};
  });
  if (!done) co_return done.error();
  co_return made;
}

awaitable<Result<>> Mailstore::set_subscribed(AccountId account, std::string path,
                                              bool subscribed) {
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    const auto id = find(read_all(change.tx(), account), path);
    if (!id) return no_such_mailbox(path);
    change.mailbox(*id)->set_unsubscribed(!subscribed);
    change.touch_mailbox(*id);
    return {};
  });
}

awaitable<Result<>> Mailstore::set_role(AccountId account, MailboxId mailbox, std::string role) {
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    const auto all = read_all(change.tx(), account);
    const auto found = all.find(mailbox);
    if (found == all.end()) return no_such_mailbox();
    if (found->second.role() == role) return {};
    if (found->second.role() == "inbox") {
      return problem(Problem::Kind::denied, "INBOX stays the inbox");
    }
    if (is_taken(all, role)) return role_taken(role);
    change.mailbox(mailbox)->set_role(role);
    change.touch_mailbox(mailbox);
    return {};
  });
}

namespace {

// RFC 9051, 6.3.6: INBOX stays, and its mail goes to a new mailbox of that name.
Result<> rename_inbox(AccountChange& change, Records& all, MailboxId inbox,
                      const std::vector<std::string>& to) {
  const auto target = make_path(change, all, to, {});
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
    auto all = read_all(change.tx(), account);
    const auto id = find(all, from);
    if (!id) return no_such_mailbox(from);
    if (find(all, to)) {
      return problem(Problem::Kind::exists, "the mailbox '" + to + "' exists already");
    }
    if (all.at(*id).role() == "inbox") {
      return rename_inbox(change, all, *id, *parts);
    }
    if (parts->size() + height_of(all, *id) > kMaxDepth) {
      return problem(Problem::Kind::invalid, "mailboxes in it would have more than 20 parts",
                     "mailbox '" + to + "'");
    }
    MailboxId parent;
    if (parts->size() > 1) {
      const std::vector<std::string> above(parts->begin(), parts->end() - 1);
      parent = make_path(change, all, above, {});
    }
    for (auto up = parent; up; up = MailboxId(all.at(up).parent())) {
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
      const auto all = read_all(change.tx(), account);
      const auto id = find(all, path);
      if (!id) return no_such_mailbox(path);
      const auto info = describe(all, *id, all.at(*id));
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

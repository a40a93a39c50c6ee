#include "imap/mailbox_access.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "imap/session.hpp"

namespace freehold::imap {

namespace {

using directory::AccountInfo;
using mailstore::kPathSeparator;
using mailstore::MailboxInfo;
using mailstore::Right;
using mailstore::Rights;

Problem no_such_mailbox() { return problem(Problem::Kind::not_found, "there is no such mailbox"); }

Problem not_permitted() {
  return problem(Problem::Kind::denied, "you have no right to do that there");
}

std::string_view domain_of(std::string_view address) {
  return address.substr(std::min(address.find('@'), address.size()));
}

// Who the session is, with the groups of now: a membership that ends counts from the next command.
AccountInfo self(const Context& context) {
  return context.house.directory.account(context.id()).value_or(AccountInfo{});
}

mailstore::Subject subject_of(const AccountInfo& self, const AccountInfo& owner) {
  return {self.id, self.groups, self.id && domain_of(self.name) == domain_of(owner.name)};
}

// "Shared/team@example.test/INBOX/a" in its three parts.
struct ForeignName {
  bool shared = false;
  std::string_view owner;
  std::string_view path;  // may be empty
};

std::optional<ForeignName> parse_foreign(std::string_view name) {
  const auto head = name.substr(0, name.find(kPathSeparator));
  if (head != mailstore::kShared && head != mailstore::kOtherUsers) return std::nullopt;
  ForeignName parts{head == mailstore::kShared, {}, {}};
  if (head.size() == name.size()) return parts;
  name.remove_prefix(head.size() + 1);
  parts.owner = name.substr(0, name.find(kPathSeparator));
  if (parts.owner.size() < name.size()) parts.path = name.substr(parts.owner.size() + 1);
  return parts;
}

// A local part may have a separator in it: such an owner's mailboxes have no name for others.
bool fits_into_name(const AccountInfo& owner) {
  return owner.name.find(kPathSeparator) == std::string::npos;
}

std::string prefix_of(const AccountInfo& owner) {
  return std::string(owner.group ? mailstore::kShared : mailstore::kOtherUsers) + kPathSeparator +
         owner.name + kPathSeparator;
}

// Not the session's own account: its mailboxes have their own names only.
std::optional<AccountInfo> find_owner(const Context& context, const ForeignName& name) {
  if (name.owner.empty()) return std::nullopt;
  auto owner = context.house.directory.account(name.owner);
  if (!owner || owner->group != name.shared || owner->id == context.id() || !fits_into_name(*owner))
    return std::nullopt;
  return owner;
}

// As others than the owner see it: what is below it they may not know, and the role is the owner's.
void show_to_others(NamedMailbox& named, const AccountInfo& owner) {
  named.owners_path = std::move(named.info.path);
  named.info.path = prefix_of(owner) + named.owners_path;
  named.info.role.clear();
  named.info.has_children = false;
}

std::optional<NamedMailbox> look_up(const Context& context, std::string_view name) {
  const auto& store = context.house.mailstore;
  const auto foreign = parse_foreign(name);
  if (!foreign) {
    auto info = store.mailbox(context.id(), name);
    if (!info) return std::nullopt;
    auto path = info->path;
    return NamedMailbox{context.id(), std::move(*info), std::move(path), Rights::all()};
  }
  const auto owner = find_owner(context, *foreign);
  if (!owner) return std::nullopt;
  auto info = store.mailbox(owner->id, foreign->path);
  if (!info) return std::nullopt;
  const auto rights = mailstore::rights_of(subject_of(self(context), *owner), owner->id,
                                           store.acl(owner->id, info->id));
  NamedMailbox named{owner->id, std::move(*info), {}, rights};
  show_to_others(named, *owner);
  return named;
}

// Owners some of whose mailboxes the session may know of.
std::set<AccountId> other_owners(const Context& context, const AccountInfo& self) {
  const auto& store = context.house.mailstore;
  std::set<AccountId> owners(self.groups.begin(), self.groups.end());
  auto names = self.groups;
  names.push_back(self.id);
  names.emplace_back();
  for (const auto name : names) {
    for (const auto& [owner, mailbox] : store.mailboxes_naming(name)) owners.insert(owner);
  }
  owners.erase(self.id);
  return owners;
}

Rights rights_in(const std::map<MailboxId, mailstore::Acl>& acls, MailboxId mailbox,
                 const mailstore::Subject& subject, AccountId owner) {
  const auto acl = acls.find(mailbox);
  return mailstore::rights_of(subject, owner, acl == acls.end() ? mailstore::Acl() : acl->second);
}

void add_visible_of(const Context& context, const AccountInfo& self, const AccountInfo& owner,
                    std::vector<NamedMailbox>& out) {
  const auto& store = context.house.mailstore;
  const auto subject = subject_of(self, owner);
  const auto acls = store.acls(owner.id);
  std::unordered_map<std::string, std::size_t> known;  // by its owner's path
  for (auto& info : store.mailboxes(owner.id)) {
    const auto rights = rights_in(acls, info.id, subject, owner.id);
    if (!rights.has(Right::lookup)) continue;
    NamedMailbox named{owner.id, std::move(info), {}, rights};
    show_to_others(named, owner);
    // Its parents come before it.
    for (auto above = named.owners_path; above.contains(kPathSeparator);) {
      above.resize(above.rfind(kPathSeparator));
      if (const auto parent = known.find(above); parent != known.end())
        out[parent->second].info.has_children = true;
    }
    known.emplace(named.owners_path, out.size());
    out.push_back(std::move(named));
  }
}

Result<NamedMailbox> with_rights(std::optional<NamedMailbox> named, bool permitted) {
  if (named && permitted) return std::move(*named);
  if (!named || !named->rights.has(Right::lookup)) return no_such_mailbox();
  return not_permitted();
}

}  // namespace

Result<NamedMailbox> find_mailbox(const Context& context, std::string_view name, Rights needed) {
  auto named = look_up(context, name);
  const bool permitted = named && named->rights.has(needed);
  return with_rights(std::move(named), permitted);
}

Result<NamedMailbox> find_mailbox_with_any(const Context& context, std::string_view name,
                                           Rights of) {
  auto named = look_up(context, name);
  const bool permitted = named && named->rights.has_any(of);
  return with_rights(std::move(named), permitted);
}

// One answer for all that is refused: which of the parents are there is not told.
Result<NamedPlace> find_place(const Context& context, std::string_view name) {
  const auto foreign = parse_foreign(name);
  if (!foreign) return NamedPlace{context.id(), std::string(name)};
  const auto owner = find_owner(context, *foreign);
  if (!owner || foreign->path.empty()) return not_permitted();
  const auto& store = context.house.mailstore;
  const auto subject = subject_of(self(context), *owner);
  // The nearest parent that is there says whether mailboxes may be made in it; above all of them
  // stands what the account gives to everybody: a group to its members.
  mailstore::Acl acl;
  for (auto above = foreign->path; above.contains(kPathSeparator);) {
    above = above.substr(0, above.rfind(kPathSeparator));
    if (const auto parent = store.mailbox(owner->id, above)) {
      acl = store.acl(owner->id, parent->id);
      break;
    }
  }
  if (!mailstore::rights_of(subject, owner->id, acl).has(Right::create)) return not_permitted();
  return NamedPlace{owner->id, std::string(foreign->path)};
}

std::vector<NamedMailbox> own_mailboxes(const Context& context) {
  std::vector<NamedMailbox> all;
  for (auto& info : context.house.mailstore.mailboxes(context.id())) {
    auto path = info.path;
    all.push_back({context.id(), std::move(info), std::move(path), Rights::all()});
  }
  return all;
}

std::vector<NamedMailbox> visible_mailboxes(const Context& context) {
  const auto& store = context.house.mailstore;
  auto all = own_mailboxes(context);
  const auto self = imap::self(context);
  const auto own = static_cast<std::ptrdiff_t>(all.size());
  for (const auto id : other_owners(context, self)) {
    const auto owner = context.house.directory.account(id);
    if (owner && fits_into_name(*owner)) add_visible_of(context, self, *owner, all);
  }
  const auto subscribed = store.subscriptions(context.id());
  for (auto other = all.begin() + own; other != all.end(); ++other)
    other->info.subscribed = std::ranges::binary_search(subscribed, other->id());
  return all;
}

std::vector<MailboxInfo> known_mailboxes(const Context& context, AccountId owner) {
  const auto& store = context.house.mailstore;
  auto all = store.mailboxes(owner);
  if (owner == context.id()) return all;
  const auto account = context.house.directory.account(owner);
  if (!account) return {};
  const auto subject = subject_of(self(context), *account);
  const auto acls = store.acls(owner);
  std::erase_if(all, [&](const MailboxInfo& info) {
    return !rights_in(acls, info.id, subject, owner).has(Right::lookup);
  });
  return all;
}

Rights rights_in_view(const Context& context) {
  const auto& view = *context.view;
  if (view.account() == context.id()) return Rights::all();
  const auto owner = context.house.directory.account(view.account());
  if (!owner) return {};
  return mailstore::rights_of(subject_of(self(context), *owner), owner->id,
                              context.house.mailstore.acl(owner->id, view.mailbox()));
}

std::uint64_t quota_of(const Context& context, AccountId owner) {
  const auto account = context.house.directory.account(owner);
  return account ? account->quota_bytes : 0;
}

std::string prefix_of(const Context& context, AccountId owner) {
  if (owner == context.id()) return {};
  const auto account = context.house.directory.account(owner);
  return account && fits_into_name(*account) ? prefix_of(*account) : std::string();
}

}  // namespace freehold::imap

#include "mailstore/identifiers.hpp"

#include <algorithm>

namespace freehold::mailstore {

namespace {

constexpr std::string_view kAnyone = "anyone";
constexpr std::size_t kMaxEntries = 250;  // of one mailbox; each look at it reads them all

bool is_for(const AclEntry& entry, const Identifier& whose) {
  return entry.who == whose.who && entry.negative == whose.negative;
}

bool is_always_all(const directory::AccountInfo& owner, const Identifier& whose) {
  return whose.who == owner.id && !owner.group;
}

Problem owner_keeps_all() {
  return problem(Problem::Kind::invalid, "the owner of a mailbox always has all rights");
}

Rights rights_before(const Acl& acl, const directory::AccountInfo& owner, const Identifier& whose) {
  const auto found =
      std::ranges::find_if(acl, [&](const AclEntry& entry) { return is_for(entry, whose); });
  if (found != acl.end()) return found->rights;
  return whose.who == owner.id && !whose.negative ? kRightsOfMembers : Rights();
}

}  // namespace

Result<Identifier> parse_identifier(const directory::Directory& directory, std::string_view text) {
  Identifier identifier;
  if (text.starts_with('-')) {
    identifier.negative = true;
    text.remove_prefix(1);
  }
  if (text == kAnyone) return identifier;
  const auto account = directory.account(text);
  if (!account) {
    return problem(Problem::Kind::invalid, "'" + std::string(text) + "' is no account here", {},
                   "name an account's or a group's address, or anyone");
  }
  identifier.who = account->id;
  return identifier;
}

std::optional<std::string> text_of(const directory::Directory& directory, const AclEntry& entry) {
  const std::string sign = entry.negative ? "-" : "";
  if (!entry.who) return sign + std::string(kAnyone);
  const auto account = directory.account(entry.who);
  if (!account) return std::nullopt;
  return sign + account->name;
}

Result<> change_rights(Acl& acl, const directory::AccountInfo& owner, const Identifier& whose,
                       RightsChange how, Rights rights) {
  const auto before = rights_before(acl, owner, whose);
  if (how == RightsChange::add) rights = before | rights;
  if (how == RightsChange::remove) rights = before - rights;
  if (is_always_all(owner, whose)) {
    if (rights == Rights::all() && !whose.negative) return {};
    return owner_keeps_all();
  }
  set_rights(acl, owner.id, {whose.who, whose.negative, rights});
  if (acl.size() > kMaxEntries)
    return problem(Problem::Kind::invalid, "a mailbox has rights for 250 others at most");
  return {};
}

Result<> remove_rights(Acl& acl, const directory::AccountInfo& owner, const Identifier& whose) {
  if (is_always_all(owner, whose)) return owner_keeps_all();
  std::erase_if(acl, [&](const AclEntry& entry) { return is_for(entry, whose); });
  return {};
}

std::vector<std::pair<std::string, Rights>> describe(const directory::Directory& directory,
                                                     const directory::AccountInfo& owner,
                                                     const Acl& acl) {
  const Identifier own{owner.id, false};
  std::vector<std::pair<std::string, Rights>> all;
  all.emplace_back(owner.name, owner.group ? rights_before(acl, owner, own) : Rights::all());
  for (const auto& entry : acl) {
    if (is_for(entry, own)) continue;
    if (auto text = text_of(directory, entry)) all.emplace_back(std::move(*text), entry.rights);
  }
  return all;
}

}  // namespace freehold::mailstore

#include "mailstore/rights.hpp"

#include <algorithm>

namespace freehold::mailstore {

namespace {

struct Letter {
  char letter;
  Rights rights;
};
constexpr Letter kLetters[] = {
    {'l', Right::lookup},  {'r', Right::read},      {'s', Right::seen},
    {'w', Right::write},   {'i', Right::insert},    {'p', Right::post},
    {'k', Right::create},  {'x', Right::remove},    {'t', Right::delete_messages},
    {'e', Right::expunge}, {'a', Right::administer}};
// RFC 4314, 2.1.1: what RFC 2086 had one right for.
constexpr Letter kObsolete[] = {{'c', Right::create | Right::remove},
                                {'d', Right::delete_messages | Right::expunge}};

bool concerns(const AclEntry& entry, const Subject& subject) {
  if (!entry.who) return subject.of_owners_domain;
  return entry.who == subject.account ||
         std::ranges::find(subject.groups, entry.who) != subject.groups.end();
}

}  // namespace

std::optional<Rights> Rights::parse(std::string_view letters) {
  Rights rights;
  for (const char c : letters) {
    const auto* found = std::ranges::find(kLetters, c, &Letter::letter);
    if (found == std::end(kLetters)) {
      found = std::ranges::find(kObsolete, c, &Letter::letter);
      if (found == std::end(kObsolete)) return std::nullopt;
    }
    rights = rights | found->rights;
  }
  return rights;
}

std::string Rights::text() const {
  std::string text;
  for (const auto& [letter, right] : kLetters) {
    if (has(right)) text.push_back(letter);
  }
  for (const auto& [letter, rights] : kObsolete) {
    if (has_any(rights)) text.push_back(letter);
  }
  return text;
}

FlagMask Rights::flags() const {
  FlagMask may{0, has(Right::write)};
  if (has(Right::seen)) may.bits |= kSeen;
  if (has(Right::write)) may.bits |= kAnswered | kFlagged | kDraft;
  if (has(Right::delete_messages)) may.bits |= kDeleted;
  return may;
}

Rights rights_of(const Subject& subject, AccountId owner, const Acl& acl) {
  if (subject.account == owner) return Rights::all();
  Rights given, taken;
  const bool is_member = std::ranges::find(subject.groups, owner) != subject.groups.end();
  const bool said = std::ranges::any_of(
      acl, [owner](const AclEntry& entry) { return entry.who == owner && !entry.negative; });
  if (is_member && !said) given = kRightsOfMembers;
  for (const auto& entry : acl) {
    if (!concerns(entry, subject)) continue;
    auto& sum = entry.negative ? taken : given;
    sum = sum | entry.rights;
  }
  return given - taken;
}

void set_rights(Acl& acl, AccountId owner, const AclEntry& entry) {
  const auto found = std::ranges::find_if(acl, [&](const AclEntry& other) {
    return other.who == entry.who && other.negative == entry.negative;
  });
  const bool keep = !entry.rights.empty() || (entry.who == owner && !entry.negative);
  if (found == acl.end()) {
    if (keep) acl.push_back(entry);
  } else if (keep) {
    found->rights = entry.rights;
  } else {
    acl.erase(found);
  }
}

}  // namespace freehold::mailstore

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "directory/directory.hpp"
#include "mailstore/rights.hpp"

namespace freehold::mailstore {

// Who an entry of an Acl is for, as people write it (RFC 4314, 2): an account's or a group's
// address, or "anyone" (all accounts of the owner's domain); with '-' before it for what is taken
// away. The list has numbers, so that nobody inherits rights with an address.
struct Identifier {
  AccountId who;
  bool negative = false;
};
[[nodiscard]] Result<Identifier> parse_identifier(const directory::Directory& directory,
                                                  std::string_view text);
// Nothing: the account is gone.
[[nodiscard]] std::optional<std::string> text_of(const directory::Directory& directory,
                                                 const AclEntry& entry);

enum class RightsChange { replace, add, remove };

// Changes one entry of a mailbox of `owner`. Problems: the owner's own rights are all, always; and
// the length of a list is bounded.
[[nodiscard]] Result<> change_rights(Acl& acl, const directory::AccountInfo& owner,
                                     const Identifier& whose, RightsChange how, Rights rights);
// Takes the entry away: a group's members have their usual rights again.
[[nodiscard]] Result<> remove_rights(Acl& acl, const directory::AccountInfo& owner,
                                     const Identifier& whose);

// The whole list for people, the owner (or its members) first.
[[nodiscard]] std::vector<std::pair<std::string, Rights>> describe(
    const directory::Directory& directory, const directory::AccountInfo& owner, const Acl& acl);

}  // namespace freehold::mailstore

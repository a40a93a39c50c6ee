#include <algorithm>

#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

// Accounts that several people share. A member knows its groups, because that is what is asked at
// each look at a mailbox; who is in a group is asked by its owner only.
namespace freehold::directory {

namespace keys = store::keys;

awaitable<Result<AccountInfo>> Directory::add_group(std::string address, std::string display_name,
                                                    std::uint64_t quota_bytes, Actor by) {
  const auto name = Address::parse(address);
  if (!name) co_return name.error();
  schema::Account account;
  account.set_display_name(display_name);
  account.set_quota_bytes(quota_bytes);
  account.set_group(true);
  const auto added = co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (auto put = put_new_account(tx, *name, account, state_->clock.now()); !put) return put;
    state_->audit(tx, by, "group.add", name->text(), display_name);
    return {};
  });
  if (!added) co_return added.error();
  co_return info(account);
}

awaitable<Result<>> Directory::set_member(std::string group_name, std::string address, bool member,
                                          Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto group = find_account_asserted(tx, group_name);
    if (!group || !group->group()) {
      return problem(Problem::Kind::not_found, "there is no group " + group_name, {},
                     "see `freehold group list`");
    }
    const auto account = find_account_asserted(tx, address);
    if (!account) return no_such_account(address);
    if (account->group()) {
      return problem(Problem::Kind::invalid, account->name() + " is itself a group", {},
                     "name the people in it");
    }
    const auto& groups = account->groups();
    const bool known = std::ranges::find(groups, group->id()) != groups.end();
    if (known == member) {
      return problem(member ? Problem::Kind::exists : Problem::Kind::not_found,
                     account->name() + (member ? " is" : " is not") + " a member of " +
                         group->name() + (member ? " already" : ""));
    }
    state_->audit(tx, by, member ? "group.join" : "group.leave", group->name(), account->name());
    return change_account(tx, account->name(), [&](schema::Account& record) {
      if (member) {
        record.add_groups(group->id());
        return;
      }
      auto& all = *record.mutable_groups();
      all.erase(std::remove(all.begin(), all.end(), group->id()), all.end());
    });
  });
}

std::vector<AccountInfo> Directory::members(AccountId group) const {
  auto all = accounts();
  std::erase_if(all, [group](const AccountInfo& account) {
    return std::ranges::find(account.groups, group) == account.groups.end();
  });
  return all;
}

}  // namespace freehold::directory

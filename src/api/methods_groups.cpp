#include <boost/json/array.hpp>

#include "api/method.hpp"
#include "mailstore/identifiers.hpp"

// Groups, and what accounts may do in the mailboxes of others.
namespace freehold::api {

namespace {

using directory::AccountInfo;
using mailstore::RightsChange;

Result<AccountInfo> group_of(const Services& services, const json::object& params) {
  const auto name = text_of(params, "name");
  auto group = services.directory.account(name);
  if (group && group->group) return *group;
  return problem(Problem::Kind::not_found, "there is no group " + name, {},
                 "see `freehold group list`");
}

json::array members_of(const Services& services, AccountId group) {
  json::array names;
  for (const auto& member : services.directory.members(group)) names.emplace_back(member.name);
  return names;
}

json::object describe(const Services& services, const AccountInfo& group) {
  const auto usage = services.mailstore.usage(group.id);
  return {{"name", group.name},
          {"display_name", group.display_name},
          {"members", members_of(services, group.id)},
          {"emails", usage.emails},
          {"used_bytes", usage.bytes},
          {"quota_bytes", group.quota_bytes}};
}

// A member's mail program shows what its account has subscribed to: the group's inbox comes and
// goes with the membership.
awaitable<Result<>> set_member(const Services& services, const AccountInfo& group,
                               const std::string& name, bool member) {
  auto set = co_await services.directory.set_member(group.name, name, member);
  if (!set) co_return set.error();
  const auto account = services.directory.account(name);
  const auto inbox = services.mailstore.mailbox(group.id, "INBOX");
  if (!account || !inbox) co_return Result<>();
  co_return co_await services.mailstore.set_subscribed(account->id, {group.id, inbox->id}, member);
}

awaitable<Answer> group_add(const Services& services, json::object params) {
  const auto added = co_await services.directory.add_group(
      text_of(params, "name"), text_of(params, "display_name"), number_of(params, "quota_bytes"));
  if (!added) co_return added.error();
  const auto made = co_await services.mailstore.create_default_mailboxes(added->id);
  if (!made) co_return made.error();
  for (const auto& member : texts_of(params, "members")) {
    const auto joined = co_await set_member(services, *added, member, true);
    if (!joined) co_return joined.error();
  }
  co_return json::value(describe(services, *added));
}

awaitable<Answer> group_list(const Services& services, json::object) {
  json::array all;
  for (const auto& account : services.directory.accounts()) {
    if (account.group) all.push_back(describe(services, account));
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> group_members(const Services& services, json::object params) {
  const auto group = group_of(services, params);
  if (!group) co_return group.error();
  for (const bool member : {true, false}) {
    for (const auto& name : texts_of(params, member ? "add" : "remove")) {
      const auto set = co_await set_member(services, *group, name, member);
      if (!set) co_return set.error();
    }
  }
  json::array all;
  for (const auto& member : services.directory.members(group->id))
    all.push_back(json::object{{"name", member.name}, {"display_name", member.display_name}});
  co_return json::value(std::move(all));
}

struct Mailbox {
  AccountInfo owner;
  mailstore::MailboxInfo info;
};

Result<Mailbox> mailbox_of(const Services& services, const json::object& params) {
  const auto name = text_of(params, "name");
  const auto path = text_of(params, "mailbox");
  auto owner = services.directory.account(name);
  if (!owner) {
    return problem(Problem::Kind::not_found, "there is no account " + name, {},
                   "see `freehold account list`");
  }
  auto info = services.mailstore.mailbox(owner->id, path);
  if (!info) {
    return problem(Problem::Kind::not_found, owner->name + " has no mailbox '" + path + "'");
  }
  return Mailbox{std::move(*owner), std::move(*info)};
}

awaitable<Answer> rights_list(const Services& services, json::object params) {
  const auto mailbox = mailbox_of(services, params);
  if (!mailbox) co_return mailbox.error();
  const auto acl = services.mailstore.acl(mailbox->owner.id, mailbox->info.id);
  json::array all;
  for (const auto& [identifier, rights] :
       mailstore::describe(services.directory, mailbox->owner, acl))
    all.push_back(json::object{{"who", identifier}, {"rights", rights.text()}});
  co_return json::value(std::move(all));
}

using Edit =
    std::function<Result<>(mailstore::Acl&, const AccountInfo&, const mailstore::Identifier&)>;

awaitable<Answer> change_rights(const Services& services, const json::object& params,
                                std::string details, Edit edit) {
  const auto mailbox = mailbox_of(services, params);
  if (!mailbox) co_return mailbox.error();
  const auto who = text_of(params, "who");
  const auto whose = mailstore::parse_identifier(services.directory, who);
  if (!whose) co_return whose.error();
  const auto changed = co_await services.mailstore.change_acl(
      mailbox->owner.id, mailbox->info.id,
      [&](mailstore::Acl& acl) { return edit(acl, mailbox->owner, *whose); });
  if (!changed) co_return changed.error();
  co_return done(co_await services.directory.note({}, "mailbox.rights", mailbox->owner.name,
                                                  mailbox->info.path + ": " + who + details));
}

awaitable<Answer> rights_set(const Services& services, json::object params) {
  const auto text = text_of(params, "rights");
  const auto rights = mailstore::Rights::parse(text);
  if (!rights) {
    co_return problem(Problem::Kind::invalid, "'" + text + "' has letters that are no rights", {},
                      "of lrswipkxtea: lookup, read, seen, write flags, insert, post, create and "
                      "delete mailboxes, delete messages (t and e), administer");
  }
  co_return co_await change_rights(
      services, params, " " + rights->text(),
      [&rights](mailstore::Acl& acl, const auto& owner, const auto& whose) {
        return mailstore::change_rights(acl, owner, whose, RightsChange::replace, *rights);
      });
}

awaitable<Answer> rights_remove(const Services& services, json::object params) {
  co_return co_await change_rights(services, params, " removed",
                                   [](mailstore::Acl& acl, const auto& owner, const auto& whose) {
                                     return mailstore::remove_rights(acl, owner, whose);
                                   });
}

constexpr NamedMethod kMethods[] = {
    {"group.add", group_add},     {"group.list", group_list}, {"group.members", group_members},
    {"rights.list", rights_list}, {"rights.set", rights_set}, {"rights.remove", rights_remove},
};

}  // namespace

std::span<const NamedMethod> group_methods() { return kMethods; }

}  // namespace freehold::api

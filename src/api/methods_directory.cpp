#include <boost/json/array.hpp>

#include "api/method.hpp"

namespace freehold::api {

namespace {

json::array texts(const std::vector<std::string>& all) {
  json::array out;
  for (const auto& text : all) out.emplace_back(text);
  return out;
}

json::object describe(const Services& services, const directory::AccountInfo& account) {
  const auto usage = services.mailstore.usage(account.id);
  return {{"name", account.name},
          {"display_name", account.display_name},
          {"disabled", account.disabled},
          {"quota_bytes", account.quota_bytes},
          {"used_bytes", usage.bytes},
          {"emails", usage.emails},
          {"expunged_bytes", usage.expunged_bytes},
          {"expunged_emails", usage.expunged_emails},
          {"send_as", texts(account.send_as)},
          {"main_password_for_web_only", account.main_password_for_web_only},
          {"pop_delete", account.pop_delete_hides ? "hide" : "delete"},
          {"paused", account.pause ? account.pause->reason : ""},
          {"group", account.group},
          {"created_at", rfc3339(account.created_at)}};
}

awaitable<Answer> domain_add(const Services& services, json::object params) {
  co_return done(
      co_await services.directory.add_domain(text_of(params, "name"), text_of(params, "alias_of")));
}

awaitable<Answer> domain_remove(const Services& services, json::object params) {
  co_return done(co_await services.directory.remove_domain(text_of(params, "name")));
}

awaitable<Answer> domain_list(const Services& services, json::object) {
  json::array all;
  for (const auto& domain : services.directory.domains()) {
    all.push_back(json::object{{"name", domain.name},
                               {"display", directory::display_domain(domain.name)},
                               {"alias_of", domain.alias_of},
                               {"catch_all", domain.catch_all}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> account_add(const Services& services, json::object params) {
  const auto added = co_await services.directory.add_account(
      text_of(params, "name"), text_of(params, "password"), text_of(params, "display_name"),
      number_of(params, "quota_bytes"));
  if (!added) co_return added.error();
  const auto made = co_await services.mailstore.create_default_mailboxes(added->id);
  if (!made) co_return made.error();
  co_return json::value(describe(services, *added));
}

awaitable<Answer> account_remove(const Services& services, json::object params) {
  const auto name = text_of(params, "name");
  const auto account = services.directory.account(name);
  if (const auto removed = co_await services.directory.remove_account(name); !removed)
    co_return removed.error();
  if (!account) co_return done({});
  if (services.screen != nullptr) {
    const auto forgotten = co_await services.screen->forget(account->id);
    if (!forgotten) co_return forgotten.error();
  }
  const auto erased = co_await services.mailstore.erase_account(account->id);
  if (services.search != nullptr) co_await services.search->erase(account->id);
  co_return done(erased);
}

awaitable<Answer> group_remove(const Services& services, json::object params) {
  const auto name = text_of(params, "name");
  const auto group = services.directory.account(name);
  if (!group || !group->group) {
    co_return problem(Problem::Kind::not_found, "there is no group " + name, {},
                      "see `freehold group list`");
  }
  co_return co_await account_remove(services, std::move(params));
}

awaitable<Answer> account_list(const Services& services, json::object) {
  json::array all;
  for (const auto& account : services.directory.accounts())
    all.push_back(describe(services, account));
  co_return json::value(std::move(all));
}

awaitable<Result<>> set_pop_delete(directory::Directory& directory, std::string name,
                                   std::string how) {
  if (how != "hide" && how != "delete") {
    co_return problem(Problem::Kind::invalid, "'" + how + "' is neither 'delete' nor 'hide'");
  }
  co_return co_await directory.set_pop_delete_hides(std::move(name), how == "hide");
}

awaitable<Answer> account_set(const Services& services, json::object params) {
  const auto name = text_of(params, "name");
  auto& directory = services.directory;
  if (params.contains("password")) {
    if (auto set = co_await directory.set_password(name, text_of(params, "password")); !set)
      co_return set.error();
  }
  if (params.contains("quota_bytes")) {
    if (auto set = co_await directory.set_quota(name, number_of(params, "quota_bytes")); !set)
      co_return set.error();
  }
  if (params.contains("disabled")) {
    if (auto set = co_await directory.set_disabled(name, flag_of(params, "disabled")); !set)
      co_return set.error();
  }
  if (params.contains("send_as")) {
    if (auto set = co_await directory.set_send_as(name, texts_of(params, "send_as")); !set)
      co_return set.error();
  }
  if (params.contains("main_password_for_web_only")) {
    if (auto set = co_await directory.set_main_password_for_web_only(
            name, flag_of(params, "main_password_for_web_only"));
        !set)
      co_return set.error();
  }
  if (params.contains("pop_delete")) {
    const auto set = co_await set_pop_delete(directory, name, text_of(params, "pop_delete"));
    if (!set) co_return set.error();
  }
  const auto account = directory.account(name);
  if (!account) {
    co_return problem(Problem::Kind::not_found, "there is no account " + name, {},
                      "see `freehold account list`");
  }
  co_return json::value(describe(services, *account));
}

awaitable<Answer> alias_set(const Services& services, json::object params) {
  co_return done(co_await services.directory.set_alias(text_of(params, "address"),
                                                       texts_of(params, "targets")));
}

awaitable<Answer> alias_remove(const Services& services, json::object params) {
  co_return done(co_await services.directory.remove_alias(text_of(params, "address")));
}

awaitable<Answer> alias_list(const Services& services, json::object) {
  json::array all;
  for (const auto& alias : services.directory.aliases()) {
    all.push_back(json::object{{"address", alias.address}, {"targets", texts(alias.targets)}});
  }
  co_return json::value(std::move(all));
}

constexpr NamedMethod kMethods[] = {
    {"domain.add", domain_add},         {"domain.remove", domain_remove},
    {"domain.list", domain_list},       {"account.add", account_add},
    {"account.remove", account_remove}, {"account.list", account_list},
    {"group.remove", group_remove},     {"account.set", account_set},
    {"alias.set", alias_set},           {"alias.remove", alias_remove},
    {"alias.list", alias_list},
};

}  // namespace

std::span<const NamedMethod> directory_methods() { return kMethods; }

}  // namespace freehold::api

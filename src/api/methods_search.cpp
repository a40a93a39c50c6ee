#include <boost/json/array.hpp>

#include "api/method.hpp"

// The full-text index: how far it is, and beginning it anew.
namespace freehold::api {

namespace {

Problem search_is_off() {
  return problem(Problem::Kind::unavailable, "there is no full-text index", {},
                 "set search.enabled = true in the configuration");
}

// The account named "account"; all when there is none of that name in the parameters.
Result<std::vector<directory::AccountInfo>> accounts_of(const Services& services,
                                                        const json::object& params) {
  const auto name = text_of(params, "account");
  if (name.empty()) return services.directory.accounts();
  const auto account = services.directory.account(name);
  if (account) return std::vector{*account};
  return problem(Problem::Kind::not_found, "there is no account " + name, {},
                 "see `freehold account list`");
}

awaitable<Answer> search_status(const Services& services, json::object params) {
  if (services.search == nullptr) co_return search_is_off();
  const auto accounts = accounts_of(services, params);
  if (!accounts) co_return accounts.error();
  json::array all;
  for (const auto& account : *accounts) {
    const auto status = co_await services.search->status(account.id);
    all.push_back(json::object{{"account", account.name},
                               {"state", status.complete ? "complete"
                                         : status.paused ? "paused: the disk is low"
                                                         : "indexing"},
                               {"emails", status.emails},
                               {"indexed", status.documents},
                               {"missing", status.missing},
                               {"to_extract", status.to_extract},
                               {"bytes", status.bytes}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> search_rebuild(const Services& services, json::object params) {
  if (services.search == nullptr) co_return search_is_off();
  if (text_of(params, "account").empty() && !flag_of(params, "all")) {
    co_return problem(Problem::Kind::invalid, "say an account, or all");
  }
  const auto accounts = accounts_of(services, params);
  if (!accounts) co_return accounts.error();
  for (const auto& account : *accounts) co_await services.search->rebuild(account.id);
  co_return json::value(json::object{{"accounts", accounts->size()}});
}

constexpr NamedMethod kMethods[] = {
    {"search.status", search_status},
    {"search.rebuild", search_rebuild},
};

}  // namespace

std::span<const NamedMethod> search_methods() { return kMethods; }

}  // namespace freehold::api

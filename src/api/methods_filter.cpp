#include <boost/json/array.hpp>

#include "api/method.hpp"
#include "base/bytes.hpp"
#include "directory/address.hpp"
#include "filter/dnsbl_lookup.hpp"
#include "filter/rules.hpp"

// The spam filter: why it judges as it does, allow and block lists, and the lists in the DNS.
namespace freehold::api {

namespace {

Problem filter_is_off() {
  return problem(Problem::Kind::unavailable, "the spam filter is off", {},
                 "set filter.enabled = true in the configuration");
}

Result<directory::AccountInfo> account_of(const Services& services, const std::string& name) {
  const auto account = services.directory.account(name);
  if (account) return *account;
  return problem(Problem::Kind::not_found, "there is no account " + name, {},
                 "see `freehold account list`");
}

json::value describe(const filter::Screen& screen, const filter::Assessment& assessment) {
  json::array reasons;
  for (const auto& reason : assessment.reasons) {
    reasons.push_back(
        json::object{{"name", reason.name}, {"weight", reason.weight}, {"text", reason.text}});
  }
  return json::object{{"score", assessment.score},
                      {"junk_from", screen.limits().junk},
                      {"refused_from", screen.limits().refuse},
                      {"decision", filter::decision_name(assessment.decision)},
                      {"reasons", std::move(reasons)},
                      {"readable", filter::explain(assessment, screen.limits())}};
}

// Of a message that is kept, by mailbox and UID, or of one that is given in base64.
awaitable<Answer> filter_explain(const Services& services, json::object params) {
  if (services.screen == nullptr) co_return filter_is_off();
  auto& screen = *services.screen;
  directory::AccountInfo account;
  if (const auto name = text_of(params, "account"); !name.empty()) {
    const auto found = account_of(services, name);
    if (!found) co_return found.error();
    account = *found;
  }
  Result<filter::Assessment> assessment = filter::Assessment();
  if (params.contains("text")) {
    const auto raw = unbase64(text_of(params, "text"));
    if (!raw) co_return problem(Problem::Kind::invalid, "the text is no base64");
    assessment = co_await screen.explain(account.id, *raw);
  } else {
    const auto path = text_of(params, "mailbox");
    const auto mailbox = services.mailstore.mailbox(account.id, path);
    const Uid uid(static_cast<std::uint32_t>(number_of(params, "uid")));
    const auto email =
        mailbox ? services.mailstore.email_at(account.id, mailbox->id, uid) : std::nullopt;
    if (!email) {
      co_return problem(Problem::Kind::not_found,
                        "there is no message " + std::to_string(uid.value) + " in " + path,
                        account.name, "the UID is IMAP's: `FETCH 1:* (UID)` shows it");
    }
    assessment = co_await screen.explain(account.id, *email);
  }
  if (!assessment) co_return assessment.error();
  co_return describe(screen, *assessment);
}

// Whose rule it is: "" the box's, a domain's, or an account's.
Result<filter::RuleScope> scope_of(const Services& services, const json::object& params) {
  const auto owner = text_of(params, "for");
  if (owner.empty()) return filter::RuleScope::box();
  if (owner.contains('@')) {
    const auto account = account_of(services, owner);
    if (!account) return account.error();
    return filter::RuleScope::of(account->id);
  }
  const auto domain = directory::canonical_domain(owner);
  if (!domain || !services.directory.is_local(*domain)) {
    return problem(Problem::Kind::not_found, "there is no domain " + owner, {},
                   "see `freehold domain list`");
  }
  return filter::RuleScope::of_domain(*domain);
}

awaitable<Answer> rule_set(const Services& services, json::object params) {
  if (services.screen == nullptr) co_return filter_is_off();
  auto scope = scope_of(services, params);
  if (!scope) co_return scope.error();
  const auto rule =
      co_await services.screen->rules().add(std::move(*scope), text_of(params, "pattern"),
                                            flag_of(params, "allow"), text_of(params, "note"));
  if (!rule) co_return rule.error();
  co_return json::object{{"pattern", rule->pattern}, {"allow", rule->allow}};
}

awaitable<Answer> rule_remove(const Services& services, json::object params) {
  if (services.screen == nullptr) co_return filter_is_off();
  auto scope = scope_of(services, params);
  if (!scope) co_return scope.error();
  co_return done(
      co_await services.screen->rules().remove(std::move(*scope), text_of(params, "pattern")));
}

awaitable<Answer> rule_list(const Services& services, json::object params) {
  if (services.screen == nullptr) co_return filter_is_off();
  const auto scope = scope_of(services, params);
  if (!scope) co_return scope.error();
  json::array all;
  for (const auto& rule : services.screen->rules().list(*scope)) {
    all.push_back(json::object{{"pattern", rule.pattern},
                               {"rule", rule.allow ? "allow" : "block"},
                               {"note", rule.note},
                               {"since", rfc3339(rule.created_at)}});
  }
  co_return json::value(std::move(all));
}

std::string_view word(filter::ListState::Trust trust) {
  switch (trust) {
    case filter::ListState::Trust::trusted:
      return "works";
    case filter::ListState::Trust::failed:
      return "failed";
    case filter::ListState::Trust::untested:
      break;
  }
  return "not tested";
}

awaitable<Answer> dns_lists(const Services& services, json::object) {
  if (services.screen == nullptr) co_return filter_is_off();
  const auto& lists = services.screen->lists();
  const auto states = lists.states();
  json::array all;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto& spec = lists.specs().at(i);
    const bool paused = states[i].paused_until && *states[i].paused_until > system_clock().now();
    all.push_back(
        json::object{{"zone", spec.zone},
                     {"of", spec.of == filter::ListSpec::Of::addresses ? "addresses" : "domains"},
                     {"state", paused ? "refuses to answer" : word(states[i].trust)},
                     {"reason", states[i].reason}});
  }
  co_return json::value(std::move(all));
}

constexpr NamedMethod kMethods[] = {
    {"filter.explain", filter_explain},  {"filter.rule_set", rule_set},
    {"filter.rule_remove", rule_remove}, {"filter.rules", rule_list},
    {"filter.lists", dns_lists},
};

}  // namespace

std::span<const NamedMethod> filter_methods() { return kMethods; }

}  // namespace freehold::api

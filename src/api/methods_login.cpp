#include <boost/json/array.hpp>

#include "api/method.hpp"

// App passwords and one-time codes.
namespace freehold::api {

namespace {

awaitable<Answer> app_password_add(const Services& services, json::object params) {
  std::vector<directory::Scope> scopes;
  for (const auto& text : texts_of(params, "scopes")) {
    const auto scope = directory::parse_scope(text);
    if (!scope) {
      co_return problem(Problem::Kind::invalid, "'" + text + "' is no use of an app password", {},
                        "choose among imap, smtp, dav, pop3, jmap and sieve");
    }
    scopes.push_back(*scope);
  }
  const auto made = co_await services.directory.add_app_password(
      text_of(params, "name"), text_of(params, "label"), std::move(scopes));
  if (!made) co_return made.error();
  co_return json::value(json::object{{"password", *made}});
}

awaitable<Answer> app_password_remove(const Services& services, json::object params) {
  co_return done(co_await services.directory.remove_app_password(text_of(params, "name"),
                                                                 text_of(params, "label")));
}

awaitable<Answer> app_password_list(const Services& services, json::object params) {
  const auto all = services.directory.app_passwords(text_of(params, "name"));
  if (!all) co_return all.error();
  json::array rows;
  for (const auto& one : *all) {
    json::array scopes;
    for (const auto scope : one.scopes) scopes.emplace_back(directory::word(scope));
    rows.push_back(json::object{{"label", one.name},
                                {"scopes", std::move(scopes)},
                                {"created_at", rfc3339(one.created_at)},
                                {"last_used", one.last_used ? rfc3339(*one.last_used) : "never"},
                                {"last_peer", one.last_peer}});
  }
  co_return json::value(std::move(rows));
}

awaitable<Answer> totp_begin(const Services& services, json::object params) {
  const auto begun =
      co_await services.directory.begin_totp(text_of(params, "name"), services.hostname);
  if (!begun) co_return begun.error();
  co_return json::value(json::object{{"secret", begun->secret}, {"uri", begun->uri}});
}

awaitable<Answer> totp_confirm(const Services& services, json::object params) {
  const auto codes =
      co_await services.directory.confirm_totp(text_of(params, "name"), text_of(params, "code"));
  if (!codes) co_return codes.error();
  json::array all;
  for (const auto& code : *codes) all.emplace_back(code);
  co_return json::value(json::object{{"recovery_codes", std::move(all)}});
}

awaitable<Answer> totp_remove(const Services& services, json::object params) {
  co_return done(co_await services.directory.remove_totp(text_of(params, "name")));
}

awaitable<Answer> totp_show(const Services& services, json::object params) {
  const auto state = services.directory.totp_state(text_of(params, "name"));
  if (!state) co_return state.error();
  co_return json::value(json::object{{"state", *state}});
}

constexpr NamedMethod kMethods[] = {{"app-password.add", app_password_add},
                                    {"app-password.remove", app_password_remove},
                                    {"app-password.list", app_password_list},
                                    {"totp.begin", totp_begin},
                                    {"totp.confirm", totp_confirm},
                                    {"totp.remove", totp_remove},
                                    {"totp.show", totp_show}};

}  // namespace

std::span<const NamedMethod> login_methods() { return kMethods; }

}  // namespace freehold::api

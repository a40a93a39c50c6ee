#include <algorithm>
#include <boost/json/array.hpp>

#include "api/method.hpp"
#include "net/address.hpp"

// The audit log, bans, sending limits and paused accounts.
namespace freehold::api {

namespace {

constexpr std::uint64_t kAuditListed = 1'000;         // at most, and when nothing is said
constexpr std::uint64_t kLongestBan = 10 * 365 * 24;  // hours

awaitable<Answer> audit_list(const Services& services, json::object params) {
  const auto asked = number_of(params, "most");
  const auto hours = number_of(params, "hours");
  const auto now = system_clock().now();
  const Time since = hours == 0 || hours > kLongestBan
                         ? Time()
                         : now - std::chrono::hours(static_cast<std::int64_t>(hours));
  const directory::AuditFilter filter{text_of(params, "action"), text_of(params, "object"),
                                      text_of(params, "actor")};
  json::array all;
  for (const auto& entry : services.directory.audit(
           since, asked == 0 ? kAuditListed : std::min(asked, kAuditListed), filter)) {
    all.push_back(json::object{{"at", rfc3339(entry.at)},
                               {"actor", directory::text(entry.actor)},
                               {"action", entry.action},
                               {"object", entry.object},
                               {"details", entry.details},
                               {"peer", entry.actor.peer}});
  }
  co_return json::value(std::move(all));
}

// "192.0.2.1", "2001:db8::1", "2001:db8::/64": what ban.list shows can be given back.
Result<net::IpAddress> address_of(const json::object& params) {
  auto text = text_of(params, "address");
  if (text.ends_with("/64")) text.resize(text.size() - 3);
  if (const auto address = net::IpAddress::parse(text)) return *address;
  return problem(Problem::Kind::invalid, "'" + text + "' is no IP address", {},
                 "give one such as 192.0.2.1 or 2001:db8::1; of IPv6 its whole /64 is meant");
}

awaitable<Answer> ban_list(const Services& services, json::object) {
  json::array all;
  for (const auto& ban : services.guards.bans.list()) {
    all.push_back(json::object{{"address", guard::text_of_prefix(ban.prefix)},
                               {"since", rfc3339(ban.since)},
                               {"until", rfc3339(ban.until)},
                               {"strikes", ban.strikes},
                               {"by", ban.by_owner ? "owner" : "system"},
                               {"reason", ban.reason}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> ban_add(const Services& services, json::object params) {
  const auto address = address_of(params);
  if (!address) co_return address.error();
  const auto hours = std::clamp<std::uint64_t>(number_of(params, "hours"), 1, kLongestBan);
  auto reason = text_of(params, "reason");
  if (reason.empty()) reason = "by the owner";
  co_return done(co_await services.guards.bans.add(
      *address, std::chrono::hours(static_cast<std::int64_t>(hours)), std::move(reason), {}));
}

awaitable<Answer> ban_remove(const Services& services, json::object params) {
  const auto address = address_of(params);
  if (!address) co_return address.error();
  co_return done(co_await services.guards.bans.lift(*address, {}));
}

std::optional<std::uint64_t> limit_of(const json::object& params, std::string_view name) {
  if (!params.contains(name)) return std::nullopt;
  return number_of(params, name);
}

json::value describe(const directory::SendLimits& limits) {
  const auto number = [](const std::optional<std::uint64_t>& n) -> json::value {
    if (n) return *n;
    return "default";
  };
  return json::object{{"messages_per_hour", number(limits.messages_per_hour)},
                      {"messages_per_day", number(limits.messages_per_day)},
                      {"new_recipients_per_hour", number(limits.new_recipients_per_hour)},
                      {"new_recipients_per_day", number(limits.new_recipients_per_day)}};
}

// What is not named stays; 0 is the default again.
void change(directory::SendLimits& limits, const json::object& params) {
  const std::pair<std::string_view, std::optional<std::uint64_t>*> fields[] = {
      {"messages_per_hour", &limits.messages_per_hour},
      {"messages_per_day", &limits.messages_per_day},
      {"new_recipients_per_hour", &limits.new_recipients_per_hour},
      {"new_recipients_per_day", &limits.new_recipients_per_day}};
  for (const auto& [name, field] : fields) {
    if (const auto given = limit_of(params, name)) *field = *given == 0 ? std::nullopt : given;
  }
}

awaitable<Answer> account_limits(const Services& services, json::object params) {
  auto& directory = services.directory;
  const auto name = text_of(params, "name");
  const auto account = directory.account(name);
  if (!account) {
    co_return problem(Problem::Kind::not_found, "there is no account " + name, {},
                      "see `freehold account list`");
  }
  auto limits = directory.send_limits(account->id);
  if (params.size() > 1) {
    change(limits, params);
    if (const auto set = co_await directory.set_send_limits(name, limits); !set)
      co_return set.error();
  }
  co_return describe(directory.send_limits(account->id));
}

awaitable<Answer> domain_limits(const Services& services, json::object params) {
  auto& directory = services.directory;
  const auto domain = directory::canonical_domain(text_of(params, "name"));
  if (!domain) co_return domain.error();
  auto limits = directory.domain_send_limits(*domain);
  change(limits, params);
  if (params.size() > 1 || !directory.is_local(*domain)) {
    if (const auto set = co_await directory.set_domain_send_limits(*domain, limits); !set)
      co_return set.error();
  }
  co_return describe(directory.domain_send_limits(*domain));
}

awaitable<Answer> account_pause(const Services& services, json::object params) {
  auto reason = text_of(params, "reason");
  if (reason.empty()) reason = "the owner has paused it";
  co_return done(co_await services.guards.brake.pause(text_of(params, "name"), reason, {}));
}

awaitable<Answer> account_release(const Services& services, json::object params) {
  co_return done(co_await services.guards.brake.release(text_of(params, "name"), {}));
}

constexpr NamedMethod kMethods[] = {{"audit.list", audit_list},
                                    {"ban.list", ban_list},
                                    {"ban.add", ban_add},
                                    {"ban.remove", ban_remove},
                                    {"account.limits", account_limits},
                                    {"domain.limits", domain_limits},
                                    {"account.pause", account_pause},
                                    {"account.release", account_release}};

}  // namespace

std::span<const NamedMethod> guard_methods() { return kMethods; }

}  // namespace freehold::api

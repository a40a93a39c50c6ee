#include <boost/json/array.hpp>

#include "api/method.hpp"
#include "base/bytes.hpp"
#include "mailstore/undelete.hpp"

namespace freehold::api {

namespace {

constexpr std::uint64_t kMostListed = 10'000;
constexpr std::uint64_t kUsuallyListed = 100;
constexpr std::uint64_t kLongestAgo = 10 * 365 * 24 * 60;  // minutes

// "90m", "2h" and "3d": so long ago. Nothing: it is none of these.
std::optional<Time> moment_ago(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto number = parse_number(text.substr(0, text.size() - 1));
  const std::uint64_t minutes = text.back() == 'm'   ? 1
                                : text.back() == 'h' ? 60
                                : text.back() == 'd' ? 24 * 60
                                                     : 0;
  if (!number || minutes == 0 || *number > kLongestAgo / minutes) return std::nullopt;
  return system_clock().now() - std::chrono::minutes(static_cast<std::int64_t>(*number * minutes));
}

Result<std::optional<Time>> moment_of(const json::object& params, std::string_view name) {
  const auto text = text_of(params, name);
  if (text.empty()) return std::optional<Time>();
  auto moment = moment_ago(text);
  if (!moment) moment = parse_rfc3339(text);
  if (moment) return moment;
  return problem(Problem::Kind::invalid, "'" + text + "' is no moment", std::string(name),
                 "2026-11-24, 2026-11-24T18:30:00Z, or so long ago: 90m, 2h, 3d");
}

struct Asked {
  directory::AccountInfo account;
  mailstore::ExpungedFilter filter;
};

Result<Asked> asked(const Services& services, const json::object& params) {
  const auto name = text_of(params, "name");
  auto account = services.directory.account(name);
  if (!account) {
    return problem(Problem::Kind::not_found, "there is no account " + name, {},
                   "see `freehold account list`");
  }
  const auto since = moment_of(params, "since");
  if (!since) return since.error();
  const auto until = moment_of(params, "until");
  if (!until) return until.error();
  return Asked{std::move(*account),
               {*since, *until, text_of(params, "from"), text_of(params, "subject")}};
}

std::string words_of(const json::object& params) {
  std::string text;
  for (const auto* name : {"since", "until", "from", "subject"}) {
    const auto value = text_of(params, name);
    if (!value.empty()) text += ", " + std::string(name) + " " + value;
  }
  return text;
}

awaitable<Answer> account_expunged(const Services& services, json::object params) {
  const auto what = asked(services, params);
  if (!what) co_return what.error();
  const auto wanted = number_of(params, "most");
  const auto most = wanted == 0 ? kUsuallyListed : std::min(wanted, kMostListed);
  const auto& mailstore = services.mailstore;
  const auto found = co_await services.mailstore.pool().run(
      [&] { return mailstore.expunged(what->account.id, what->filter, most); });
  json::array all;
  for (const auto& message : found) {
    all.push_back(json::object{{"expunged_at", rfc3339(message.expunged_at)},
                               {"mailbox", message.mailbox},
                               {"from", message.from},
                               {"subject", message.subject},
                               {"received_at", rfc3339(message.received_at)},
                               {"size", message.size}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> account_undelete(const Services& services, json::object params) {
  const auto what = asked(services, params);
  if (!what) co_return what.error();
  const auto words = words_of(params);
  if (words.empty() && !flag_of(params, "all")) {
    co_return problem(Problem::Kind::invalid, "it is not said which messages are meant", {},
                      "--since, --until, --from and --subject choose among them; --all: every one");
  }
  const auto restored =
      co_await services.mailstore.restore_expunged(what->account.id, what->filter);
  if (!restored) co_return restored.error();
  if (*restored > 0) {
    const auto noted =
        co_await services.directory.note({}, "account.undelete", what->account.name,
                                         std::to_string(*restored) + " messages" + words);
    if (!noted) co_return noted.error();
  }
  co_return json::value(json::object{{"restored", *restored}});
}

constexpr NamedMethod kMethods[] = {{"account.expunged", account_expunged},
                                    {"account.undelete", account_undelete}};

}  // namespace

std::span<const NamedMethod> undelete_methods() { return kMethods; }

}  // namespace freehold::api

#include <boost/json/array.hpp>

#include "api/method.hpp"

namespace freehold::api {

namespace {

Result<directory::RelayInfo> read_relay(const json::object& params) {
  directory::RelayInfo relay;
  relay.domain = text_of(params, "domain");
  relay.host = text_of(params, "host");
  relay.user = text_of(params, "user");
  relay.password = text_of(params, "password");
  const auto tls = text_of(params, "tls");
  if (tls != "" && tls != "starttls" && tls != "implicit") {
    return problem(Problem::Kind::invalid, "the TLS mode '" + tls + "' is not known", "relay tls",
                   "it is starttls or implicit");
  }
  relay.tls = tls == "implicit" ? directory::RelayTls::implicit : directory::RelayTls::starttls;
  const auto port = number_of(params, "port");
  if (port > 65535) return problem(Problem::Kind::invalid, "a port is at most 65535", "relay port");
  relay.port = port != 0           ? static_cast<std::uint16_t>(port)
               : tls == "implicit" ? std::uint16_t{465}
                                   : std::uint16_t{587};
  return relay;
}

std::optional<directory::RelayInfo> stored(const Services& services, const std::string& domain) {
  for (auto& relay : services.directory.relays()) {
    if (relay.domain == domain) return relay;
  }
  return std::nullopt;
}

awaitable<Answer> relay_set(const Services& services, json::object params) {
  const auto relay = read_relay(params);
  if (!relay) co_return relay.error();
  co_return done(co_await services.directory.set_relay(*relay));
}

awaitable<Answer> relay_remove(const Services& services, json::object params) {
  co_return done(co_await services.directory.remove_relay(text_of(params, "domain")));
}

awaitable<Answer> relay_list(const Services& services, json::object) {
  json::array all;
  for (const auto& relay : services.directory.relays()) {
    all.push_back(
        json::object{{"domain", relay.domain},
                     {"host", relay.host},
                     {"port", relay.port},
                     {"tls", relay.tls == directory::RelayTls::implicit ? "implicit" : "starttls"},
                     {"user", relay.user}});
  }
  co_return json::value(std::move(all));
}

// A real login at the relay that is set (or at one described in the call); nothing is sent.
awaitable<Answer> relay_test(const Services& services, json::object params) {
  std::optional<directory::RelayInfo> relay;
  if (params.contains("host")) {
    auto given = read_relay(params);
    if (!given) co_return given.error();
    relay = std::move(*given);
  } else {
    relay = stored(services, text_of(params, "domain"));
  }
  if (!relay) {
    co_return problem(Problem::Kind::not_found, "there is no such relay", {},
                      "see `freehold relay list`");
  }
  const auto said = co_await services.test_relay(*relay);
  if (!said) co_return said.error();
  co_return json::value(json::object{{"said", *said}});
}

constexpr NamedMethod kMethods[] = {{"relay.set", relay_set},
                                    {"relay.remove", relay_remove},
                                    {"relay.list", relay_list},
                                    {"relay.test", relay_test}};

}  // namespace

std::span<const NamedMethod> relay_methods() { return kMethods; }

}  // namespace freehold::api

#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::directory {

namespace keys = store::keys;

namespace {

RelayInfo relay_info(std::string domain, const schema::Relay& relay) {
  return {std::move(domain),
          relay.host(),
          static_cast<std::uint16_t>(relay.port()),
          relay.tls() == schema::Relay::IMPLICIT ? RelayTls::implicit : RelayTls::starttls,
          relay.user(),
          relay.password()};
}

}  // namespace

awaitable<Result<>> Directory::set_relay(RelayInfo relay, Actor by) {
  std::string domain;
  if (!relay.domain.empty()) {
    auto canonical = canonical_domain(relay.domain);
    if (!canonical) co_return canonical.error();
    domain = std::move(*canonical);
  }
  const auto host = canonical_domain(relay.host);
  if (!host) {
    co_return problem(Problem::Kind::invalid, "'" + relay.host + "' is not a host name",
                      "relay host",
                      "TLS to a relay is verified by its name, so give the name, not an address");
  }
  if (relay.port == 0) co_return problem(Problem::Kind::invalid, "port 0 is none", "relay port");
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (!domain.empty() && !get_asserted(tx, keys::domain(domain))) return no_such_domain(domain);
    schema::Relay record;
    record.set_host(*host);
    record.set_port(relay.port);
    record.set_tls(relay.tls == RelayTls::implicit ? schema::Relay::IMPLICIT
                                                   : schema::Relay::STARTTLS);
    record.set_user(relay.user);
    record.set_password(relay.password);
    record.set_created_at(to_millis(state_->clock.now()));
    tx.put(keys::relay(domain), record.SerializeAsString());
    state_->audit(
        tx, by, "relay.set", domain,
        *host + ":" + std::to_string(relay.port) + (relay.user.empty() ? "" : " as " + relay.user));
    return {};
  });
}

awaitable<Result<>> Directory::remove_relay(std::string domain, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    if (!get_asserted(tx, keys::relay(domain))) {
      return problem(
          Problem::Kind::not_found,
          domain.empty() ? "there is no default relay" : "there is no relay for " + domain, {},
          "see `freehold relay list`");
    }
    tx.erase(keys::relay(domain));
    state_->audit(tx, by, "relay.remove", domain);
    return {};
  });
}

std::vector<RelayInfo> Directory::relays() const {
  std::vector<RelayInfo> all;
  state_->engine.latest().scan(
      store::prefix_range(keys::table(keys::Table::relay)),
      [&](std::string_view key, std::string_view value) {
        all.push_back(
            relay_info(std::string(key.substr(1)), store::decode<schema::Relay>(key, value)));
        return true;
      });
  return all;
}

std::optional<RelayInfo> Directory::relay_for(std::string_view sender_domain) const {
  for (const auto domain : {sender_domain, std::string_view()}) {
    const auto record = store::read<schema::Relay>(state_->engine.latest(), keys::relay(domain));
    if (record) return relay_info(std::string(domain), *record);
  }
  return std::nullopt;
}

}  // namespace freehold::directory

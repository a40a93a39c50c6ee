#include "queue/route.hpp"

namespace freehold::queue {

std::string Route::key() const {
  if (!relay) return "mx " + domain;
  // With the login: a channel with the old password must not serve jobs behind a mended relay.
  const char* tls = relay->tls == directory::RelayTls::implicit ? "implicit" : "starttls";
  return "relay " + relay->domain + " " + relay->host + ":" + std::to_string(relay->port) + " " +
         tls + " " + relay->user + " " + relay->password;
}

std::string Route::text() const {
  if (!relay) return "mx of " + domain;
  return "relay " + relay->host + ":" + std::to_string(relay->port);
}

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

Route choose_route(const directory::Directory& directory, std::string_view sender,
                   std::string_view recipient) {
  if (auto relay = directory.relay_for(domain_of(sender))) return {{}, std::move(relay)};
  return {std::string(domain_of(recipient)), std::nullopt};
}

}  // namespace freehold::queue

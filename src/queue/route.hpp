#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "directory/directory.hpp"

namespace freehold::queue {

// Where a recipient's mail goes next: to the MX hosts of its domain, or through a relay.
struct Route {
  std::string domain;  // of the recipient; empty through a relay
  std::optional<directory::RelayInfo> relay;

  // Jobs with the same key share channels.
  [[nodiscard]] std::string key() const;
  [[nodiscard]] std::string text()
      const;  // for people: "mx of example.org", "relay mail.example.net:587"
};

// The one place where a route is chosen: the sender domain's relay, else the default relay, else
// direct.
[[nodiscard]] Route choose_route(const directory::Directory& directory, std::string_view sender,
                                 std::string_view recipient);

// What stands behind the last '@'; empty when there is none.
[[nodiscard]] std::string_view domain_of(std::string_view address);

}  // namespace freehold::queue

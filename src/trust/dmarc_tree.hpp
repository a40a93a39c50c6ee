#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "net/resolver.hpp"
#include "trust/dmarc_record.hpp"

namespace freehold::trust {

// The names that a tree walk asks for, from the longest: the domain, and at most its last seven
// labels upwards (RFC 9989, 4.10). Views of the domain.
[[nodiscard]] std::vector<std::string_view> tree_walk_names(std::string_view domain);

// What one walk found.
struct DmarcWalk {
  struct Found {
    std::string domain;
    const DmarcRecord* record = nullptr;  // of the tree
  };

  std::vector<Found> found;  // from the longest name to the shortest
  std::string organizational_domain;
  std::string error;  // the DNS failed and nothing else in it holds; in words
};

// The policy records above some domains, each asked for once. Lives as long as one check; its
// records live as long as it.
class DmarcTree {
 public:
  struct Place {
    std::optional<DmarcRecord> record;
    std::string error;  // the DNS failed, in words
  };

  explicit DmarcTree(net::Resolver& resolver) : resolver_(resolver) {}

  // What is published at _dmarc.<domain>; several records there are none (RFC 9989, 4.10). The
  // place is the tree's.
  [[nodiscard]] awaitable<const Place*> at(std::string domain);
  [[nodiscard]] awaitable<DmarcWalk> walk(std::string domain);

 private:
  net::Resolver& resolver_;
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace freehold::trust

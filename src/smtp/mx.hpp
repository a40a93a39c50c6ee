#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "net/resolver.hpp"

namespace freehold::smtp {

// The hosts that take a domain's mail, the most preferred first.
struct MxHosts {
  enum class Status {
    found,
    refuses_mail,  // the null MX of RFC 7505
    no_such_domain,
    loops,  // the best host is this one
    try_later,
  } status = Status::try_later;
  std::string reason;  // for people, when there is none
  std::vector<std::string> hosts;
  bool secure = false;  // the MX records were validated
};

// RFC 5321, 5.1: MX records, else the domain itself. Hosts that are no better than `own_name` are
// left out. Equal ones are in random order.
awaitable<MxHosts> find_mx(net::Resolver& resolver, std::string domain, std::string own_name);

// The pure part: orders records and cuts them at the own name. `chance` gives random numbers.
[[nodiscard]] MxHosts order_mx(std::vector<net::MxRecord> records, std::string_view own_name,
                               std::uint64_t (*chance)());

}  // namespace freehold::smtp

#include "trust/iprev.hpp"

#include <arpa/nameser.h>

#include <algorithm>
#include <array>

#include "net/dns_rdata.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

bool is_failure(net::DnsStatus status) {
  return status == net::DnsStatus::failed || status == net::DnsStatus::bogus;
}

}  // namespace

std::string_view iprev_result_name(IprevResult result) {
  constexpr std::array<std::string_view, 4> kNames = {"pass", "fail", "temperror", "permerror"};
  return kNames.at(static_cast<std::size_t>(result));
}

awaitable<IprevVerdict> check_iprev(net::Resolver& resolver, net::IpAddress client) {
  net::DnsAnswer<std::string> names = co_await resolver.ptr(client);
  if (is_failure(names.status)) {
    co_return IprevVerdict{
        IprevResult::temperror, {}, "PTR of " + client.text() + ": " + names.error};
  }
  if (names.records.empty()) co_return IprevVerdict{IprevResult::permerror, {}, {}};
  if (names.records.size() > kMaxIprevNames) names.records.resize(kMaxIprevNames);
  IprevVerdict verdict{IprevResult::fail, names.records.front(), {}};
  const std::uint16_t type = client.is_v4() ? ns_t_a : ns_t_aaaa;
  for (const std::string& name : names.records) {
    if (!net::is_dns_name(name)) continue;
    const net::DnsAnswer<std::string> found = co_await resolver.records(name, type);
    const bool leads_back = std::ranges::any_of(found.records, [&](const std::string& rdata) {
      return net::parse_address(rdata) == client;
    });
    if (leads_back) co_return IprevVerdict{IprevResult::pass, name, {}};
    if (is_failure(found.status)) {
      verdict.result = IprevResult::temperror;
      verdict.problem = "addresses of " + name + ": " + found.error;
    }
  }
  co_return verdict;
}

}  // namespace freehold::trust

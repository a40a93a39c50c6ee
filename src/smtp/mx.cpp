#include "smtp/mx.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "directory/address.hpp"

namespace freehold::smtp {

namespace {

constexpr std::size_t kMaxHosts = 10;  // of a domain that are tried at one attempt

using Status = MxHosts::Status;

MxHosts nothing(Status status, std::string reason) {
  return {status, std::move(reason), {}, false};
}

}  // namespace

MxHosts order_mx(std::vector<net::MxRecord> records, std::string_view own_name,
                 std::uint64_t (*chance)()) {
  if (records.size() == 1 && records.front().host.empty()) {
    return nothing(Status::refuses_mail, "the domain takes no mail (null MX)");
  }
  std::erase_if(records, [](const auto& record) { return record.host.empty(); });
  std::vector<std::pair<net::MxRecord, std::uint64_t>> drawn;
  for (auto& record : records) drawn.emplace_back(std::move(record), chance());
  std::ranges::sort(drawn, [](const auto& a, const auto& b) {
    return a.first.preference != b.first.preference ? a.first.preference < b.first.preference
                                                    : a.second < b.second;
  });
  MxHosts out{Status::found, {}, {}, false};
  const auto self =
      std::ranges::find_if(drawn, [&](const auto& d) { return d.first.host == own_name; });
  for (const auto& [record, draw] : drawn) {
    // Whoever is no better than this host would only send it back here.
    if (self != drawn.end() && record.preference >= self->first.preference) break;
    if (out.hosts.size() < kMaxHosts) out.hosts.push_back(record.host);
  }
  if (out.hosts.empty()) {
    return nothing(Status::loops,
                   "this server is the domain's best mail host but does not know the domain");
  }
  return out;
}

awaitable<MxHosts> find_mx(net::Resolver& resolver, std::string domain, std::string own_name) {
  const auto name = directory::canonical_domain(domain);
  if (!name) co_return nothing(Status::no_such_domain, name.error().what);
  const auto answer = co_await resolver.mx(*name);
  switch (answer.status) {
    case net::DnsStatus::found: {
      auto ordered = order_mx(answer.records, own_name, random_u64);
      ordered.secure = answer.secure;
      co_return ordered;
    }
    case net::DnsStatus::no_data:  // the domain itself is its host (RFC 5321, 5.1)
      co_return MxHosts{Status::found, {}, {*name}, answer.secure};
    case net::DnsStatus::no_such_domain:
      co_return nothing(Status::no_such_domain, "the domain " + *name + " does not exist");
    case net::DnsStatus::bogus:
      co_return nothing(Status::try_later,
                        "the MX records of " + *name + " fail DNSSEC: " + answer.error);
    case net::DnsStatus::failed:
      break;
  }
  co_return nothing(Status::try_later,
                    "the MX records of " + *name + " cannot be looked up: " + answer.error);
}

}  // namespace freehold::smtp

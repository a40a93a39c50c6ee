#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/address.hpp"

namespace freehold::net {

enum class DnsStatus {
  found,
  no_data,         // the name exists, this type does not
  no_such_domain,  // NXDOMAIN
  failed,          // SERVFAIL, time-out, no server: may be otherwise later
  bogus,           // DNSSEC says that the answer is forged or broken
};

template <class T>
struct DnsAnswer {
  DnsStatus status = DnsStatus::failed;
  bool secure = false;  // validated by DNSSEC
  std::string
      canonical_name;  // the name at the end of the CNAMEs; the name asked for when there is none
  std::string error;   // for failed and bogus, in words
  std::vector<T> records;
};

struct MxRecord {
  std::uint16_t preference = 0;
  std::string host;  // lower case, no final dot; empty: the null MX of RFC 7505
};

// A validating, caching DNS client. Names are given and returned as ASCII (A-labels) without a
// final dot. Owned by the wiring, used from every thread.
class Resolver {
 public:
  virtual ~Resolver() = default;
  virtual awaitable<DnsAnswer<MxRecord>> mx(std::string name) = 0;
  // A and AAAA at once; found when there is one of either kind. Secure only when both answers are.
  virtual awaitable<DnsAnswer<IpAddress>> addresses(std::string name) = 0;
  virtual awaitable<DnsAnswer<std::string>> txt(
      std::string name) = 0;  // each record's strings joined
  virtual awaitable<DnsAnswer<std::string>> ptr(IpAddress address) = 0;
  // Any type, as the records' uncompressed RDATA.
  virtual awaitable<DnsAnswer<std::string>> records(std::string name, std::uint16_t type) = 0;
  // Fails what is being asked and all that will be: nobody waits for DNS when the server stops.
  virtual void stop() {}
};

struct ResolverSettings {
  std::vector<Endpoint> forwarders;  // empty: recursion from the roots
  std::string trust_anchor_file;     // empty: the system's root anchor, or none when there is none
  std::chrono::milliseconds timeout{10'000};
};

// libunbound.
[[nodiscard]] Result<std::unique_ptr<Resolver>> make_resolver(const ResolverSettings& settings);

}  // namespace freehold::net

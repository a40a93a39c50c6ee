#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "net/https_client.hpp"
#include "net/resolver.hpp"

namespace freehold::trust {

// RFC 8461: a domain says over HTTPS which hosts take its mail, and that they do so over TLS.

enum class StsMode : std::uint8_t { none, testing, enforce };

struct StsPolicy {
  StsMode mode = StsMode::none;
  std::chrono::seconds max_age{0};
  std::vector<std::string> mx;  // lower case; "mail.example.org" or "*.example.org"

  bool operator==(const StsPolicy&) const = default;
  // Whether a host may take the domain's mail (4.1). A "*" stands for exactly one label.
  [[nodiscard]] bool allows(std::string_view host) const;
};

// The id in a text of "_mta-sts" (3.1); nothing when it is no such record.
[[nodiscard]] std::optional<std::string> parse_sts_record(std::string_view text);
// The policy file (3.2); nothing when it is malformed. A max_age above the RFC's is cut to it.
[[nodiscard]] std::optional<StsPolicy> parse_sts_policy(std::string_view text);

// What DNS says of a domain's policy.
struct StsLookup {
  enum class Status : std::uint8_t {
    found,
    none,    // no record, or several, or a malformed one: as if there were none
    failed,  // unknown for now
  } status = Status::failed;
  std::string id;
};
awaitable<StsLookup> look_up_sts(net::Resolver& resolver, std::string domain);
[[nodiscard]] StsLookup read_sts_records(const net::DnsAnswer<std::string>& answer);

// What became of a fetch. Anything but `found` leaves an older policy in force.
struct StsFetch {
  enum class Status : std::uint8_t {
    found,
    unavailable,      // no answer, or another status than 200
    bad_certificate,  // of the policy host
    malformed,        // or not text/plain, or too large
  } status = Status::unavailable;
  std::string reason;  // for people, when there is none
  StsPolicy policy;
};
awaitable<StsFetch> fetch_sts(net::HttpsClient& client, std::string domain);
// The pure part.
[[nodiscard]] StsFetch read_sts_response(const net::HttpsResponse& response);

// Our own policy for a domain: the file to serve at
// https://mta-sts.<domain>/.well-known/mta-sts.txt, and the text of _mta-sts.<domain>. The id is
// made of the policy, so that it changes when that does.
struct StsPublication {
  std::string policy;
  std::string record;
};
[[nodiscard]] StsPublication publish_sts(StsMode mode, std::chrono::seconds max_age,
                                         std::span<const std::string> mx_hosts);

}  // namespace freehold::trust

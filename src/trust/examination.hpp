#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "message/header.hpp"
#include "net/address.hpp"
#include "net/resolver.hpp"
#include "trust/arc.hpp"
#include "trust/authentication_results.hpp"
#include "trust/body_hash.hpp"
#include "trust/dkim_verifier.hpp"
#include "trust/dmarc.hpp"
#include "trust/iprev.hpp"
#include "trust/spf.hpp"

namespace freehold::trust {

// What the SMTP dialogue told of a message's sender.
struct Claim {
  net::IpAddress client;
  std::string helo;
  std::string reverse_path;  // empty: <>
};

// What all checks found out about one message.
struct Findings {
  IprevVerdict iprev;
  SpfVerdict spf;
  std::vector<DkimVerdict> dkim;
  ArcChain arc;
  DmarcVerdict dmarc;
  bool list_mail = false;  // it calls itself mail of a list (RFC 2919)

  [[nodiscard]] AuthenticationResults results(std::string authserv_id, const Claim& claim) const;
  // The domains whose signature is good; those that only try DKIM out do not count.
  [[nodiscard]] std::vector<std::string> signing_domains() const;
};

// All checks of a message that comes from the world, while it comes: the header, then the body's
// pieces, then finish() and run(). Belongs to one message in one thread.
class Examination {
 public:
  explicit Examination(const message::Header& header);

  void body(std::string_view bytes) { bodies_.update(bytes); }  // with CRLF line ends
  void finish() { bodies_.finish(); }
  // Asks the DNS, one question after the other; most answers come from the resolver's cache.
  // `sample` (0 to 99) decides where a policy is for a part of the mail only.
  awaitable<Findings> run(net::Resolver& resolver, Claim claim, Time now, unsigned sample);

 private:
  BodyHashes bodies_;
  DkimVerifier dkim_;
  ArcVerifier arc_;
  std::vector<std::string> authors_;
  bool list_mail_ = false;
};

}  // namespace freehold::trust

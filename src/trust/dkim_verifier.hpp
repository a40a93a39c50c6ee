#pragma once

#include <optional>
#include <vector>

#include "base/awaitable.hpp"
#include "message/header.hpp"
#include "net/resolver.hpp"
#include "trust/body_hash.hpp"
#include "trust/dkim_verdict.hpp"
#include "trust/signature_check.hpp"

namespace freehold::trust {

// Verifies the DKIM signatures of one message (RFC 6376, 6; RFC 8301; RFC 8463):
//
//   BodyHashes bodies;
//   DkimVerifier dkim(header, bodies);
//   … bodies.update(bytes) as the body comes; bodies.finish();
//   const auto verdicts = co_await dkim.verify(resolver, now);
//
// Belongs to one message in one thread. `bodies`, which an ArcVerifier and an ArcSealer may share,
// has to outlive it and a run of verify(); the header need not.
class DkimVerifier {
 public:
  // Before the body. The first signatures are looked at (limits.hpp), others are as if not there.
  DkimVerifier(const message::Header& header, BodyHashes& bodies);

  // After the body. One verdict for each signature, from the top; a single `none` when there is no
  // signature. Keys are asked for one after another, so that a message cannot set off many
  // questions at once.
  awaitable<std::vector<DkimVerdict>> verify(net::Resolver& resolver, Time now) const;

 private:
  const BodyHashes& bodies_;
  std::vector<MessageSignature> signatures_;
};

}  // namespace freehold::trust

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "message/header.hpp"
#include "net/resolver.hpp"
#include "trust/body_hash.hpp"
#include "trust/signature_check.hpp"
#include "trust/signature_writer.hpp"

namespace freehold::trust {

// The Chain Validation Status of RFC 8617, 4.4.
enum class ArcStatus { none, pass, fail };

[[nodiscard]] std::string_view to_string(ArcStatus status);

// What one set of a chain claims. To be believed only when the chain passes and its sealer is
// trusted.
struct ArcSetInfo {
  unsigned instance = 0;
  std::string seal_domain;             // d= of the ARC-Seal
  std::string message_domain;          // d= of the ARC-Message-Signature
  std::string authentication_results;  // after "i=N;", unfolded
};

struct ArcChain {
  ArcStatus status = ArcStatus::none;
  std::string reason;      // of a fail
  bool temporary = false;  // failed because a key could not be looked up just now
  unsigned highest = 0;    // instance; 0: there is no ARC field with one
  bool sealed_as_failed =
      false;  // the last seal says cv=fail: nothing is to be added (RFC 8617, 5.1)
  // The set that the message has not been changed since: the lowest instance whose message
  // signature, and all above it, are good; 0 when all are. Set when the chain passes (RFC
  // 8617, 5.2, step 5).
  unsigned oldest_pass = 0;
  std::vector<ArcSetInfo> sets;  // from instance 1; only of a chain whose form is right
};

// Validates the ARC chain of one message (RFC 8617, 5.2). Used like a DkimVerifier, and with the
// same `bodies`.
class ArcVerifier {
 public:
  ArcVerifier(const message::Header& header, BodyHashes& bodies);

  // After the body.
  awaitable<ArcChain> verify(net::Resolver& resolver, Time now) const;

 private:
  struct Set {
    MessageSignature message;
    SignatureField seal;
    Digest seal_digest;
  };

  void prepare(const message::Header& header, BodyHashes& bodies);
  void fail(std::string reason);
  awaitable<ArcChain> check_messages(net::Resolver& resolver, Time now, ArcChain chain) const;
  awaitable<ArcChain> check_seals(net::Resolver& resolver, ArcChain chain) const;

  const BodyHashes& bodies_;
  ArcChain chain_;  // as far as its form tells
  std::vector<Set> sets_;
};

// Adds a set to a message (RFC 8617, 5.1). One for each message; before the body, as it asks for a
// hash.
class ArcSealer {
 public:
  // `bodies`, which may be those of the verifiers when the body stays as it came, has to outlive
  // it.
  ArcSealer(SigningKey key, std::string domain, BodyHashes& bodies);

  // After the body: the three fields to stand before `header`, which is the header as it will be
  // sent, with the earlier sets, for which `chain` is the verdict. `authentication_results` is the
  // value of an Authentication-Results field ("mx.example.org; spf=pass …"). Empty when nothing may
  // be added: the chain was sealed as failed, is full, or could not be validated just now.
  [[nodiscard]] std::string seal(const message::Header& header, const ArcChain& chain,
                                 std::string_view authentication_results, Time now) const;

 private:
  SigningKey key_;
  std::string domain_;
  const BodyHashes& bodies_;
  std::optional<BodyHashes::Index> body_;
};

}  // namespace freehold::trust

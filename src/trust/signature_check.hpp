#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "message/header.hpp"
#include "net/resolver.hpp"
#include "trust/body_hash.hpp"
#include "trust/dkim_verdict.hpp"
#include "trust/key_record.hpp"
#include "trust/signature_field.hpp"

namespace freehold::trust {

// What DKIM and ARC verifiers share.

// A signature over header and body (DKIM-Signature, ARC-Message-Signature), read and its header
// hashed: the message's header is not needed any more.
struct MessageSignature {
  SignatureField field;
  Digest header_digest;
  std::optional<BodyHashes::Index> body;  // there unless the field has a fault
};

// Reads the signatures of one message, whose header and `bodies` it refers to. Before the body
// comes.
class SignatureReader {
 public:
  SignatureReader(const message::Header& header, BodyHashes& bodies)
      : header_(header), bodies_(bodies) {}

  [[nodiscard]] MessageSignature read(SignatureKind kind, const message::Field& field);

 private:
  const std::string& signed_text(const SignatureField& signature, const message::Field& own);

  const message::Header& header_;
  BodyHashes& bodies_;
  // The fields that the last signature covers: a signer's second one nearly always covers the same.
  std::vector<std::string> last_names_;
  Canonicalization last_form_ = Canonicalization::simple;
  std::string last_text_;
};

// After the body. No key is asked for when the field or the body is wrong already. What is referred
// to has to outlive the run.
awaitable<DkimVerdict> check_signature(const MessageSignature& signature, const BodyHashes& bodies,
                                       net::Resolver& resolver, Time now);

// Does the key make this signature good? Nothing when it does (RFC 6376, 6.1.2 and 6.1.3; RFC
// 8301, 3.2).
[[nodiscard]] std::optional<DkimFault> check_key(const SignatureField& field, const Digest& digest,
                                                 const KeyLookup& key);

// Too large to be hashed for each signature.
[[nodiscard]] bool is_unreasonable(const message::Header& header);

}  // namespace freehold::trust

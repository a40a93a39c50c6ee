#include "trust/dkim_signer.hpp"

#include <utility>

namespace freehold::trust {

DkimSigner::DkimSigner(std::vector<SigningKey> keys, std::string domain, std::string identity)
    : keys_(std::move(keys)),
      domain_(std::move(domain)),
      identity_(std::move(identity)),
      body_({.canonicalization = Canonicalization::relaxed, .length = std::nullopt}) {}

std::string DkimSigner::finish(Time now) {
  body_.finish();
  SignatureText text;
  text.domain = domain_;
  text.identity = identity_;
  text.fields = fields_to_sign(header_);
  text.now = now;
  std::string out;
  for (const SigningKey& key : keys_) out += write_signature(text, key, header_, body_.digest());
  return out;
}

}  // namespace freehold::trust

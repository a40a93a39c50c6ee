#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "message/header.hpp"
#include "trust/body_hash.hpp"
#include "trust/signature_writer.hpp"

namespace freehold::trust {

// Signs one message with one or more keys of a domain (RFC 6376, 5; RFC 8463, 3 advises RSA and
// Ed25519 together): header(), then body() for its pieces, then finish(). Relaxed/relaxed, never
// with l=. Belongs to one message in one thread. Signing with RSA takes about a millisecond of CPU.
class DkimSigner {
 public:
  // `domain` is d=, as A-labels. `identity` is i=, and left out when it is empty.
  DkimSigner(std::vector<SigningKey> keys, std::string domain, std::string identity = {});

  void header(message::Header header) { header_ = std::move(header); }  // as it will be sent
  void body(std::string_view bytes) { body_.update(bytes); }            // with CRLF line ends
  // The DKIM-Signature fields, one for each key, to stand before the header.
  [[nodiscard]] std::string finish(Time now);

 private:
  std::vector<SigningKey> keys_;
  std::string domain_;
  std::string identity_;
  message::Header header_;
  BodyHasher body_;
};

}  // namespace freehold::trust

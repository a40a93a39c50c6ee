#include "trust/dkim_verifier.hpp"

#include "base/bytes.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

DkimVerifier::DkimVerifier(const message::Header& header, BodyHashes& bodies) : bodies_(bodies) {
  SignatureReader reader(header, bodies);
  for (const message::Field& field : header.fields()) {
    if (!iequals(header.name(field), field_name(SignatureKind::dkim))) continue;
    if (signatures_.size() >= kMaxDkimSignatures) break;
    if (is_unreasonable(header)) {
      signatures_.emplace_back();
      signatures_.back().field.fault = DkimFault{DkimResult::neutral, "the header is too large"};
      break;
    }
    signatures_.push_back(reader.read(SignatureKind::dkim, field));
  }
}

awaitable<std::vector<DkimVerdict>> DkimVerifier::verify(net::Resolver& resolver, Time now) const {
  std::vector<DkimVerdict> out;
  out.reserve(signatures_.size());
  for (const MessageSignature& signature : signatures_) {
    DkimVerdict verdict = co_await check_signature(signature, bodies_, resolver, now);
    out.push_back(std::move(verdict));
  }
  if (out.empty()) out.emplace_back();
  co_return out;
}

}  // namespace freehold::trust

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "message/header_writer.hpp"
#include "trust/arc.hpp"
#include "trust/arc_fields.hpp"
#include "trust/limits.hpp"
#include "trust/signed_header.hpp"

namespace freehold::trust {

namespace {

// What DKIM signs, and the DKIM signatures, as RFC 8617, 4.1.2 advises; those may become more.
std::vector<std::string> fields_to_seal(const message::Header& header) {
  std::vector<std::string> out = fields_to_sign(header);
  for (const message::Field& field : header.fields()) {
    if (iequals(header.name(field), field_name(SignatureKind::dkim))) {
      out.emplace_back(field_name(SignatureKind::dkim));
    }
  }
  return out;
}

std::string write_seal(const SigningKey& key, const std::string& domain, unsigned instance,
                       std::string_view cv, std::string covered, Time now) {
  TagWriter writer(field_name(SignatureKind::arc_seal));
  writer.tag("i", std::to_string(instance)).tag("a", signature_algorithm(key.key.type()));
  writer.tag("cv", cv).tag("d", domain).tag("s", key.selector);
  std::string field = writer.tag("t", std::to_string(to_millis(now) / 1000)).finish();
  const std::string_view value = std::string_view(field).substr(field.find(':') + 1);
  append_own_field(covered, Canonicalization::relaxed, field_name(SignatureKind::arc_seal), value,
                   field, value.size(), value.size());
  return with_signature(std::move(field), key.key.sign(sha256(covered)));
}

}  // namespace

ArcSealer::ArcSealer(SigningKey key, std::string domain, BodyHashes& bodies)
    : key_(std::move(key)),
      domain_(std::move(domain)),
      bodies_(bodies),
      body_(bodies.want({.canonicalization = Canonicalization::relaxed, .length = std::nullopt})) {}

std::string ArcSealer::seal(const message::Header& header, const ArcChain& chain,
                            std::string_view authentication_results, Time now) const {
  const ArcFieldsFound earlier = find_arc_fields(header);
  const bool passed = chain.status == ArcStatus::pass;
  if (passed && !earlier.flaw.empty()) return "";  // not the header that was verified
  if (chain.sealed_as_failed || chain.temporary || chain.highest >= kMaxArcSets || !body_)
    return "";
  SignatureText text;
  text.kind = SignatureKind::arc_message;
  text.domain = domain_;
  text.instance = chain.highest + 1;
  text.fields = fields_to_seal(header);
  text.now = now;
  const std::string results =
      message::HeaderWriter()
          .raw("ARC-Authentication-Results",
               "i=" + std::to_string(text.instance) + "; " + std::string(authentication_results))
          .str();
  const std::string message = write_signature(text, key_, header, bodies_.get(*body_).digest());

  // A failed chain may be of any form, so its seal covers the new set alone (RFC 8617, 5.1.2).
  std::string covered;
  if (passed) {
    for (const ArcFields& set : earlier.sets) append_arc_set(covered, header, set);
  }
  const message::Header fresh(results + message);
  const ArcFields set{.results = fresh.find("ARC-Authentication-Results"),
                      .message = fresh.find(field_name(SignatureKind::arc_message)),
                      .seal = nullptr};
  append_arc_set_unsealed(covered, fresh, set);
  const std::string seal =
      write_seal(key_, domain_, text.instance, to_string(chain.status), std::move(covered), now);
  return seal + message + results;
}

}  // namespace freehold::trust

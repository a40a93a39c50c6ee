#include "trust/signature_check.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "trust/limits.hpp"
#include "trust/signed_header.hpp"

namespace freehold::trust {

namespace {

constexpr std::size_t kShownOfB = 8;  // RFC 6008, 4

DkimVerdict verdict_of(const SignatureField& field) {
  DkimVerdict out;
  out.domain = field.domain;
  out.selector = field.selector;
  out.identity = field.identity;
  out.algorithm = field.algorithm;
  out.b = field.b.substr(0, kShownOfB);
  out.body_length = field.body_form.length;
  out.signed_at = field.signed_at;
  out.expires_at = field.expires_at;
  return out;
}

std::optional<DkimFault> check_body(const SignatureField& field, const BodyHasher& body) {
  if (field.body_form.length && *field.body_form.length > body.size()) {
    return DkimFault{DkimResult::fail, "the body is shorter than l="};
  }
  if (body.digest().view() != field.body_hash) {
    return DkimFault{DkimResult::fail, "the body was changed"};
  }
  return std::nullopt;
}

// A signature that is good, but not good enough for us (RFC 8601, 2.7.1 "policy").
std::optional<DkimFault> check_policy(const SignatureField& field, const BodyHasher& body,
                                      Time now) {
  if (field.body_form.length && *field.body_form.length < body.size()) {
    return DkimFault{DkimResult::policy, "l= leaves a part of the body unsigned"};
  }
  if (field.expires_at && *field.expires_at + kSignatureClockSkew < now) {
    return DkimFault{DkimResult::policy, "the signature has expired"};
  }
  if (field.signed_at && *field.signed_at > now + kSignatureClockSkew) {
    return DkimFault{DkimResult::policy, "the signature is from the future"};
  }
  return std::nullopt;
}

bool is_exactly(std::string_view identity, std::string_view domain) {
  return iequals(identity.substr(identity.rfind('@') + 1), domain);
}

}  // namespace

bool is_unreasonable(const message::Header& header) {
  return header.raw().size() > kMaxSignedHeader || header.fields().size() > kMaxHeaderFields;
}

const std::string& SignatureReader::signed_text(const SignatureField& signature,
                                                const message::Field& own) {
  const bool same = last_form_ == signature.header_form && last_names_ == signature.fields;
  if (same && !last_names_.empty()) return last_text_;
  last_text_.clear();
  last_text_.reserve(header_.raw().size() + 512);
  append_signed_fields(last_text_, signature.header_form, header_, signature.fields, &own);
  last_form_ = signature.header_form;
  last_names_ = signature.fields;
  // Where signatures are signed, which ones depends on whose text this is.
  const std::string name = to_lower(header_.name(own));
  if (std::ranges::find(last_names_, name) != last_names_.end()) last_names_.clear();
  return last_text_;
}

MessageSignature SignatureReader::read(SignatureKind kind, const message::Field& field) {
  MessageSignature out;
  const std::string_view value = header_.value(field);
  out.field = parse_signature_field(kind, value);
  if (out.field.fault) return out;
  out.body = bodies_.want(out.field.body_form);
  if (!out.body) {
    out.field.fault = DkimFault{DkimResult::neutral, "too many different body hashes"};
    return out;
  }
  const std::string& covered = signed_text(out.field, field);
  std::string own;
  append_own_field(own, out.field.header_form, header_.name(field), value, header_.line(field),
                   out.field.b_begin, out.field.b_end);
  Sha256 hash;
  hash.update(covered);
  hash.update(own);
  out.header_digest = hash.finish();
  return out;
}

std::optional<DkimFault> check_key(const SignatureField& field, const Digest& digest,
                                   const KeyLookup& key) {
  if (key.fault) return key.fault;
  if (key.record->exact_domain && !field.identity.empty() &&
      !is_exactly(field.identity, field.domain)) {
    return DkimFault{DkimResult::permerror, "the key is for exactly d= only"};
  }
  const PublicKey& public_key = *key.record->key;
  if (public_key.type() == KeyType::rsa && public_key.bits() < kMinRsaBits) {
    return DkimFault{DkimResult::policy, "the key is shorter than 1024 bits"};
  }
  if (public_key.type() == KeyType::rsa && public_key.bits() > kMaxRsaBits) {
    return DkimFault{DkimResult::policy, "the key is longer than 4096 bits"};
  }
  if (!public_key.verifies(digest, field.signature)) {
    return DkimFault{DkimResult::fail, "the signature is not of this header and key"};
  }
  return std::nullopt;
}

awaitable<DkimVerdict> check_signature(const MessageSignature& signature, const BodyHashes& bodies,
                                       net::Resolver& resolver, Time now) {
  const SignatureField& field = signature.field;
  DkimVerdict out = verdict_of(field);
  std::optional<DkimFault> fault = field.fault;
  if (!fault) fault = check_body(field, bodies.get(*signature.body));
  if (!fault) {
    const KeyLookup key = co_await find_key(resolver, field.domain, field.selector, field.key_type);
    if (key.record) out.testing = key.record->testing;
    if (key.record && key.record->key) out.key_bits = key.record->key->bits();
    fault = check_key(field, signature.header_digest, key);
    if (!fault) fault = check_policy(field, bodies.get(*signature.body), now);
  }
  out.result = fault ? fault->result : DkimResult::pass;
  if (fault) out.reason = fault->reason;
  co_return out;
}

}  // namespace freehold::trust

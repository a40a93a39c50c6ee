#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/testing/run.hpp"
#include "message/header.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/dkim_verifier.hpp"
#include "trust/signature_field.hpp"
#include "trust/signature_key.hpp"
#include "trust/signed_header.hpp"

namespace freehold::trust::testing {

// One RSA and one Ed25519 key for all tests of a program: making RSA keys is slow.
inline const PrivateKey& rsa_key() {
  static const PrivateKey key = PrivateKey::make(KeyType::rsa).value();
  return key;
}
inline const PrivateKey& ed_key() {
  static const PrivateKey key = PrivateKey::make(KeyType::ed25519).value();
  return key;
}

struct Mail {
  std::string header;
  std::string body;
};

inline Mail split_mail(std::string_view raw) {
  const std::size_t end = raw.find("\r\n\r\n");
  if (end == std::string_view::npos) return {std::string(raw), ""};
  return {std::string(raw.substr(0, end + 2)), std::string(raw.substr(end + 4))};
}

// LF as CRLF, so that messages can be written as raw strings.
inline std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

inline Digest body_digest(const BodyForm& form, std::string_view body) {
  BodyHasher hasher(form);
  hasher.update(body);
  hasher.finish();
  return hasher.digest();
}

// A signature with any tags: "BH" in them becomes the body's hash, and b= is added.
inline std::string forged_signature(SignatureKind kind, std::string tags, const PrivateKey& key,
                                    const Mail& mail) {
  if (const std::size_t at = tags.find("BH"); at != std::string::npos) {
    const std::string any_hash = base64(std::string(32, 'x'));
    const auto draft =
        parse_signature_field(kind, std::string(tags).replace(at, 2, any_hash) + "; b=AAAA");
    tags.replace(at, 2, base64(body_digest(draft.body_form, mail.body).view()));
  }
  const std::string value = " " + tags + "; b=";
  const std::string line = std::string(field_name(kind)) + ":" + value;
  const SignatureField field = parse_signature_field(kind, value + "AAAA");
  std::string text;
  append_signed_fields(text, field.header_form, message::Header(mail.header), field.fields,
                       nullptr);
  const std::string_view in_line = std::string_view(line).substr(line.find(':') + 1);
  append_own_field(text, field.header_form, field_name(kind), in_line, line, in_line.size(),
                   in_line.size());
  return line + base64(key.sign(sha256(text))) + "\r\n";
}

inline std::vector<DkimVerdict> verify_dkim(const Mail& mail, net::Resolver& dns, Time now,
                                            std::size_t piece = 1000) {
  const message::Header header(mail.header);
  BodyHashes bodies;
  const DkimVerifier verifier(header, bodies);
  for (std::size_t at = 0; at < mail.body.size(); at += piece) {
    bodies.update(std::string_view(mail.body).substr(at, piece));
  }
  bodies.finish();
  return freehold::testing::run(verifier.verify(dns, now));
}

}  // namespace freehold::trust::testing

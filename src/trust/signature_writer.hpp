#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "message/header.hpp"
#include "trust/body_hash.hpp"
#include "trust/signature_field.hpp"
#include "trust/signature_key.hpp"

namespace freehold::trust {

// A private key and the selector under which its public one is found.
struct SigningKey {
  std::string selector;
  PrivateKey key;
};

// Everything that a new signature over header and body says beside what is in its key.
struct SignatureText {
  SignatureKind kind = SignatureKind::dkim;
  std::string domain;
  std::string identity;             // i= of DKIM; empty: none
  unsigned instance = 0;            // i= of ARC
  std::vector<std::string> fields;  // h=
  Time now{};
};

// The field with its final CRLF, folded, relaxed/relaxed, signed. `body_digest` is that of the
// relaxed body.
[[nodiscard]] std::string write_signature(const SignatureText& text, const SigningKey& key,
                                          const message::Header& header, const Digest& body_digest);

// Tags of a field, folded at ";" (and in h= at ":") to lines of 78 characters. Ends with "b=" and
// has no CRLF: the form that is hashed.
class TagWriter {
 public:
  explicit TagWriter(std::string_view field_name) : out_(field_name), column_(out_.size() + 1) {
    out_.push_back(':');
  }
  TagWriter& tag(std::string_view name, std::string_view value);
  TagWriter& list(std::string_view name, const std::vector<std::string>& values);
  // With an empty b=.
  [[nodiscard]] std::string finish();

 private:
  void word(std::string_view text, bool within_list);

  std::string out_;
  std::size_t column_;
};

// The field that TagWriter finished, with its signature in folded base64 and the final CRLF.
[[nodiscard]] std::string with_signature(std::string field, std::string_view signature);

// The names for h= (RFC 6376, 5.4): what a reader sees and what decides how it is shown, each once
// more than it is there, so that nothing can be added. Fields of mailing lists only when the
// message has one already: a list that adds its own must not make the signature of a plain message
// bad.
[[nodiscard]] std::vector<std::string> fields_to_sign(const message::Header& header);

}  // namespace freehold::trust

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "trust/body_hash.hpp"

namespace freehold::trust {

// The algorithms of RFC 6376 (RSASSA-PKCS1-v1_5 with SHA-256) and RFC 8463 (Ed25519 over the
// SHA-256). Both sign a digest of what is signed.
enum class KeyType { rsa, ed25519 };

// OpenSSL's key with a context that is ready for it: each operation copies that, for making one
// takes several microseconds.
struct PreparedKey;

[[nodiscard]] std::string_view to_string(KeyType type);            // as k= has it
[[nodiscard]] std::string_view signature_algorithm(KeyType type);  // as a= has it

// Loaded once and then used from any thread: loading costs as much as verifying.
class PublicKey {
 public:
  // The bytes of p=: for RSA a SubjectPublicKeyInfo or a bare RSAPublicKey (RFC 6376, 3.6.1 says
  // the one and shows the other), for Ed25519 the 32 bytes. Nothing when they are no such key, or
  // one that is made to be slow. The size is for the caller to judge.
  [[nodiscard]] static std::optional<PublicKey> parse(KeyType type, std::string_view bytes);

  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] unsigned bits() const;
  [[nodiscard]] bool verifies(const Digest& digest, std::string_view signature) const;

 private:
  PublicKey(KeyType type, std::shared_ptr<const PreparedKey> key)
      : type_(type), key_(std::move(key)) {}

  KeyType type_;
  std::shared_ptr<const PreparedKey> key_;  // shared by the copies of this value
};

// A copy is the same key: cheap, and used from any thread.
class PrivateKey {
 public:
  // RSA-2048 takes a good part of a second: in a pool, not in a session's thread.
  [[nodiscard]] static Result<PrivateKey> make(KeyType type);
  // Any unencrypted PEM form that OpenSSL reads: RSA of 1024 to 4096 bits (RFC 8301, 3.2) or
  // Ed25519.
  [[nodiscard]] static Result<PrivateKey> from_pem(std::string_view pem);
  // The 32 bytes of RFC 8032.
  [[nodiscard]] static Result<PrivateKey> from_ed25519_seed(std::string_view seed);

  [[nodiscard]] std::string pem() const;  // PKCS #8, not encrypted
  [[nodiscard]] KeyType type() const { return type_; }
  // What p= holds, before base64.
  [[nodiscard]] std::string public_bytes() const;
  [[nodiscard]] std::string sign(const Digest& digest) const;

 private:
  PrivateKey(KeyType type, std::shared_ptr<const PreparedKey> key)
      : type_(type), key_(std::move(key)) {}
  static Result<PrivateKey> from(std::shared_ptr<PreparedKey> key);

  KeyType type_;
  std::shared_ptr<const PreparedKey> key_;  // shared by the copies of this value
};

// The text of the TXT record that publishes a key (RFC 6376, 3.6.1). Longer than 255 octets for
// RSA: who writes the record splits it into strings.
[[nodiscard]] std::string key_record(const PrivateKey& key);
// The text that revokes it: an empty p=.
[[nodiscard]] std::string revoked_key_record(KeyType type);

}  // namespace freehold::trust

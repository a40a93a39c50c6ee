#include "trust/signature_key.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "base/bytes.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using HashContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

}  // namespace

struct PreparedKey {
  Key key;
  KeyContext rsa;  // for signing or verifying a digest
  HashContext ed25519;

  explicit PreparedKey(EVP_PKEY* loaded) : key(loaded) {}
  [[nodiscard]] EVP_PKEY* get() const { return key.get(); }
};

namespace {

constexpr std::size_t kEd25519Size = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void must(bool done) {
  if (!done) throw std::runtime_error("libcrypto failed");
}

EVP_PKEY* parse_rsa(std::string_view bytes) {
  const unsigned char* at = bytes_of(bytes);
  const auto size = static_cast<long>(bytes.size());
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, size);
  if (key == nullptr) {
    at = bytes_of(bytes);
    key = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size);
  }
  ERR_clear_error();
  return key;
}

unsigned exponent_bits(EVP_PKEY* key) {
  BIGNUM* e = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1) return kMaxRsaExponentBits + 1;
  const Number owner(e);
  return static_cast<unsigned>(BN_num_bits(e));
}

// For signing when there is a private key.
void prepare(PreparedKey& out, KeyType type, bool is_private) {
  EVP_PKEY* const key = out.get();
  if (type == KeyType::rsa) {
    out.rsa.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    EVP_PKEY_CTX* const context = out.rsa.get();
    const auto init = is_private ? EVP_PKEY_sign_init : EVP_PKEY_verify_init;
    must(context != nullptr && init(context) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1);
  } else {
    out.ed25519.reset(EVP_MD_CTX_new());
    const auto init = is_private ? EVP_DigestSignInit : EVP_DigestVerifyInit;
    must(out.ed25519 && init(out.ed25519.get(), nullptr, nullptr, nullptr, key) == 1);
  }
}

KeyContext rsa_context(const PreparedKey& key) {
  KeyContext context(EVP_PKEY_CTX_dup(key.rsa.get()));
  must(context != nullptr);
  return context;
}

HashContext ed25519_context(const PreparedKey& key) {
  HashContext context(EVP_MD_CTX_new());
  must(context && EVP_MD_CTX_copy_ex(context.get(), key.ed25519.get()) == 1);
  return context;
}

Problem no_key(std::string what) {
  return problem(Problem::Kind::invalid, std::move(what), {},
                 "give an unencrypted PEM file with an RSA key of 2048 bits or an Ed25519 key");
}

// Never asks on a terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

std::string_view to_string(KeyType type) { return type == KeyType::rsa ? "rsa" : "ed25519"; }

std::string_view signature_algorithm(KeyType type) {
  return type == KeyType::rsa ? "rsa-sha256" : "ed25519-sha256";
}

std::optional<PublicKey> PublicKey::parse(KeyType type, std::string_view bytes) {
  EVP_PKEY* made = nullptr;
  if (type == KeyType::rsa) {
    made = parse_rsa(bytes);
  } else if (bytes.size() == kEd25519Size) {
    made = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size());
  }
  const auto key = std::make_shared<PreparedKey>(made);
  if (made == nullptr) return std::nullopt;
  if (type == KeyType::rsa &&
      (EVP_PKEY_get_base_id(made) != EVP_PKEY_RSA || exponent_bits(made) > kMaxRsaExponentBits)) {
    return std::nullopt;
  }
  prepare(*key, type, false);
  return PublicKey(type, key);
}

unsigned PublicKey::bits() const { return static_cast<unsigned>(EVP_PKEY_get_bits(key_->get())); }

bool PublicKey::verifies(const Digest& digest, std::string_view signature) const {
  const unsigned char* const text = digest.bytes.data();
  const std::size_t size = digest.bytes.size();
  const int good = type_ == KeyType::rsa
                       ? EVP_PKEY_verify(rsa_context(*key_).get(), bytes_of(signature),
                                         signature.size(), text, size)
                       : EVP_DigestVerify(ed25519_context(*key_).get(), bytes_of(signature),
                                          signature.size(), text, size);
  if (good != 1) ERR_clear_error();  // else the next TLS operation of this thread finds it
  return good == 1;
}

Result<PrivateKey> PrivateKey::from(std::shared_ptr<PreparedKey> key) {
  ERR_clear_error();
  const int id = key->key ? EVP_PKEY_get_base_id(key->get()) : EVP_PKEY_NONE;
  if (id != EVP_PKEY_RSA && id != EVP_PKEY_ED25519) {
    return no_key("this is no private key that DKIM can use");
  }
  const KeyType type = id == EVP_PKEY_RSA ? KeyType::rsa : KeyType::ed25519;
  const auto bits = static_cast<unsigned>(EVP_PKEY_get_bits(key->get()));
  if (type == KeyType::rsa && (bits < kMinRsaBits || bits > kMaxRsaBits)) {
    return no_key("the RSA key has " + std::to_string(bits) + " bits");
  }
  prepare(*key, type, true);
  return PrivateKey(type, std::move(key));
}

Result<PrivateKey> PrivateKey::make(KeyType type) {
  EVP_PKEY* const made =
      type == KeyType::rsa ? EVP_RSA_gen(kRsaBits) : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (made == nullptr) return problem(Problem::Kind::internal, "no key could be made");
  return from(std::make_shared<PreparedKey>(made));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  must(bio != nullptr);
  return from(std::make_shared<PreparedKey>(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr)));
}

Result<PrivateKey> PrivateKey::from_ed25519_seed(std::string_view seed) {
  return from(std::make_shared<PreparedKey>(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size())));
}

std::string PrivateKey::pem() const {
  const Bio bio(BIO_new(BIO_s_secmem()));  // is wiped when it goes
  must(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key_->get(), nullptr, nullptr, 0, nullptr,
                                            nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string PrivateKey::public_bytes() const {
  if (type_ == KeyType::ed25519) {
    std::string out(kEd25519Size, '\0');
    std::size_t size = out.size();
    must(EVP_PKEY_get_raw_public_key(key_->get(), bytes_of(out), &size) == 1);
    return out;
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_->get(), &der);
  must(size > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

std::string PrivateKey::sign(const Digest& digest) const {
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key_->get())), '\0');
  std::size_t size = out.size();
  const unsigned char* const text = digest.bytes.data();
  const int made =
      type_ == KeyType::rsa
          ? EVP_PKEY_sign(rsa_context(*key_).get(), bytes_of(out), &size, text, digest.bytes.size())
          : EVP_DigestSign(ed25519_context(*key_).get(), bytes_of(out), &size, text,
                           digest.bytes.size());
  must(made == 1);
  out.resize(size);
  return out;
}

std::string key_record(const PrivateKey& key) {
  return revoked_key_record(key.type()) + base64(key.public_bytes());
}

std::string revoked_key_record(KeyType type) {
  return "v=DKIM1; k=" + std::string(to_string(type)) + "; p=";
}

}  // namespace freehold::trust

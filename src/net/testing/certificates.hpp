#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace freehold::net::testing {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using PrivateKey = std::shared_ptr<EVP_PKEY>;

[[nodiscard]] inline PrivateKey make_key() {
  return {EVP_EC_gen("P-256"), FreeWith<EVP_PKEY_free>{}};
}

// A certificate for tests, with its key: an authority's, or a server's that an authority or nobody
// but itself has signed.
class TestCertificate {
 public:
  struct Wish {
    std::string common_name = "test";
    std::vector<std::string> hosts = {};
    bool authority = false;
    long valid_from = -300;  // seconds from now
    long valid_for = 3600;
    PrivateKey key = make_key();
    const TestCertificate* issuer = nullptr;  // null: self-signed
  };

  explicit TestCertificate(const Wish& wish) : key_(wish.key), subject_(wish.common_name) {
    static std::uint64_t serial = 1;
    x509_ = {X509_new(), FreeWith<X509_free>{}};
    X509* x = x509_.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), wish.valid_from);
    X509_gmtime_adj(X509_getm_notAfter(x), wish.valid_for);
    X509_set_pubkey(x, key_.get());
    set_name(X509_get_subject_name(x), subject_);
    set_name(X509_get_issuer_name(x), wish.issuer ? wish.issuer->subject_ : subject_);
    extend(x, wish);
    EVP_PKEY* signer = wish.issuer ? wish.issuer->key_.get() : key_.get();
    if (X509_sign(x, signer, EVP_sha256()) <= 0) throw std::runtime_error("no test certificate");
  }

  [[nodiscard]] std::string der() const {
    unsigned char* out = nullptr;
    const int size = i2d_X509(x509_.get(), &out);
    return take(out, size);
  }
  [[nodiscard]] std::string public_key() const {
    unsigned char* out = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &out);
    return take(out, size);
  }
  [[nodiscard]] X509* x509() const { return x509_.get(); }
  [[nodiscard]] const PrivateKey& key() const { return key_; }
  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, FreeWith<BIO_free>> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), x509_.get());
    return contents(bio.get());
  }
  [[nodiscard]] std::string key_pem() const {
    const std::unique_ptr<BIO, FreeWith<BIO_free>> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return contents(bio.get());
  }

 private:
  static void set_name(X509_NAME* name, const std::string& text) {
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  }
  static void extend(X509* x, const Wish& wish) {
    add(x, NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add(x, NID_key_usage,
        wish.authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    std::string names;
    for (const auto& host : wish.hosts) names += (names.empty() ? "DNS:" : ",DNS:") + host;
    if (!names.empty()) add(x, NID_subject_alt_name, names);
  }
  static void add(X509* x, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x, x, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    X509_add_ext(x, extension.get(), -1);
  }
  static std::string take(unsigned char* bytes, int size) {
    std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return out;
  }
  static std::string contents(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
  }

  PrivateKey key_;
  std::string subject_;
  std::shared_ptr<X509> x509_;
};

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace freehold::net::testing

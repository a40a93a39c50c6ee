#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/hash.hpp"
#include "net/address.hpp"
#include "net/tls.hpp"

namespace freehold::net {

namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;

constexpr long kValidity = 10L * 365 * 24 * 3600;

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Built by hand: in OpenSSL's text form a comma in `host` would begin another name.
bool add_host(X509* certificate, const std::string& host) {
  const std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>> names(GENERAL_NAMES_new());
  GENERAL_NAME* name = GENERAL_NAME_new();
  sk_GENERAL_NAME_push(names.get(), name);
  if (const auto ip = IpAddress::parse(host)) {
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    const std::string_view bytes = ip->bytes();
    ASN1_OCTET_STRING_set(value, reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()));
    GENERAL_NAME_set0_value(name, GEN_IPADD, value);
  } else {
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    ASN1_STRING_set(value, host.data(), static_cast<int>(host.size()));
    GENERAL_NAME_set0_value(name, GEN_DNS, value);
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) ==
         1;
}

bool add_subject(X509* certificate, const std::string& host) {
  X509_NAME* name = X509_get_subject_name(certificate);
  // ub-common-name of RFC 5280 is 64; the subjectAltName is what counts.
  const std::string common = host.substr(0, 64);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common.data()),
                                    static_cast<int>(common.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

Certificate make_certificate(const std::string& host, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), random_u64() >> 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -300);  // for peers whose clock is a little behind
  X509_gmtime_adj(X509_getm_notAfter(x), kValidity);
  const bool made = X509_set_pubkey(x, key) == 1 && add_subject(x, host) && add_host(x, host) &&
                    add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(x, NID_key_usage, "critical,digitalSignature") &&
                    add_extension(x, NID_ext_key_usage, "serverAuth") &&
                    X509_sign(x, key, EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// Written beside and renamed, so that nobody reads a half.
Result<> write_file(const std::string& path, const std::string& text, mode_t mode) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  bool written =
      file >= 0 && write(file, text.data(), text.size()) == std::ssize(text) && fsync(file) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  written = written && std::rename(fresh.c_str(), path.c_str()) == 0;
  if (written) return {};
  return problem(Problem::Kind::unavailable,
                 std::string("cannot be written: ") + std::strerror(error), path,
                 "check that its directory exists and may be written");
}

}  // namespace

Result<> write_self_signed(const std::string& host, const std::string& chain_file,
                           const std::string& key_file) {
  if (host.empty() || host.size() > 253) {
    return problem(Problem::Kind::invalid, "'" + host + "' is not a host name");
  }
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = key ? make_certificate(host, key.get()) : nullptr;
  const Bio key_text(BIO_new(BIO_s_mem()));
  const Bio chain_text(BIO_new(BIO_s_mem()));
  if (!certificate || PEM_write_bio_X509(chain_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    return problem(Problem::Kind::internal, "no certificate could be made for '" + host + "'");
  }
  const Result<> key_written = write_file(key_file, contents(key_text.get()), 0600);
  if (!key_written) return key_written.error();
  return write_file(chain_file, contents(chain_text.get()), 0644);
}

}  // namespace freehold::net

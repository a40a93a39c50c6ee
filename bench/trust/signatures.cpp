#include "signatures.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/run.hpp"
#include "measure.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/dkim_signer.hpp"
#include "trust/dkim_verifier.hpp"

namespace freehold::bench {

namespace {

void must(bool done) {
  if (!done) std::abort();
}

EVP_PKEY* load(const trust::PrivateKey& key) {
  const std::string pem = key.pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* out = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return out;
}

// As `openssl speed` does it: contexts are made once.
struct Bare {
  explicit Bare(const trust::PrivateKey& rsa, const trust::PrivateKey& ed) {
    EVP_PKEY* const rsa_key = load(rsa);
    EVP_PKEY* const ed_key = load(ed);
    rsa_sign = EVP_PKEY_CTX_new(rsa_key, nullptr);
    rsa_verify = EVP_PKEY_CTX_new(rsa_key, nullptr);
    must(EVP_PKEY_sign_init(rsa_sign) == 1 && EVP_PKEY_verify_init(rsa_verify) == 1);
    for (EVP_PKEY_CTX* context : {rsa_sign, rsa_verify}) {
      must(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1);
    }
    must(EVP_DigestSignInit(ed_sign, nullptr, nullptr, nullptr, ed_key) == 1 &&
         EVP_DigestVerifyInit(ed_verify, nullptr, nullptr, nullptr, ed_key) == 1);
    sign_rsa();
    sign_ed();
  }

  void sign_rsa() {
    std::size_t size = rsa_signature.size();
    must(EVP_PKEY_sign(rsa_sign, rsa_signature.data(), &size, digest.data(), digest.size()) == 1);
  }
  void verify_rsa() {
    must(EVP_PKEY_verify(rsa_verify, rsa_signature.data(), 256, digest.data(), digest.size()) == 1);
  }
  void sign_ed() {
    std::size_t size = 64;
    must(EVP_DigestSign(ed_sign, ed_signature.data(), &size, digest.data(), digest.size()) == 1);
  }
  void verify_ed() {
    must(EVP_DigestVerify(ed_verify, ed_signature.data(), 64, digest.data(), digest.size()) == 1);
  }
  void hash(const std::string& bytes) {
    must(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_sha256(), nullptr) == 1);
  }

  std::vector<unsigned char> digest = std::vector<unsigned char>(32, 0x5a);
  std::vector<unsigned char> out = std::vector<unsigned char>(32);
  std::vector<unsigned char> rsa_signature = std::vector<unsigned char>(256);
  std::vector<unsigned char> ed_signature = std::vector<unsigned char>(64);
  EVP_PKEY_CTX* rsa_sign = nullptr;
  EVP_PKEY_CTX* rsa_verify = nullptr;
  EVP_MD_CTX* ed_sign = EVP_MD_CTX_new();
  EVP_MD_CTX* ed_verify = EVP_MD_CTX_new();
};

enum : std::size_t {
  kBareRsaSign,
  kBareEdSign,
  kBareRsaVerify,
  kBareEdVerify,
  kBareHash,
  kSign,
  kVerify,
};

// Of the bare operations together, in the same round: a busy machine slows down all of them alike.
void print(const char* name, const Measure& ours, std::initializer_list<const Measure*> bare) {
  std::vector<double> sums(ours.rounds.size());
  for (const Measure* part : bare) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += part->rounds[i];
  }
  std::printf("{\"name\": \"%s\", \"us\": %.2f, \"bare_us\": %.2f}\n", name,
              median(ours.rounds) * 1e6, median(sums) * 1e6);
}

template <class Sink>
void each_piece(const std::string& body, Sink sink) {
  for (std::size_t at = 0; at < body.size(); at += kPiece) {
    sink(std::string_view(body).substr(at, kPiece));
  }
}

awaitable<void> verify(const std::string& header_block, const std::string& body,
                       net::Resolver& dns) {
  const message::Header header(header_block);
  trust::BodyHashes bodies;
  const trust::DkimVerifier verifier(header, bodies);
  each_piece(body, [&](std::string_view piece) { bodies.update(piece); });
  bodies.finish();
  const auto verdicts = co_await verifier.verify(dns, kNow);
  must(verdicts.size() == 2);
  for (const auto& verdict : verdicts) must(verdict.result == trust::DkimResult::pass);
}

// Many messages in one coroutine, as in a server's session.
awaitable<int> verify_many(const std::string& header, const std::string& body, net::Resolver& dns,
                           int count) {
  for (int i = 0; i < count; ++i) co_await verify(header, body, dns);
  co_return 0;
}

}  // namespace

void measure_signatures(double seconds) {
  const auto rsa = trust::PrivateKey::make(trust::KeyType::rsa).value();
  const auto ed = trust::PrivateKey::make(trust::KeyType::ed25519).value();
  const std::string header = sample_header();
  const std::string body = sample_body();
  const std::string message = header + "\r\n" + body;
  net::testing::DnsWorld dns;
  dns.txt("r._domainkey.example.org", trust::key_record(rsa));
  dns.txt("e._domainkey.example.org", trust::key_record(ed));
  const auto sign = [&] {
    trust::DkimSigner signer({{"r", rsa}, {"e", ed}}, "example.org");
    signer.header(message::Header(header));
    each_piece(body, [&](std::string_view piece) { signer.body(piece); });
    return signer.finish(kNow);
  };
  const std::string is_signed = sign() + header;
  constexpr int kTogether = 20;
  Bare bare(rsa, ed);
  Measure all[] = {
      {"bare RSA-2048 sign", [&] { bare.sign_rsa(); }, 1, {}},
      {"bare Ed25519 sign", [&] { bare.sign_ed(); }, 1, {}},
      {"bare RSA-2048 verify", [&] { bare.verify_rsa(); }, 1, {}},
      {"bare Ed25519 verify", [&] { bare.verify_ed(); }, 1, {}},
      {"bare SHA-256 of the message", [&] { bare.hash(message); }, 1, {}},
      {"sign", [&] { (void)sign(); }, 1, {}},
      {"verify",
       [&] { (void)freehold::testing::run(verify_many(is_signed, body, dns, kTogether)); },
       kTogether,
       {}},
  };
  take_rounds(all, seconds);
  print("sign", all[kSign], {&all[kBareRsaSign], &all[kBareEdSign], &all[kBareHash]});
  print("verify", all[kVerify], {&all[kBareRsaVerify], &all[kBareEdVerify], &all[kBareHash]});
}

}  // namespace freehold::bench

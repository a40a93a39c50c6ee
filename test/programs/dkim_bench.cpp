#include "dkim_bench.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/dkim_signer.hpp"
#include "trust/dkim_verifier.hpp"

using namespace freehold;

namespace {

constexpr std::size_t kMessage = 20 * 1024;
constexpr std::size_t kPiece = 16 * 1024;  // as read from a socket
constexpr Time kNow = from_millis(1'790'000'000'000);

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::string header_text() {
  std::string out;
  for (int hop = 4; hop > 0; --hop) {
    out +=
        "Received: from relay" + std::to_string(hop) +
        ".example.org (relay.example.org [192.0.2.17])\r\n\tby mx.example.net with ESMTPS id 4Zk2ab"
        "3Cde\r\n\tfor <anna@example.net>; Mon, 23 Nov 2026 20:47:06 +0000\r\n";
  }
  return out +
         "From: \"Bert M\xc3\xbcller\" <bert@example.org>\r\nTo: Anna Berg "
         "<anna@example.net>,\r\n\t"
         "Chlo\xc3\xa9 <chloe@example.com>\r\nSubject: Re: the invoice of November, and the "
         "garden\r\n"
         "Date: Mon, 23 Nov 2026 21:47:06 +0100\r\nMessage-ID: <5f2c.77.1a2b3c4d@example.org>\r\n"
         "In-Reply-To: <0001.aa.bb@example.net>\r\nReferences: <0000.aa.bb@example.net>\r\n\t"
         "<0001.aa.bb@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
         "boundary=b1\r\n";
}

// Text, indented HTML with tabs, and base64, a third each.
std::string body_text(std::size_t size) {
  std::string out;
  while (out.size() < size / 3) {
    out +=
        "The quick brown fox jumps over the lazy dog, twice a day,  as he did.\r\n> quoted "
        "text\r\n\r\n";
  }
  while (out.size() < size * 2 / 3) {
    out +=
        "<tr>\r\n\t<td class=\"cell\">\r\n      <a href=\"https://example.org/?id=3D77\">more</a> "
        "\r\n\t</td>\r\n";
  }
  while (out.size() < size) {
    out += "JVBERi0xLjQKJdPr6eEKMSAwIG9iago8PC9UaXRsZSA8RkVGRjAwNDk+Pj4KZW5kb2JqCjMgMCBv\r\n";
  }
  out.resize(size - 2);
  return out + "\r\n";
}

struct Measure {
  const char* name;
  std::function<void()> work;
  int together;                // messages in one run
  std::vector<double> rounds;  // seconds for one

  void round(double seconds) {
    int count = 0;
    const double begin = cpu_seconds();
    do {
      work();
      ++count;
    } while (cpu_seconds() - begin < seconds);
    rounds.push_back((cpu_seconds() - begin) / count / together);
  }
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

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

// Round by round, as a busy machine slows down all that stands in one round alike.
void print_ratio(const char* name, const Measure& ours,
                 std::initializer_list<const Measure*> bare) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.rounds.size(); ++i) {
    double sum = 0;
    for (const Measure* part : bare) sum += part->rounds[i];
    ratios.push_back(ours.rounds[i] / sum);
  }
  std::printf("{\"name\": \"%s beside bare\", \"ratio\": %.3f}\n", name, median(ratios));
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

int dkim_bench(double seconds, const std::string& only) {
  const auto rsa = trust::PrivateKey::make(trust::KeyType::rsa).value();
  const auto ed = trust::PrivateKey::make(trust::KeyType::ed25519).value();
  const std::string header = header_text();
  const std::string body = body_text(kMessage - header.size());
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
       [&] { (void)testing::run(verify_many(is_signed, body, dns, kTogether)); },
       kTogether,
       {}},
      {"relaxed body hash",
       [&] {
         trust::BodyHasher hasher(
             {.canonicalization = trust::Canonicalization::relaxed, .length = {}});
         each_piece(body, [&](std::string_view piece) { hasher.update(piece); });
         hasher.finish();
       },
       1,
       {}},
  };
  constexpr int kRounds = 101;
  for (int round = 0; round < kRounds; ++round) {
    for (Measure& measure : all) {
      if (only.empty() || only == measure.name) measure.round(seconds / kRounds);
    }
  }
  for (const Measure& measure : all) {
    if (measure.rounds.empty()) continue;
    std::printf("{\"name\": \"%s\", \"us\": %.2f}\n", measure.name, median(measure.rounds) * 1e6);
  }
  if (!only.empty()) return 0;
  print_ratio("sign", all[kSign], {&all[kBareRsaSign], &all[kBareEdSign], &all[kBareHash]});
  print_ratio("verify", all[kVerify], {&all[kBareRsaVerify], &all[kBareEdVerify], &all[kBareHash]});
  return 0;
}

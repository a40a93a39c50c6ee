#include "trust/signature_key.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "trust/key_record.hpp"
#include "trust/tag_list.hpp"
#include "trust/testing/forge.hpp"

namespace freehold::trust {
namespace {

using testing::ed_key;
using testing::rsa_key;

PublicKey public_of(const PrivateKey& key) {
  return PublicKey::parse(key.type(), key.public_bytes()).value();
}

TEST(SignatureKey, SignsWhatItsPublicHalfVerifies) {
  const Digest digest = sha256("text");
  for (const PrivateKey& key : {rsa_key(), ed_key()}) {
    const std::string signature = key.sign(digest);
    EXPECT_TRUE(public_of(key).verifies(digest, signature));
    EXPECT_FALSE(public_of(key).verifies(sha256("other"), signature));
    EXPECT_FALSE(public_of(key).verifies(digest, signature.substr(1)));
    EXPECT_FALSE(public_of(key).verifies(digest, ""));
  }
  EXPECT_EQ(public_of(rsa_key()).bits(), 2048U);
}

TEST(SignatureKey, LivesOnAsPem) {
  const Digest digest = sha256("text");
  for (const PrivateKey& key : {rsa_key(), ed_key()}) {
    EXPECT_TRUE(key.pem().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto again = PrivateKey::from_pem(key.pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->type(), key.type());
    EXPECT_TRUE(public_of(key).verifies(digest, again->sign(digest)));
  }
}

TEST(SignatureKey, WhatIsNoKeyIsRefusedWithAReason) {
  EXPECT_FALSE(PrivateKey::from_pem(""));
  EXPECT_FALSE(
      PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  const auto encrypted = PrivateKey::from_pem(
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhX\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n");
  ASSERT_FALSE(encrypted);
  EXPECT_FALSE(encrypted.error().fix.empty());
  // An EC key, which DKIM does not know.
  EXPECT_FALSE(PrivateKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
      "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
      "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n"));
}

TEST(SignatureKey, IsUsedByManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  const PublicKey rsa = public_of(rsa_key());
  const PublicKey ed = public_of(ed_key());
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 10; ++j) {
        const Digest digest = sha256(std::to_string(i * 100 + j));
        good += rsa.verifies(digest, rsa_key().sign(digest)) ? 1 : 0;
        good += ed.verifies(digest, ed_key().sign(digest)) ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(good, 80);
}

TEST(SignatureKey, IsPublishedAsARecordThatReadsBack) {
  for (const PrivateKey& key : {rsa_key(), ed_key()}) {
    const KeyRecord record = parse_key_record(key_record(key));
    EXPECT_FALSE(record.fault);
    EXPECT_EQ(record.type, key.type());
    ASSERT_TRUE(record.key);
    EXPECT_TRUE(record.key->verifies(sha256("x"), key.sign(sha256("x"))));
    EXPECT_EQ(parse_key_record(revoked_key_record(key.type())).fault->reason, "the key is revoked");
  }
}

TEST(KeyRecord, BareRsaPublicKeyIsTakenToo) {
  const std::string whole = rsa_key().public_bytes();
  // SubjectPublicKeyInfo of RSA-2048: 24 bytes of wrapping.
  const KeyRecord record = parse_key_record("p=" + base64(whole.substr(24)));
  ASSERT_TRUE(record.key);
  EXPECT_EQ(record.key->bits(), 2048U);
}

TEST(KeyRecord, TagsAreReadAndMisuseIsNamed) {
  const std::string p = "p=" + base64(ed_key().public_bytes());
  const std::pair<std::string, std::string> cases[] = {
      {"v=DKIM1; k=ed25519; " + p, ""},
      {"k=ed25519;" + p + ";", ""},
      {"k = ed25519 ; n=a note; g=*; zz=unknown; " + p, ""},
      {"k=ed25519; s=email; " + p, ""},
      {"k=ed25519; s=other:*; " + p, ""},
      {"k=ed25519; s=tlsrpt; " + p, "the key is not for email"},
      {"v=DKIM2; k=ed25519; " + p, "the key record is of another version"},
      {"k=ed25519; v=DKIM1; " + p, "the key record is of another version"},
      {"k=dsa; " + p, "the kind of key is not known"},
      {"k=ed25519", "the key record has no p="},
      {"k=ed25519; p=", "the key is revoked"},
      {"k=ed25519; p=AAAA", "the key cannot be read"},
      {"k=ed25519; p=*", "the key cannot be read"},
      {"k=rsa; " + p, "the key cannot be read"},
      {"v=spf1 -all", "the key record is of another version"},
      {"not a record", "the key record is malformed"},
      {"k=ed25519; k=ed25519; " + p, "the key record is malformed"},
  };
  for (const auto& [text, reason] : cases) {
    const KeyRecord record = parse_key_record(text);
    EXPECT_EQ(record.fault ? record.fault->reason : "", reason) << text;
    EXPECT_EQ(record.key.has_value(), reason.empty()) << text;
  }
}

TEST(KeyRecord, FlagsAreRead) {
  const std::string tail = "; k=ed25519; p=" + base64(ed_key().public_bytes());
  EXPECT_FALSE(parse_key_record("v=DKIM1" + tail).testing);
  EXPECT_TRUE(parse_key_record("v=DKIM1; t=y" + tail).testing);
  EXPECT_TRUE(parse_key_record("v=DKIM1; t=s : y" + tail).testing);
  EXPECT_TRUE(parse_key_record("v=DKIM1; t=s : y" + tail).exact_domain);
  EXPECT_TRUE(parse_key_record("v=DKIM1; h=sha1:sha256" + tail).sha256);
  EXPECT_FALSE(parse_key_record("v=DKIM1; h=sha1" + tail).sha256);
}

TEST(KeyRecord, OfALongExponentIsRefused) {
  // RSA-1024 whose e is as long as n.
  const std::string n(128, '\xc1');
  const auto der = [](char tag, const std::string& content) {
    std::string length;
    if (content.size() < 128) {
      length = std::string(1, static_cast<char>(content.size()));
    } else {
      length = {'\x82', static_cast<char>(content.size() >> 8), static_cast<char>(content.size())};
    }
    return std::string(1, tag) + length + content;
  };
  const auto key = [&](const std::string& e) {
    return der('\x30', der('\x02', std::string(1, '\0') + n) + der('\x02', e));
  };
  EXPECT_TRUE(PublicKey::parse(KeyType::rsa, key(std::string("\x01\x00\x01", 3))));
  EXPECT_FALSE(PublicKey::parse(KeyType::rsa, key(std::string(128, '\x41'))));
}

TEST(KeyRecord, IsParsedOnce) {
  const std::string text = key_record(ed_key());
  EXPECT_EQ(known_key_record(text), known_key_record(text));
}

}  // namespace
}  // namespace freehold::trust

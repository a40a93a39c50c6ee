#include <gtest/gtest.h>

#include "trust/limits.hpp"
#include "trust/testing/dkim_fixture.hpp"
#include "trust/testing/vectors.hpp"

namespace freehold::trust {
namespace {

using net::testing::DnsWorld;
using testing::crlf;
using testing::ed_key;
using testing::forged_signature;
using testing::kNow;
using testing::Mail;
using testing::rsa_key;
using testing::split_mail;
using testing::verify_dkim;

class DkimVerifying : public testing::Dkim {};

TEST_F(DkimVerifying, VerifiesTheMessageOfRfc8463WithBothKeys) {
  dns.txt("brisbane._domainkey.football.example.com", testing::kRfcEd25519Record);
  dns.txt("test._domainkey.football.example.com", testing::kRfcRsaRecord);
  const auto verdicts = verify_dkim(split_mail(crlf(testing::kRfc8463Mail)), dns, kNow);
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(verdicts[0].result, DkimResult::pass) << verdicts[0].reason;
  EXPECT_EQ(verdicts[0].algorithm, "ed25519-sha256");
  EXPECT_EQ(verdicts[0].domain, "football.example.com");
  EXPECT_EQ(verdicts[0].selector, "brisbane");
  EXPECT_EQ(verdicts[0].identity, "@football.example.com");
  EXPECT_EQ(verdicts[0].b, "/gCrinpc");
  EXPECT_EQ(verdicts[1].result, DkimResult::pass) << verdicts[1].reason;
  EXPECT_EQ(verdicts[1].algorithm, "rsa-sha256");
  EXPECT_EQ(verdicts[1].key_bits, 1024U);
}

TEST_F(DkimVerifying, VerifiesTheMessageOfRfc6376) {  // appendix A.2 with the key of appendix C
  dns.txt("brisbane._domainkey.example.com", testing::kRfc6376Record);
  const std::string text = crlf(R"(DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
)");
  EXPECT_EQ(results(split_mail(text)), "pass");
}

TEST_F(DkimVerifying, UnsignedMessageIsNone) {
  const auto verdicts = verify_dkim(mail, dns, kNow);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].result, DkimResult::none);
}

TEST_F(DkimVerifying, AllCanonicalFormsVerify) {
  for (const char* c : {"", "c=simple; ", "c=relaxed; ", "c=simple/simple; ", "c=simple/relaxed; ",
                        "c=relaxed/simple; ", "c=relaxed/relaxed; "}) {
    EXPECT_EQ(results(forged(c)), "pass") << c;
  }
}

TEST_F(DkimVerifying, SimpleFormsAllowNoChange) {
  Mail simple = forged("c=simple/relaxed; ");
  simple.header.replace(simple.header.find("From: "), 6, "from: ");
  EXPECT_EQ(results(simple), "fail (the signature is not of this header and key)");
  simple = forged("c=relaxed/simple; ");
  simple.body.replace(0, 7, "Hello ");
  EXPECT_EQ(results(simple), "fail (the body was changed)");
  simple = forged("c=simple/simple; ");
  simple.body += "\r\n\r\n";  // but empty lines at the end
  EXPECT_EQ(results(simple), "pass");
}

TEST_F(DkimVerifying, LengthThatCoversAllIsGood) {
  // Canonical: "Hello  Bert,\r\n\r\nsee you. \r\n"
  EXPECT_EQ(results(forged("l=27; ")), "pass");
  EXPECT_EQ(results(forged("l=26; ")), "policy (l= leaves a part of the body unsigned)");
  EXPECT_EQ(results(forged("l=0; ")), "policy (l= leaves a part of the body unsigned)");
  EXPECT_EQ(results(forged("l=28; ")), "fail (the body is shorter than l=)");
  Mail longer = forged("l=27; ");
  longer.body += "added\r\n";
  EXPECT_EQ(results(longer), "policy (l= leaves a part of the body unsigned)");
  EXPECT_EQ(verify_dkim(longer, dns, kNow)[0].body_length, 27U);
}

TEST_F(DkimVerifying, TimesAreJudgedWithSomePatience) {
  const std::string now_tag = std::to_string(to_millis(kNow) / 1000);
  const std::string t = "t=" + now_tag + "; ";
  EXPECT_EQ(results(forged(t)), "pass");
  EXPECT_EQ(results(forged(t), kNow - kSignatureClockSkew), "pass");
  EXPECT_EQ(results(forged(t), kNow - kSignatureClockSkew - std::chrono::seconds(1)),
            "policy (the signature is from the future)");
  const std::string x = "x=" + now_tag + "; ";
  EXPECT_EQ(results(forged(x)), "pass");
  EXPECT_EQ(results(forged(x), kNow + kSignatureClockSkew), "pass");
  EXPECT_EQ(results(forged(x), kNow + kSignatureClockSkew + std::chrono::seconds(1)),
            "policy (the signature has expired)");
  EXPECT_EQ(verify_dkim(forged(x), dns, kNow)[0].expires_at, kNow);
}

TEST_F(DkimVerifying, FieldsOfTheSameNameAreTakenFromBelow) {
  mail.header += "X: 1\r\nX: 2\r\n";
  const Mail once = forged("", "from:x");
  EXPECT_EQ(results({"X: 0\r\n" + once.header, once.body}), "pass");
  EXPECT_EQ(results({once.header + "X: 3\r\n", once.body}),
            "fail (the signature is not of this header and key)");
  const Mail absent = forged("", "from:y");
  EXPECT_EQ(results(absent), "pass");
  EXPECT_EQ(results({"Y: new\r\n" + absent.header, absent.body}),
            "fail (the signature is not of this header and key)");
}

TEST_F(DkimVerifying, SignaturesMaySignEarlierSignatures) {
  const Mail inner = forged("", "from");
  mail.header = inner.header;
  const Mail outer = forged("", "from:dkim-signature");
  EXPECT_EQ(results(outer), "pass, pass");
  const Mail greedy = forged("", "from:dkim-signature:dkim-signature");
  EXPECT_EQ(results(greedy), "pass, pass");
  Mail without = outer;
  without.header.erase(without.header.rfind("DKIM-Signature:"), inner.header.find("\r\n") + 2);
  EXPECT_EQ(results(without), "fail (the signature is not of this header and key)");
}

TEST_F(DkimVerifying, FoldsAndUnknownTagsAreLetPass) {
  Mail odd = forged("n=note; \r\n\tzz =\r\n  1 ;");
  EXPECT_EQ(results(odd), "pass");
  const std::size_t b = odd.header.find("; b=") + 4;
  for (std::size_t at = b + 70; at > b; at -= 7) odd.header.insert(at, "\r\n\t ");
  EXPECT_EQ(results(odd), "pass");
}

TEST_F(DkimVerifying, KeysAreJudged) {
  const std::string p = base64(ed_key().public_bytes());
  const std::pair<std::string, std::string> cases[] = {
      {"k=ed25519; p=" + p, "pass"},
      {"k=ed25519; t=y; p=" + p, "pass"},
      {"k=ed25519; t=s; p=" + p, "permerror (the key is for exactly d= only)"},
      {"k=ed25519; h=sha1; p=" + p, "permerror (the key is not for sha256)"},
      {"k=ed25519; p=", "permerror (the key is revoked)"},
      {key_record(rsa_key()), "permerror (the key is of another kind than a=)"},
      {"nonsense", "permerror (the key record is malformed)"},
      {std::string("k=ed25519; n=") + std::string(kMaxKeyRecord, 'x') + "; p=" + p,
       "permerror (there is no key)"},
      {"k=ed25519; p=" + base64(PrivateKey::make(KeyType::ed25519).value().public_bytes()),
       "fail (the signature is not of this header and key)"},
  };
  for (const auto& [record, expected] : cases) {
    DnsWorld world;
    world.txt("e._domainkey.a.test", record);
    std::swap(dns, world);
    EXPECT_EQ(results(forged("i=@sub.a.test; ")), expected) << record;
    std::swap(dns, world);
  }
}

TEST_F(DkimVerifying, TestingDomainsAreToldApart) {
  DnsWorld world;
  world.txt("e._domainkey.a.test", "t=y; k=ed25519; p=" + base64(ed_key().public_bytes()));
  EXPECT_TRUE(verify_dkim(forged(""), world, kNow)[0].testing);
  EXPECT_FALSE(verify_dkim(forged(""), dns, kNow)[0].testing);
}

TEST_F(DkimVerifying, FirstUsableKeyOfSeveralIsTaken) {
  DnsWorld world;
  world.txt("e._domainkey.a.test", "v=spf1 -all");
  world.txt("e._domainkey.a.test", key_record(rsa_key()));
  world.txt("e._domainkey.a.test", key_record(ed_key()));
  EXPECT_EQ(verify_dkim(forged(""), world, kNow)[0].result, DkimResult::pass);
}

TEST_F(DkimVerifying, TroubleWithDnsIsTold) {
  const std::string name = "e._domainkey.a.test";
  const std::pair<net::DnsStatus, std::string> cases[] = {
      {net::DnsStatus::failed, "temperror (the key cannot be looked up)"},
      {net::DnsStatus::bogus, "temperror (the key cannot be looked up)"},
      {net::DnsStatus::no_data, "permerror (there is no key)"},
      {net::DnsStatus::no_such_domain, "permerror (there is no key)"},
  };
  for (const auto& [status, expected] : cases) {
    dns.fails(name, status);
    EXPECT_EQ(results(forged("")), expected);
  }
}

TEST_F(DkimVerifying, NamesThatCannotBeAskedForAreNotAskedFor) {
  for (const char* d : {"a..test", "a.test.", "a_b!.test", "x y"}) {
    const std::string tags = std::string("v=1; a=ed25519-sha256; s=e; h=from; d=") + d + "; bh=BH";
    const Mail odd{forged_signature(SignatureKind::dkim, tags, ed_key(), mail) + mail.header,
                   mail.body};
    const unsigned before = dns.questions();
    EXPECT_TRUE(results(odd).starts_with("permerror")) << d << results(odd);
    EXPECT_LE(dns.questions(), before + 1);
  }
}

TEST_F(DkimVerifying, DomainsMayBeWrittenInUnicode) {  // RFC 8616
  dns.txt("e._domainkey.xn--bcher-kva.test", key_record(ed_key()));
  const std::string tags =
      "v=1; a=ed25519-sha256; s=e; h=from; d=b\xc3\xbc"
      "cher.test; bh=BH";
  const Mail unicode{forged_signature(SignatureKind::dkim, tags, ed_key(), mail) + mail.header,
                     mail.body};
  EXPECT_EQ(results(unicode), "pass");
}

TEST_F(DkimVerifying, HistoricAndWeakSignaturesAreAMatterOfPolicy) {
  const Mail sha1{
      "DKIM-Signature: v=1; a=rsa-sha1; d=a.test; s=r; h=from; bh=AAAA; b=AAAA\r\n" + mail.header,
      mail.body};
  EXPECT_EQ(results(sha1), "policy (rsa-sha1 is not to be trusted)");  // RFC 8301, 3.1
  EXPECT_EQ(dns.questions(), 0U);
  // A modulus of 768 bits; nothing is verified with it (RFC 8301, 3.2).
  const std::string modulus = "\x02\x61" + std::string(1, '\0') + std::string(96, '\xc1');
  const std::string key = "\x30\x68" + modulus + std::string("\x02\x03\x01\x00\x01", 5);
  dns.txt("weak._domainkey.a.test", "k=rsa; p=" + base64(key));
  const Mail weak{
      forged_signature(SignatureKind::dkim, "v=1; a=rsa-sha256; d=a.test; s=weak; h=from; bh=BH",
                       rsa_key(), mail) +
          mail.header,
      mail.body};
  EXPECT_EQ(results(weak), "policy (the key is shorter than 1024 bits)");
  EXPECT_EQ(verify_dkim(weak, dns, kNow)[0].key_bits, 768U);
}

TEST_F(DkimVerifying, ChangedBodyNeedsNoKey) {
  Mail changed = forged("");
  changed.body += "x";
  EXPECT_EQ(results(changed), "fail (the body was changed)");
  EXPECT_EQ(dns.questions(), 0U);
}

TEST_F(DkimVerifying, SignaturesBeyondTheLimitAreNotLookedAt) {
  const std::string one = forged("").header.substr(0, forged("").header.find("From:"));
  std::string many;
  for (std::size_t i = 0; i < kMaxDkimSignatures + 5; ++i) many += one;
  EXPECT_EQ(verify_dkim({many + mail.header, mail.body}, dns, kNow).size(), kMaxDkimSignatures);
}

TEST_F(DkimVerifying, DifferentLengthsAreBounded) {
  std::string many;
  for (std::size_t i = 0; i < kMaxDkimSignatures; ++i) {
    const std::string header = forged("l=" + std::to_string(i) + "; ").header;
    many += header.substr(0, header.find("From:"));
  }
  const auto verdicts = verify_dkim({many + mail.header, mail.body}, dns, kNow);
  EXPECT_EQ(verdicts[kMaxBodyHashes - 1].result, DkimResult::policy);
  EXPECT_EQ(verdicts[kMaxBodyHashes].reason, "too many different body hashes");
}

TEST_F(DkimVerifying, HugeHeadersAreNotHashed) {
  Mail huge = forged("");
  huge.header += "X: " + std::string(kMaxSignedHeader, 'x') + "\r\n";
  EXPECT_EQ(results(huge), "neutral (the header is too large)");
  Mail many = forged("");
  for (std::size_t i = 0; i < kMaxHeaderFields; ++i) many.header += "X:\r\n";
  EXPECT_EQ(results(many), "neutral (the header is too large)");
}

}  // namespace
}  // namespace freehold::trust

#include <gtest/gtest.h>

#include <algorithm>

#include "trust/dkim_signer.hpp"
#include "trust/dkim_verifier.hpp"
#include "trust/limits.hpp"
#include "trust/testing/forge.hpp"
#include "trust/testing/vectors.hpp"

namespace freehold::trust {
namespace {

using net::testing::DnsWorld;
using testing::crlf;
using testing::ed_key;
using testing::forged_signature;
using testing::Mail;
using testing::rsa_key;
using testing::split_mail;
using testing::verify_dkim;

constexpr Time kNow = from_millis(1'790'000'000'000);
const std::string kNowTag = "1790000000";

class Dkim : public ::testing::Test {
 protected:
  Dkim() {
    dns.txt("r._domainkey.a.test", key_record(rsa_key()));
    dns.txt("e._domainkey.a.test", key_record(ed_key()));
  }

  // Signed by "e" with these tags before h=, bh= and b=.
  Mail forged(const std::string& tags, const std::string& h = "from:to:subject") {
    const std::string all = "v=1; a=ed25519-sha256; d=a.test; s=e; " + tags + "h=" + h + "; bh=BH";
    return {forged_signature(SignatureKind::dkim, all, ed_key(), mail) + mail.header, mail.body};
  }

  std::string sign(Time now = kNow) {
    DkimSigner signer({{"r", rsa_key()}, {"e", ed_key()}}, "a.test");
    signer.header(message::Header(mail.header));
    signer.body(mail.body.substr(0, 3));
    signer.body(std::string_view(mail.body).substr(3));
    return signer.finish(now);
  }

  std::string results(const Mail& message, Time now = kNow) {
    std::string out;
    for (const DkimVerdict& verdict : verify_dkim(message, dns, now)) {
      if (!out.empty()) out += ", ";
      out += to_string(verdict.result);
      if (!verdict.reason.empty()) out += " (" + verdict.reason + ")";
    }
    return out;
  }

  DnsWorld dns;
  Mail mail{"From: Anna <anna@a.test>\r\nTo: bert@b.test\r\nSubject: the  garden\r\n",
            "Hello  Bert,\r\n\r\nsee you. \r\n\r\n"};
};

TEST_F(Dkim, VerifiesTheMessageOfRfc8463WithBothKeys) {
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

TEST_F(Dkim, SignsWithTheKeyOfRfc8463AsTheRfcDoes) {
  // Ed25519 has one signature only for a key and a text.
  const auto key = PrivateKey::from_ed25519_seed(*unbase64(testing::kRfcEd25519Seed)).value();
  Mail rfc = split_mail(crlf(testing::kRfc8463Mail));
  rfc.header.erase(0, rfc.header.find("From:"));
  const std::string field =
      forged_signature(SignatureKind::dkim,
                       "v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; "
                       "i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : "
                       "to :\r\n subject : "
                       "date : message-id : from : subject : date;\r\n bh=BH",
                       key, rfc);
  EXPECT_TRUE(
      field.ends_with("b=/"
                      "gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+"
                      "eXdp1Q1Dw==\r\n"))
      << field;
}

TEST_F(Dkim, VerifiesTheMessageOfRfc6376) {  // appendix A.2 with the key of appendix C
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

TEST_F(Dkim, OwnSignaturesVerify) {
  const std::string fields = sign();
  const auto verdicts = verify_dkim({fields + mail.header, mail.body}, dns, kNow);
  ASSERT_EQ(verdicts.size(), 2U);
  for (const auto& verdict : verdicts) {
    EXPECT_EQ(verdict.result, DkimResult::pass) << verdict.reason;
    EXPECT_EQ(verdict.domain, "a.test");
    EXPECT_EQ(verdict.signed_at, kNow);
    EXPECT_FALSE(verdict.body_length);
  }
  EXPECT_EQ(verdicts[0].selector, "r");
  EXPECT_EQ(verdicts[1].selector, "e");
}

TEST_F(Dkim, OwnSignaturesAreShortLinesWithoutWhatIsNotAskedFor) {
  const std::string fields = sign();
  const message::Header header(fields);
  ASSERT_EQ(header.fields().size(), 2U);
  for (std::size_t at = 0; at < fields.size();) {
    const std::size_t end = fields.find("\r\n", at);
    EXPECT_LE(end - at, 78U);
    at = end + 2;
  }
  const auto field = parse_signature_field(SignatureKind::dkim, header.value(header.fields()[0]));
  EXPECT_FALSE(field.fault);
  EXPECT_EQ(field.header_form, Canonicalization::relaxed);
  EXPECT_EQ(field.body_form, (BodyForm{Canonicalization::relaxed, {}}));
  EXPECT_FALSE(fields.contains(" i="));
  EXPECT_FALSE(fields.contains(" l="));
}

TEST_F(Dkim, IdentityIsSaidWhenAskedFor) {
  DkimSigner signer({{"e", ed_key()}}, "a.test", "anna@a.test");
  signer.header(message::Header(mail.header));
  signer.body(mail.body);
  const auto verdicts = verify_dkim({signer.finish(kNow) + mail.header, mail.body}, dns, kNow);
  EXPECT_EQ(verdicts[0].result, DkimResult::pass);
  EXPECT_EQ(verdicts[0].identity, "anna@a.test");
}

TEST_F(Dkim, NothingCanBeAddedToOwnMessages) {
  const std::string fields = sign();
  for (const char* name :
       {"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To",
        "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}) {
    const std::string more = std::string(name) + ": more\r\n";
    const std::string failed = "fail (the signature is not of this header and key)";
    EXPECT_EQ(results({more + fields + mail.header, mail.body}), failed + ", " + failed) << name;
    EXPECT_EQ(results({fields + mail.header + more, mail.body}), failed + ", " + failed) << name;
  }
  EXPECT_EQ(results({"Received: x\r\nX-Spam: no\r\n" + fields + mail.header, mail.body}),
            "pass, pass");
}

TEST_F(Dkim, ListFieldsAreSignedOnlyInListMail) {
  const std::string plain = sign();
  EXPECT_EQ(results({"List-Id: <x>\r\n" + plain + mail.header, mail.body}), "pass, pass");
  mail.header += "List-Id: <x.a.test>\r\n";
  const std::string of_list = sign();
  EXPECT_EQ(results({of_list + mail.header, mail.body}), "pass, pass");
  const std::string failed = "fail (the signature is not of this header and key)";
  EXPECT_EQ(
      results({"List-Unsubscribe: <http://evil.test>\r\n" + of_list + mail.header, mail.body}),
      failed + ", " + failed);
}

TEST_F(Dkim, EveryChangeIsSeen) {
  const std::string fields = sign();
  const std::string body = "fail (the body was changed), fail (the body was changed)";
  const std::string header =
      "fail (the signature is not of this header and key), fail (the signature is not of this "
      "header "
      "and key)";
  EXPECT_EQ(results({fields + mail.header, mail.body + "more\r\n"}), body);
  EXPECT_EQ(results({fields + mail.header, mail.body.substr(1)}), body);
  EXPECT_EQ(results({fields + mail.header, ""}), body);
  std::string changed = mail.header;
  changed.replace(changed.find("garden"), 6, "kitchen");
  EXPECT_EQ(results({fields + changed, mail.body}), header);
  EXPECT_EQ(results({fields + "Subject: x\r\nTo: y\r\n", mail.body}), header);
}

TEST_F(Dkim, WhatRelaxedFormsAllowIsNoChange) {
  const std::string fields = sign();
  EXPECT_EQ(
      results(
          {fields + "FROM:  Anna\t<anna@a.test>  \r\nto:bert@b.test\r\nSubject: the\r\n garden\r\n",
           "Hello Bert,  \r\n\t\r\nsee\tyou.\r\n"}),
      "pass, pass");
}

TEST_F(Dkim, UnsignedMessageIsNone) {
  const auto verdicts = verify_dkim(mail, dns, kNow);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].result, DkimResult::none);
}

TEST_F(Dkim, AllCanonicalFormsVerify) {
  for (const char* c : {"", "c=simple; ", "c=relaxed; ", "c=simple/simple; ", "c=simple/relaxed; ",
                        "c=relaxed/simple; ", "c=relaxed/relaxed; "}) {
    EXPECT_EQ(results(forged(c)), "pass") << c;
  }
}

TEST_F(Dkim, SimpleFormsAllowNoChange) {
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

TEST_F(Dkim, LengthThatCoversAllIsGood) {
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

TEST_F(Dkim, TimesAreJudgedWithSomePatience) {
  const std::string t = "t=" + kNowTag + "; ";
  EXPECT_EQ(results(forged(t)), "pass");
  EXPECT_EQ(results(forged(t), kNow - kSignatureClockSkew), "pass");
  EXPECT_EQ(results(forged(t), kNow - kSignatureClockSkew - std::chrono::seconds(1)),
            "policy (the signature is from the future)");
  const std::string x = "x=" + kNowTag + "; ";
  EXPECT_EQ(results(forged(x)), "pass");
  EXPECT_EQ(results(forged(x), kNow + kSignatureClockSkew), "pass");
  EXPECT_EQ(results(forged(x), kNow + kSignatureClockSkew + std::chrono::seconds(1)),
            "policy (the signature has expired)");
  EXPECT_EQ(verify_dkim(forged(x), dns, kNow)[0].expires_at, kNow);
}

TEST_F(Dkim, FieldsOfTheSameNameAreTakenFromBelow) {
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

TEST_F(Dkim, SignaturesMaySignEarlierSignatures) {
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

TEST_F(Dkim, FoldsAndUnknownTagsAreLetPass) {
  Mail odd = forged("n=note; \r\n\tzz =\r\n  1 ;");
  EXPECT_EQ(results(odd), "pass");
  const std::size_t b = odd.header.find("; b=") + 4;
  for (std::size_t at = b + 70; at > b; at -= 7) odd.header.insert(at, "\r\n\t ");
  EXPECT_EQ(results(odd), "pass");
}

TEST_F(Dkim, KeysAreJudged) {
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

TEST_F(Dkim, TestingDomainsAreToldApart) {
  DnsWorld world;
  world.txt("e._domainkey.a.test", "t=y; k=ed25519; p=" + base64(ed_key().public_bytes()));
  EXPECT_TRUE(verify_dkim(forged(""), world, kNow)[0].testing);
  EXPECT_FALSE(verify_dkim(forged(""), dns, kNow)[0].testing);
}

TEST_F(Dkim, FirstUsableKeyOfSeveralIsTaken) {
  DnsWorld world;
  world.txt("e._domainkey.a.test", "v=spf1 -all");
  world.txt("e._domainkey.a.test", key_record(rsa_key()));
  world.txt("e._domainkey.a.test", key_record(ed_key()));
  EXPECT_EQ(verify_dkim(forged(""), world, kNow)[0].result, DkimResult::pass);
}

TEST_F(Dkim, TroubleWithDnsIsTold) {
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

TEST_F(Dkim, NamesThatCannotBeAskedForAreNotAskedFor) {
  for (const char* d : {"a..test", "a.test.", "a_b!.test", "x y"}) {
    const std::string tags = std::string("v=1; a=ed25519-sha256; s=e; h=from; d=") + d + "; bh=BH";
    const Mail odd{forged_signature(SignatureKind::dkim, tags, ed_key(), mail) + mail.header,
                   mail.body};
    const unsigned before = dns.questions();
    EXPECT_TRUE(results(odd).starts_with("permerror")) << d << results(odd);
    EXPECT_LE(dns.questions(), before + 1);
  }
}

TEST_F(Dkim, DomainsMayBeWrittenInUnicode) {  // RFC 8616
  dns.txt("e._domainkey.xn--bcher-kva.test", key_record(ed_key()));
  const std::string tags =
      "v=1; a=ed25519-sha256; s=e; h=from; d=b\xc3\xbc"
      "cher.test; bh=BH";
  const Mail unicode{forged_signature(SignatureKind::dkim, tags, ed_key(), mail) + mail.header,
                     mail.body};
  EXPECT_EQ(results(unicode), "pass");
}

TEST_F(Dkim, HistoricAndWeakSignaturesAreAMatterOfPolicy) {
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

TEST_F(Dkim, ChangedBodyNeedsNoKey) {
  Mail changed = forged("");
  changed.body += "x";
  EXPECT_EQ(results(changed), "fail (the body was changed)");
  EXPECT_EQ(dns.questions(), 0U);
}

TEST_F(Dkim, SignaturesBeyondTheLimitAreNotLookedAt) {
  const std::string one = forged("").header.substr(0, forged("").header.find("From:"));
  std::string many;
  for (std::size_t i = 0; i < kMaxDkimSignatures + 5; ++i) many += one;
  EXPECT_EQ(verify_dkim({many + mail.header, mail.body}, dns, kNow).size(), kMaxDkimSignatures);
}

TEST_F(Dkim, DifferentLengthsAreBounded) {
  std::string many;
  for (std::size_t i = 0; i < kMaxDkimSignatures; ++i) {
    const std::string header = forged("l=" + std::to_string(i) + "; ").header;
    many += header.substr(0, header.find("From:"));
  }
  const auto verdicts = verify_dkim({many + mail.header, mail.body}, dns, kNow);
  EXPECT_EQ(verdicts[kMaxBodyHashes - 1].result, DkimResult::policy);
  EXPECT_EQ(verdicts[kMaxBodyHashes].reason, "too many different body hashes");
}

TEST_F(Dkim, HugeHeadersAreNotHashed) {
  Mail huge = forged("");
  huge.header += "X: " + std::string(kMaxSignedHeader, 'x') + "\r\n";
  EXPECT_EQ(results(huge), "neutral (the header is too large)");
  Mail many = forged("");
  for (std::size_t i = 0; i < kMaxHeaderFields; ++i) many.header += "X:\r\n";
  EXPECT_EQ(results(many), "neutral (the header is too large)");
}

TEST_F(Dkim, SplitsOfTheBodyDoNotMatter) {
  mail.body.clear();
  for (int i = 0; i < 300; ++i) mail.body += "line \t " + std::to_string(i) + "  \r\n\r\n";
  const Mail is_signed{sign() + mail.header, mail.body};
  for (const std::size_t piece : {1UL, 2UL, 63UL, 64UL, 129UL, 100000UL}) {
    for (const auto& verdict : verify_dkim(is_signed, dns, kNow, piece)) {
      EXPECT_EQ(verdict.result, DkimResult::pass) << piece;
    }
  }
}

}  // namespace
}  // namespace freehold::trust

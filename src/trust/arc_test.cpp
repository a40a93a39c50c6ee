#include "trust/arc.hpp"

#include <gtest/gtest.h>

#include "trust/limits.hpp"
#include "trust/testing/forge.hpp"
#include "trust/testing/vectors.hpp"

namespace freehold::trust {
namespace {

using net::testing::DnsWorld;
using testing::crlf;
using testing::ed_key;
using testing::Mail;
using testing::rsa_key;
using testing::split_mail;

constexpr Time kNow = from_millis(1'790'000'000'000);

class Arc : public ::testing::Test {
 protected:
  Arc() {
    dns.txt("e._domainkey.one.test", key_record(ed_key()));
    dns.txt("e._domainkey.two.test", key_record(ed_key()));
    dns.txt("r._domainkey.three.test", key_record(rsa_key()));
    dns.txt("dummy._domainkey.example.org", testing::kRfcRsaRecord);
  }

  ArcChain verify(const Mail& message) {
    const message::Header header(message.header);
    BodyHashes bodies;
    const ArcVerifier verifier(header, bodies);
    bodies.update(message.body);
    bodies.finish();
    return freehold::testing::run(verifier.verify(dns, kNow));
  }

  std::string status(const Mail& message) {
    const ArcChain chain = verify(message);
    return std::string(to_string(chain.status)) +
           (chain.reason.empty() ? "" : " (" + chain.reason + ")");
  }

  // What `domain` adds to a message.
  std::string set_of(const Mail& message, const ArcChain& chain, const std::string& domain,
                     const SigningKey& key) {
    BodyHashes bodies;
    const ArcSealer sealer(key, domain, bodies);
    bodies.update(message.body);
    bodies.finish();
    return sealer.seal(message::Header(message.header), chain,
                       "mx." + domain + "; spf=pass smtp.mailfrom=anna@a.test", kNow);
  }

  void seal(const std::string& domain, SigningKey key = {"e", ed_key()}) {
    mail.header = set_of(mail, verify(mail), domain, key) + mail.header;
  }

  // Changes the first occurrence.
  static Mail with(Mail message, const std::string& from, const std::string& to) {
    const std::size_t at = message.header.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    message.header.replace(at, from.size(), to);
    return message;
  }

  DnsWorld dns;
  Mail mail{
      "From: Anna <anna@a.test>\r\nTo: list@one.test\r\nSubject: hello\r\nDKIM-Signature: x=1\r\n",
      "Hello all.\r\n"};
};

TEST_F(Arc, NoChainIsNone) {
  EXPECT_EQ(status(mail), "none");
  EXPECT_EQ(verify(mail).highest, 0U);
}

TEST_F(Arc, MessagesOfTheTestSuitePass) {
  const std::string first =
      std::string(testing::kArcSuiteFirstSet) + "John" + testing::kArcSuiteRest;
  const ArcChain one = verify(split_mail(crlf("MIME-Version: 1.0\n" + first)));
  EXPECT_EQ(one.status, ArcStatus::pass) << one.reason;
  const ArcChain two = verify(split_mail(crlf(testing::kArcSuiteMail + first)));
  EXPECT_EQ(two.status, ArcStatus::pass) << two.reason;
  EXPECT_EQ(two.oldest_pass, 0U);
  EXPECT_EQ(two.highest, 2U);
  EXPECT_EQ(two.sets.at(0).authentication_results.substr(0, 17), "lists.example.org");
}

TEST_F(Arc, ChangedMessageOfTheTestSuitePassesSinceTheChange) {
  const ArcChain chain =
      verify(split_mail(crlf(std::string(testing::kArcSuiteChangedMail) +
                             testing::kArcSuiteFirstSet + "Gene" + testing::kArcSuiteRest)));
  EXPECT_EQ(chain.status, ArcStatus::pass) << chain.reason;
  EXPECT_EQ(chain.oldest_pass, 2U);
}

TEST_F(Arc, OwnSealsMakeAChain) {
  seal("one.test");
  EXPECT_TRUE(mail.header.contains("cv=none"));
  EXPECT_EQ(status(mail), "pass");
  mail.header = "Received: by two.test\r\n" + mail.header;
  seal("two.test");
  seal("three.test", {"r", rsa_key()});
  const ArcChain chain = verify(mail);
  EXPECT_EQ(chain.status, ArcStatus::pass) << chain.reason;
  EXPECT_EQ(chain.highest, 3U);
  EXPECT_EQ(chain.oldest_pass, 0U);
  ASSERT_EQ(chain.sets.size(), 3U);
  EXPECT_EQ(chain.sets[1].instance, 2U);
  EXPECT_EQ(chain.sets[1].seal_domain, "two.test");
  EXPECT_EQ(chain.sets[1].message_domain, "two.test");
  EXPECT_EQ(chain.sets[1].authentication_results,
            "mx.two.test; spf=pass smtp.mailfrom=anna@a.test");
}

TEST_F(Arc, ListThatChangesTheMessageIsFollowed) {
  seal("one.test");
  const ArcChain arrived = verify(mail);
  mail.body += "-- \r\nthe list\r\n";
  mail = with(mail, "Subject: hello", "Subject: [list] hello");
  mail.header = set_of(mail, arrived, "two.test", {"e", ed_key()}) + mail.header;
  seal("three.test", {"r", rsa_key()});
  const ArcChain chain = verify(mail);
  EXPECT_EQ(chain.status, ArcStatus::pass) << chain.reason;
  EXPECT_EQ(chain.oldest_pass, 2U);
}

TEST_F(Arc, ChangedMessageFails) {
  seal("one.test");
  Mail changed = mail;
  changed.body += "x\r\n";
  EXPECT_EQ(status(changed), "fail (message signature: the body was changed (i=1))");
  EXPECT_EQ(status(with(mail, "Subject: hello", "Subject: other")),
            "fail (message signature: the signature is not of this header and key (i=1))");
  EXPECT_EQ(status(with(mail, "DKIM-Signature: x=1\r\n", "")),
            "fail (message signature: the signature is not of this header and key (i=1))");
}

TEST_F(Arc, ChangedChainFails) {
  seal("one.test");
  seal("two.test");
  const std::string of_two = "fail (seal: the signature is not of this header and key (i=2))";
  EXPECT_EQ(status(with(mail, "i=1; mx.one.test; spf=pass", "i=1; mx.one.test; spf=fail")), of_two);
  EXPECT_EQ(status(with(mail, "i=2; mx.two.test; spf=pass", "i=2; mx.two.test; spf=fail")), of_two);
}

TEST_F(Arc, RulesOfFormAreKept) {
  seal("one.test");
  seal("two.test");
  const std::string whole = "fail (an ARC set is not whole)";
  EXPECT_EQ(status(with(mail, "ARC-Seal: i=1", "X-Seal: i=1")), whole);
  EXPECT_EQ(status(with(mail, "ARC-Seal: i=2", "X-Seal: i=2")), whole);
  EXPECT_EQ(status(with(mail, "ARC-Message-Signature: i=1", "X: i=1")), whole);
  EXPECT_EQ(status(with(mail, "ARC-Authentication-Results: i=2", "X: i=2")), whole);
  EXPECT_EQ(status(with(mail, "ARC-Seal: i=2", "ARC-Seal: i=3")), whole);
  const std::string twice = "fail (an ARC field is there twice)";
  EXPECT_EQ(status(with(mail, "ARC-Seal: i=2", "ARC-Seal: i=1")), twice);
  Mail more = mail;
  more.header += "ARC-Authentication-Results: i=1; x\r\n";
  EXPECT_EQ(status(more), twice);
  const std::string instance = "fail (an ARC field has no valid instance)";
  EXPECT_EQ(status(with(mail, "ARC-Seal: i=2", "ARC-Seal: i=0")), instance);
  EXPECT_EQ(status(with(mail, "ARC-Seal: i=2", "ARC-Seal: i=51")), instance);
  EXPECT_EQ(status(with(mail, "ARC-Seal: i=2;", "ARC-Seal:")), instance);
  EXPECT_EQ(status(with(mail, "ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: ")),
            instance);
}

TEST_F(Arc, ValuesOfCvAreKept) {
  seal("one.test");
  EXPECT_EQ(status(with(mail, "cv=none", "cv=pass")), "fail (cv= is not what it has to be (i=1))");
  EXPECT_EQ(status(with(mail, "cv=none", "cv=fail")), "fail (the last seal says so)");
  seal("two.test");
  EXPECT_EQ(status(with(mail, "cv=pass", "cv=none")), "fail (cv= is not what it has to be (i=2))");
  EXPECT_EQ(status(with(mail, "cv=none", "cv=fail")), "fail (cv= is not what it has to be (i=1))");
  EXPECT_EQ(status(with(mail, "cv=pass", "cv=maybe")), "fail (cv= is not known (i=2))");
}

TEST_F(Arc, SealWithAFieldListFails) {
  seal("one.test");
  EXPECT_EQ(status(with(mail, "cv=none;", "cv=none; h=from;")), "fail (a seal has h= (i=1))");
}

TEST_F(Arc, InstanceMayHaveCommentsAroundIt) {
  mail.header =
      "ARC-Authentication-Results: (a) i (b) = (c) 1 (d) ; x\r\nARC-Seal: i=1\r\n"
      "ARC-Message-Signature: i=1\r\n" +
      mail.header;
  EXPECT_EQ(status(mail), "fail (a= is missing (i=1))");  // so the form is right
}

TEST_F(Arc, FailedChainIsSealedForTheLastTime) {
  seal("one.test");
  mail.body += "changed\r\n";
  seal("two.test");
  EXPECT_TRUE(mail.header.contains("cv=fail"));
  EXPECT_EQ(status(mail), "fail (the last seal says so)");
  EXPECT_EQ(set_of(mail, verify(mail), "three.test", {"r", rsa_key()}), "");
}

TEST_F(Arc, FailedChainIsSealedAsIfTheSetWereAlone) {  // RFC 8617, 5.1.2
  mail.header = "ARC-Seal: nonsense\r\n" + mail.header;
  const ArcChain chain = verify(mail);
  EXPECT_EQ(chain.status, ArcStatus::fail);
  const std::string set = set_of(mail, chain, "one.test", {"e", ed_key()});
  EXPECT_TRUE(set.contains("ARC-Seal: i=1;"));
  EXPECT_TRUE(set.contains("cv=fail"));
  const message::Header fields(set);
  std::string covered;
  for (const char* name : {"ARC-Authentication-Results", "ARC-Message-Signature"}) {
    const auto& field = *fields.find(name);
    append_canonical(covered, Canonicalization::relaxed, fields.name(field), fields.value(field),
                     "");
  }
  const auto& field = *fields.find("ARC-Seal");
  const auto seal = parse_signature_field(SignatureKind::arc_seal, fields.value(field));
  append_own_field(covered, Canonicalization::relaxed, "ARC-Seal", fields.value(field),
                   fields.line(field), seal.b_begin, seal.b_end);
  const auto key = PublicKey::parse(KeyType::ed25519, ed_key().public_bytes());
  EXPECT_TRUE(key->verifies(sha256(covered), seal.signature));
}

TEST_F(Arc, TroubleWithDnsIsTemporaryAndSealsNothing) {
  seal("one.test");
  dns.fails("e._domainkey.one.test");
  const ArcChain chain = verify(mail);
  EXPECT_EQ(chain.status, ArcStatus::fail);
  EXPECT_TRUE(chain.temporary);
  EXPECT_EQ(set_of(mail, chain, "two.test", {"e", ed_key()}), "");
}

TEST_F(Arc, FullChainTakesNoMore) {
  for (std::size_t i = 0; i < kMaxArcSets; ++i) seal("one.test");
  const ArcChain chain = verify(mail);
  EXPECT_EQ(chain.status, ArcStatus::pass) << chain.reason;
  EXPECT_EQ(chain.highest, kMaxArcSets);
  EXPECT_EQ(set_of(mail, chain, "one.test", {"e", ed_key()}), "");
}

TEST_F(Arc, ResultsCannotBringFieldsOfTheirOwn) {
  BodyHashes bodies;
  const ArcSealer sealer({"e", ed_key()}, "one.test", bodies);
  bodies.update(mail.body);
  bodies.finish();
  const std::string set =
      sealer.seal(message::Header(mail.header), {}, "mx;\r\nEvil: 1\r\n\r\nbody", kNow);
  const message::Header fields(set);
  EXPECT_EQ(fields.fields().size(), 3U);
  EXPECT_EQ(fields.find("Evil"), nullptr);
  EXPECT_EQ(status({set + mail.header, mail.body}), "pass");
}

}  // namespace
}  // namespace freehold::trust

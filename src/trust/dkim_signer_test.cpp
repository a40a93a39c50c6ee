#include <gtest/gtest.h>

#include "trust/limits.hpp"
#include "trust/testing/dkim_fixture.hpp"
#include "trust/testing/vectors.hpp"

namespace freehold::trust {
namespace {

using testing::crlf;
using testing::ed_key;
using testing::forged_signature;
using testing::kNow;
using testing::Mail;
using testing::split_mail;
using testing::verify_dkim;

class DkimSigning : public testing::Dkim {};

TEST_F(DkimSigning, SignsWithTheKeyOfRfc8463AsTheRfcDoes) {
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

TEST_F(DkimSigning, OwnSignaturesVerify) {
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

TEST_F(DkimSigning, OwnSignaturesAreShortLinesWithoutWhatIsNotAskedFor) {
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

TEST_F(DkimSigning, IdentityIsSaidWhenAskedFor) {
  DkimSigner signer({{"e", ed_key()}}, "a.test", "anna@a.test");
  signer.header(message::Header(mail.header));
  signer.body(mail.body);
  const auto verdicts = verify_dkim({signer.finish(kNow) + mail.header, mail.body}, dns, kNow);
  EXPECT_EQ(verdicts[0].result, DkimResult::pass);
  EXPECT_EQ(verdicts[0].identity, "anna@a.test");
}

TEST_F(DkimSigning, NothingCanBeAddedToOwnMessages) {
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

TEST_F(DkimSigning, ListFieldsAreSignedOnlyInListMail) {
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

TEST_F(DkimSigning, EveryChangeIsSeen) {
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

TEST_F(DkimSigning, WhatRelaxedFormsAllowIsNoChange) {
  const std::string fields = sign();
  EXPECT_EQ(
      results(
          {fields + "FROM:  Anna\t<anna@a.test>  \r\nto:bert@b.test\r\nSubject: the\r\n garden\r\n",
           "Hello Bert,  \r\n\t\r\nsee\tyou.\r\n"}),
      "pass, pass");
}

TEST_F(DkimSigning, SplitsOfTheBodyDoNotMatter) {
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

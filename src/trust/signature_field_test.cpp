#include "trust/signature_field.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace freehold::trust {
namespace {

std::string bh() { return "bh=eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="; }

std::string fault(SignatureKind kind, const std::string& value) {
  const auto field = parse_signature_field(kind, value);
  if (!field.fault) return "";
  return std::string(to_string(field.fault->result)) + ": " + field.fault->reason;
}

TEST(SignatureField, IsReadWithAllItsTags) {
  const auto field = parse_signature_field(
      SignatureKind::dkim,
      " v=1; a=rsa-sha256; c=relaxed/simple; d=Example.ORG;\r\n\ts=Sel; i=joe@mail.example.org;"
      " l=12; q=dns/txt; t=1117574938; x=1118006938; z=From:foo|To:bar; h=From : To:\r\n\t subject;"
      " " +
          bh() + ";\r\n\tb=AAEC\r\n\t Aw==");
  EXPECT_FALSE(field.fault);
  EXPECT_EQ(field.key_type, KeyType::rsa);
  EXPECT_EQ(field.header_form, Canonicalization::relaxed);
  EXPECT_EQ(field.body_form.canonicalization, Canonicalization::simple);
  EXPECT_EQ(field.body_form.length, 12U);
  EXPECT_EQ(field.domain, "example.org");
  EXPECT_EQ(field.selector, "Sel");
  EXPECT_EQ(field.identity, "joe@mail.example.org");
  EXPECT_EQ(field.fields, (std::vector<std::string>{"from", "to", "subject"}));
  EXPECT_EQ(rfc3339(*field.signed_at), "2005-05-31T21:28:58Z");
  EXPECT_EQ(rfc3339(*field.expires_at), "2005-06-05T21:28:58Z");
  EXPECT_EQ(field.signature, std::string("\0\1\2\3", 4));
  EXPECT_EQ(field.b, "AAECAw==");
}

TEST(SignatureField, DefaultsAreThoseOfTheRfc) {
  const auto field = parse_signature_field(
      SignatureKind::dkim, "v=1; a=ed25519-sha256; d=a.test; s=x; h=from; " + bh() + "; b=AAAA");
  EXPECT_FALSE(field.fault);
  EXPECT_EQ(field.key_type, KeyType::ed25519);
  EXPECT_EQ(field.header_form, Canonicalization::simple);
  EXPECT_EQ(field.body_form, BodyForm{});
  EXPECT_EQ(field.identity, "@a.test");
  EXPECT_FALSE(field.signed_at);
}

TEST(SignatureField, FaultsAreNamed) {
  const std::string rest = "; a=rsa-sha256; d=a.test; s=x; h=from; " + bh() + "; b=AAAA";
  const std::pair<std::string, std::string> cases[] = {
      {"v=1" + rest, ""},
      {"v=1; c=relaxed" + rest, ""},
      {"v=1; c=Relaxed/Relaxed" + rest, ""},
      {"v=1; l=0" + rest, ""},
      {"v=1; q=dns/other:dns/txt" + rest, ""},
      {"v=1; i=@a.test" + rest, ""},
      {"v=1; i=\"odd@local\"@B.a.test" + rest, ""},
      {"v=1; t=999999999999999999999999" + rest, ""},
      {"v=1; unknown=tag" + rest, ""},
      {"v=1; v=1" + rest, "neutral: the tag list is malformed"},
      {"nonsense", "neutral: the tag list is malformed"},
      {"", "permerror: v= is missing"},
      {"v=2" + rest, "neutral: v= is not 1"},
      {"x=1" + rest, "permerror: v= is missing"},
      {"v=1; c=loose" + rest, "neutral: c= is not known"},
      {"v=1; c=simple/simple/simple" + rest, "neutral: c= is not known"},
      {"v=1; l=-1" + rest, "neutral: l= is not a number"},
      {"v=1; l=" + rest, "neutral: l= is not a number"},
      {"v=1; q=ldap" + rest, "neutral: q= is not known"},
      {"v=1; i=joe" + rest, "neutral: i= has no domain"},
      {"v=1; i=@b.test" + rest, "permerror: i= is not within d="},
      {"v=1; i=@ba.test" + rest, "permerror: i= is not within d="},
      {"v=1; t=now" + rest, "neutral: t= is not a number"},
      {"v=1; t=" + rest, "neutral: t= is not a number"},
      {"v=1; t=10; x=10" + rest, "neutral: x= is not later than t="},
      {"v=1; d=a.test; s=x; h=from; " + bh() + "; b=AAAA", "permerror: a= is missing"},
      {"v=1; a=rsa-sha1; d=a.test; s=x; h=from; bh=AAAA; b=AAAA",
       "policy: rsa-sha1 is not to be trusted"},
      {"v=1; a=rsa-md5; d=a.test; s=x; h=from; " + bh() + "; b=AAAA", "neutral: a= is not known"},
      {"v=1; a=rsa-sha256; s=x; h=from; " + bh() + "; b=AAAA", "permerror: d= is missing"},
      {"v=1; a=rsa-sha256; d=a.test; h=from; " + bh() + "; b=AAAA", "permerror: s= is missing"},
      {"v=1; a=rsa-sha256; d=; s=x; h=from; " + bh() + "; b=AAAA", "neutral: d= or s= is empty"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; " + bh() + "; b=AAAA", "permerror: h= is missing"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; h=from::to; " + bh() + "; b=AAAA",
       "neutral: h= has an empty name"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; h=to:subject; " + bh() + "; b=AAAA",
       "permerror: From is not signed"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; h=from; b=AAAA", "permerror: bh= is missing"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; h=from; bh=AAAA; b=AAAA", "neutral: bh= is not a hash"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; h=from; " + bh(), "permerror: b= is missing"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; h=from; " + bh() + "; b=", "neutral: b= is not base64"},
      {"v=1; a=rsa-sha256; d=a.test; s=x; h=from; " + bh() + "; b=*", "neutral: b= is not base64"},
  };
  for (const auto& [value, expected] : cases) {
    EXPECT_EQ(fault(SignatureKind::dkim, value), expected) << value;
  }
}

TEST(SignatureField, OfArcHasAnInstanceAndNoVersion) {
  const std::string rest = "; a=rsa-sha256; d=a.test; s=x; h=from; " + bh() + "; b=AAAA";
  EXPECT_EQ(fault(SignatureKind::arc_message, "i=1" + rest), "");
  EXPECT_EQ(fault(SignatureKind::arc_message, "i=1; v=7" + rest), "");
  EXPECT_EQ(parse_signature_field(SignatureKind::arc_message, "i=7" + rest).instance, 7U);
  EXPECT_EQ(fault(SignatureKind::arc_message, "i=@a.test" + rest),
            "neutral: i= is not an instance");
  EXPECT_EQ(fault(SignatureKind::arc_message, "i=51" + rest), "neutral: i= is not an instance");
  EXPECT_EQ(fault(SignatureKind::arc_message,
                  "i=1; a=rsa-sha256; d=a.test; s=x; h=from:Arc-Seal; " + bh() + "; b=AAAA"),
            "permerror: a message signature covers a seal");
}

TEST(SignatureField, OfASealHasOnlyCv) {
  const std::string rest = "; a=rsa-sha256; d=a.test; s=x; b=AAAA";
  EXPECT_EQ(fault(SignatureKind::arc_seal, "i=1; cv=none" + rest), "");
  EXPECT_EQ(fault(SignatureKind::arc_seal, "i=1; cv=pass; t=5" + rest), "");
  EXPECT_EQ(fault(SignatureKind::arc_seal, "i=1" + rest), "permerror: cv= is missing");
  EXPECT_EQ(fault(SignatureKind::arc_seal, "i=1; cv=maybe" + rest), "neutral: cv= is not known");
  EXPECT_EQ(fault(SignatureKind::arc_seal, "i=1; cv=none; h=from" + rest),
            "permerror: a seal has h=");
  EXPECT_EQ(fault(SignatureKind::arc_seal, "cv=none" + rest), "permerror: i= is missing");
}

TEST(SignatureField, InstancesAreOneToFifty) {
  EXPECT_EQ(parse_instance("1"), 1U);
  EXPECT_EQ(parse_instance("50"), 50U);
  EXPECT_EQ(parse_instance("07"), 7U);
  for (const char* text : {"", "0", "51", "001", "-1", "1a", " 1"}) {
    EXPECT_EQ(parse_instance(text), 0U) << text;
  }
}

}  // namespace
}  // namespace freehold::trust

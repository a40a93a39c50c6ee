#include "trust/auth_result.hpp"

#include <gtest/gtest.h>

namespace freehold::trust {
namespace {

// The result's line.
std::string line(const AuthResult& result) {
  const std::string body = authentication_results_body({.authserv_id = "x", .results = {result}});
  return body.substr(body.find('\t') + 1);
}

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

TEST(AuthResult, OfIprev) {
  EXPECT_EQ(line(auth_result(IprevVerdict{.result = IprevResult::pass, .name = "a", .problem = ""},
                             ip("192.0.2.1"))),
            "iprev=pass policy.iprev=192.0.2.1");
  EXPECT_EQ(line(auth_result(
                IprevVerdict{.result = IprevResult::temperror, .name = "", .problem = "no server"},
                ip("2001:db8::1"))),
            "iprev=temperror reason=\"no server\" policy.iprev=\"2001:db8::1\"");
}

TEST(AuthResult, OfSpf) {
  SpfVerdict verdict;
  verdict.result = SpfResult::softfail;
  EXPECT_EQ(line(auth_result(verdict, "anna@example.com", "mail.example.com")),
            "spf=softfail smtp.mailfrom=anna@example.com smtp.helo=mail.example.com");
  EXPECT_EQ(line(auth_result(verdict, "", "mail.example.com")),
            "spf=softfail smtp.helo=mail.example.com");
}

TEST(AuthResult, OfDmarc) {
  DmarcVerdict verdict;
  verdict.problem = "no domain in From";
  EXPECT_EQ(line(auth_result(verdict)), "dmarc=none reason=\"no domain in From\"");
  verdict = {};
  verdict.result = DmarcResult::fail;
  verdict.policy = DmarcPolicy::quarantine;
  verdict.author_domain = "mail.example.com";
  verdict.record_domain = "example.com";
  EXPECT_EQ(line(auth_result(verdict)),
            "dmarc=fail header.from=mail.example.com policy.dmarc=quarantine");
}

TEST(AuthResult, OfDkim) {
  EXPECT_EQ(line(auth_result(DkimFacts{.result = "none"})), "dkim=none");
  EXPECT_EQ(line(auth_result(DkimFacts{.result = "pass",
                                       .domain = "example.com",
                                       .selector = "s1",
                                       .algorithm = "rsa-sha256",
                                       .signature = "a/b\r\n c+defgh="})),
            "dkim=pass header.d=example.com header.s=s1 header.a=rsa-sha256\r\n"
            "\theader.b=\"a/bc+def\"");
}

TEST(AuthResult, OfArc) {
  EXPECT_EQ(line(arc_auth_result("pass", "", 0, ip("192.0.2.1"))),
            "arc=pass header.oldest-pass=0 smtp.remote-ip=192.0.2.1");
  EXPECT_EQ(line(arc_auth_result("none", "", 0, ip("192.0.2.1"))),
            "arc=none smtp.remote-ip=192.0.2.1");
}

}  // namespace
}  // namespace freehold::trust

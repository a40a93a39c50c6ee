#include "trust/authentication_results.hpp"

#include <gtest/gtest.h>

#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

AuthResult with(AuthProperty property) {
  return {.method = "spf", .result = "pass", .properties = {std::move(property)}};
}

// What one property looks like in the field.
std::string written(std::string value) {
  const std::string body = authentication_results_body(
      {.authserv_id = "x", .results = {with({"smtp", "mailfrom", std::move(value)})}});
  return body.substr(body.find("mailfrom=") + 9);
}

TEST(AuthenticationResults, WritesAResultALine) {
  const AuthenticationResults results{
      .authserv_id = "mx.example.com",
      .results = {
          {.method = "iprev", .result = "pass", .properties = {{"policy", "iprev", "192.0.2.1"}}},
          {.method = "spf",
           .result = "fail",
           .reason = "not for \"this\" host",
           .properties = {{"smtp", "mailfrom", "anna@example.org"},
                          {"smtp", "helo", "mail.example.org"}}},
          {.method = "dkim", .result = "none"}}};
  EXPECT_EQ(authentication_results_field(results),
            "Authentication-Results: mx.example.com;\r\n"
            "\tiprev=pass policy.iprev=192.0.2.1;\r\n"
            "\tspf=fail reason=\"not for \\\"this\\\" host\" smtp.mailfrom=anna@example.org\r\n"
            "\tsmtp.helo=mail.example.org;\r\n"
            "\tdkim=none\r\n");
}

TEST(AuthenticationResults, WritesNoneWithoutResults) {
  EXPECT_EQ(authentication_results_field({.authserv_id = "mx.example.com"}),
            "Authentication-Results: mx.example.com; none\r\n");
}

TEST(AuthenticationResults, WritesVersionsThatAreNotOne) {
  EXPECT_EQ(
      authentication_results_body({.authserv_id = "x",
                                   .results = {{.method = "spf", .result = "pass", .version = 2}},
                                   .version = 3}),
      "x 3;\r\n\tspf/2=pass");
}

TEST(AuthenticationResults, QuotesWhatIsNoTokenAndNoAddress) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"example.com", "example.com"},
      {"anna@example.com", "anna@example.com"},
      {"anna+x=y@example.com", "anna+x=y@example.com"},
      {"@example.com", "@example.com"},
      {"", "\"\""},
      {"a b@example.com", "\"a b@example.com\""},
      {"\"a b\"@example.com", "\"\\\"a b\\\"@example.com\""},
      {".a@example.com", "\".a@example.com\""},
      {"a@b@c", "\"a@b@c\""},
      {"2001:db8::1", "\"2001:db8::1\""},
      {"ab/c+d=", "\"ab/c+d=\""},
      {"a;b", "\"a;b\""},
      {"(x)", "\"(x)\""},
      {"back\\slash", "\"back\\\\slash\""},
      {"two\r\nX-Evil: 1", "\"two  X-Evil: 1\""},
      {"b\xC3\xBC"
       "cher.example",
       "b\xC3\xBC"
       "cher.example"},
      {"bad\xff", "\"bad?\""},
      {std::string_view("nul\0", 4), "\"nul \""},
  };
  for (const auto& [value, expected] : table) EXPECT_EQ(written(std::string(value)), expected);
}

TEST(AuthenticationResults, CutsWhatIsTooLong) {
  EXPECT_EQ(written(std::string(5000, 'x')), std::string(kMaxAuthValue, 'x'));
  EXPECT_EQ(written(std::string(5000, 'x') + "@example.com"), std::string(kMaxAuthValue, 'x'));
  const std::string body = authentication_results_body(
      {.authserv_id = "x",
       .results = {{.method = "spf", .result = "none", .reason = std::string(999, ' ')}}});
  EXPECT_LT(body.size(), kMaxAuthReason + 40);
}

TEST(AuthenticationResults, ReadsTheExamplesOfTheRfc) {
  // RFC 8601, B.2 to B.6, in their forms.
  EXPECT_EQ(parse_authentication_results("example.org 1; none"),
            (AuthenticationResults{.authserv_id = "example.org"}));
  EXPECT_EQ(parse_authentication_results(" example.com;\r\n  spf=pass smtp.mailfrom=example.net"),
            (AuthenticationResults{.authserv_id = "example.com",
                                   .results = {with({"smtp", "mailfrom", "example.net"})}}));
  EXPECT_EQ(
      parse_authentication_results("example.com;\r\n          auth=pass (cram-md5) "
                                   "smtp.auth=sender@example.net;\r\n  spf=fail "
                                   "smtp.mailfrom=example.net"),
      (AuthenticationResults{.authserv_id = "example.com",
                             .results = {{.method = "auth",
                                          .result = "pass",
                                          .properties = {{"smtp", "auth", "sender@example.net"}}},
                                         {.method = "spf",
                                          .result = "fail",
                                          .properties = {{"smtp", "mailfrom", "example.net"}}}}}));
  EXPECT_EQ(parse_authentication_results(
                "example.com;\r\n dkim=pass reason=\"good signature\"\r\n"
                "   header.i=@mail-router.example.net;\r\n dkim=fail reason=\"bad signature\"\r\n"
                "   header.i=@newyork.example.com"),
            (AuthenticationResults{
                .authserv_id = "example.com",
                .results = {{.method = "dkim",
                             .result = "pass",
                             .reason = "good signature",
                             .properties = {{"header", "i", "@mail-router.example.net"}}},
                            {.method = "dkim",
                             .result = "fail",
                             .reason = "bad signature",
                             .properties = {{"header", "i", "@newyork.example.com"}}}}}));
  // B.7, of comments and spaces wherever they may be
  EXPECT_EQ(
      parse_authentication_results(
          "foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) "
          "= (wait for it) fail\r\n      policy (A dot can go here) . (like that) expired\r\n"
          "      (this surprised me) = (as I wasn't expecting it) 1362471462"),
      (AuthenticationResults{.authserv_id = "foo.example.net",
                             .results = {{.method = "dkim",
                                          .result = "fail",
                                          .properties = {{"policy", "expired", "1362471462"}}}}}));
}

TEST(AuthenticationResults, ReadsWhatOthersWriteLoosely) {
  const auto outlook = parse_authentication_results(
      "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.com; dkim=pass");
  EXPECT_FALSE(outlook);  // no authserv-id
  const auto read = parse_authentication_results(
      "\"mx example\"; DMARC=Pass action=none Header.From=example.com; compauth=pass reason=100;"
      " dkim=pass header.b=ab/c+d=; spf=pass smtp.mailfrom=; iprev=pass policy.iprev=2001:db8::1;"
      " spf=pass smtp.mailfrom=\"a b\"@example.com;");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->authserv_id, "mx example");
  ASSERT_EQ(read->results.size(), 6U);
  EXPECT_EQ(read->results[0].method, "dmarc");
  EXPECT_EQ(read->results[0].result, "pass");
  EXPECT_EQ(*read->results[0].find("header", "from"), "example.com");
  EXPECT_EQ(read->results[0].find("action", ""), nullptr);
  EXPECT_EQ(read->results[1].reason, "100");
  EXPECT_EQ(*read->results[2].find("header", "b"), "ab/c+d=");
  EXPECT_EQ(*read->results[3].find("smtp", "mailfrom"), "");
  EXPECT_EQ(*read->results[4].find("policy", "iprev"), "2001:db8::1");
  EXPECT_EQ(*read->results[5].find("smtp", "mailfrom"), "\"a b\"@example.com");
}

TEST(AuthenticationResults, RefusesWhatCannotBeUnderstood) {
  for (const std::string_view bad :
       {"", " (comment)", ";", "; spf=pass", "x y", "x 1 2", "x/1; spf=pass", "x; spf",
        "x; spf=", "x; =pass", "x; spf=pass smtp", "x; spf=pass smtp.", "x; spf=pass smtp.mailfrom",
        "x; spf=pass .mailfrom=y", "x; spf/=pass", "x; spf/a=pass", "x 99999999999; none",
        "x; spf=pass @"}) {
    EXPECT_FALSE(parse_authentication_results(bad)) << bad;
  }
}

TEST(AuthenticationResults, ReadsBoundedFieldsOnly) {
  std::string results = "x";
  for (std::size_t i = 0; i < kMaxAuthResults; ++i) results += ";spf=pass";
  EXPECT_TRUE(parse_authentication_results(results));
  EXPECT_FALSE(parse_authentication_results(results + ";spf=pass"));
  std::string properties = "x; spf=pass";
  for (std::size_t i = 0; i < kMaxAuthProperties; ++i) properties += " a.b=c";
  EXPECT_TRUE(parse_authentication_results(properties));
  EXPECT_FALSE(parse_authentication_results(properties + " a.b=c"));
  EXPECT_FALSE(parse_authentication_results("x" + std::string(kMaxAuthField, ' ')));
}

TEST(AuthenticationResults, RemovesForgedFieldsOnly) {
  constexpr std::string_view kBlock =
      "Received: x\r\n"
      "Authentication-Results: mx.example.com; spf=pass\r\n"
      "authentication-results : (hi) MX.Example.COM.\r\n\t1; dkim=pass\r\n"
      "Authentication-Results: \"mx.example.com\"; dkim=pass\r\n"
      "Authentication-Results:\r\n mx.example.com/1; dkim=pass\r\n"
      "Authentication-Results:; dkim=pass\r\n"
      "Authentication-Results: other.example; dkim=pass\r\n"
      "Authentication-Results: mx.example.com.evil.example; dkim=pass\r\n"
      "ARC-Authentication-Results: i=1; mx.example.com; dkim=pass\r\n"
      "X-Authentication-Results: mx.example.com; dkim=pass\r\n"
      "\r\n"
      "Authentication-Results: mx.example.com; in the body\r\n";
  EXPECT_EQ(without_forged_results(kBlock, "mx.example.com"),
            "Received: x\r\n"
            "Authentication-Results: other.example; dkim=pass\r\n"
            "Authentication-Results: mx.example.com.evil.example; dkim=pass\r\n"
            "ARC-Authentication-Results: i=1; mx.example.com; dkim=pass\r\n"
            "X-Authentication-Results: mx.example.com; dkim=pass\r\n"
            "\r\n"
            "Authentication-Results: mx.example.com; in the body\r\n");
}

TEST(AuthenticationResults, KnowsItsOwnNameInUnicode) {
  EXPECT_EQ(without_forged_results("Authentication-Results: b\xC3\xBC"
                                   "cher.example; spf=pass\r\n",
                                   "xn--bcher-kva.example"),
            "");
}

}  // namespace
}  // namespace freehold::trust

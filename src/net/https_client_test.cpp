#include "net/https_client.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "net/support_test.hpp"
#include "net/testing/dns_world.hpp"
#include "net/testing/https_server.hpp"
#include "net/tls.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
using testing::CannedHttpsServer;
using testing::TestCertificate;
using Outcome = HttpsResponse::Outcome;

constexpr const char* kHello =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello";

class HttpsClientTest : public ::testing::Test {
 protected:
  HttpsClientTest() {
    testing::write_text(folder_.path("root.pem"), root_.pem());
    tls_ = TlsContext::client(folder_.path("root.pem")).value();
    dns_.address("policy.test", "127.0.0.1");
  }

  HttpsResponse ask(std::uint16_t port, HttpsRequest request = {}, Deadline deadline = after(20s)) {
    if (request.host.empty()) request.host = "policy.test";
    request.port = port;
    const auto client = make_https_client(dns_, *tls_, {.private_addresses = true});
    return freehold::testing::run(client->ask(request, deadline));
  }
  // Asks a server that answers like this.
  HttpsResponse answered(const std::string& text, std::size_t max_body = 100, bool goodbye = true) {
    CannedHttpsServer server(leaf_, nullptr, text, goodbye);
    HttpsRequest request;
    request.max_body = max_body;
    return ask(server.port(), request);
  }

  TemporaryFolder folder_;
  testing::DnsWorld dns_;
  TestCertificate root_{{.common_name = "root", .authority = true}};
  TestCertificate leaf_{{.hosts = {"policy.test"}, .issuer = &root_}};
  std::unique_ptr<TlsContext> tls_;
};

TEST_F(HttpsClientTest, GetsABodyAndItsType) {
  CannedHttpsServer server(leaf_, nullptr, kHello);
  HttpsRequest request;
  request.target = "/.well-known/mta-sts.txt?x=1";
  const auto response = ask(server.port(), request);
  EXPECT_EQ(response.outcome, Outcome::answered) << response.reason;
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(response.body, "hello");
  const std::string asked = server.request();
  EXPECT_TRUE(asked.starts_with("GET /.well-known/mta-sts.txt?x=1 HTTP/1.1\r\nHost: policy.test:" +
                                std::to_string(server.port()) + "\r\n"))
      << asked;
  EXPECT_TRUE(asked.ends_with("\r\n\r\n"));
}

TEST_F(HttpsClientTest, PostsABodyWithItsType) {
  CannedHttpsServer server(leaf_, nullptr, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  HttpsRequest request;
  request.method = "POST";
  request.content_type = "application/tlsrpt+gzip";
  request.body = std::string("a\0b\r\n\r\nc", 8);
  const auto response = ask(server.port(), request);
  EXPECT_EQ(response.status, 201U);
  const std::string asked = server.request();
  EXPECT_NE(asked.find("\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Length: 8\r\n"),
            std::string::npos);
  EXPECT_TRUE(asked.ends_with(request.body));
}

TEST_F(HttpsClientTest, ReadsChunkedBodiesAndThoseThatEndWithTheStream) {
  const auto chunked = answered(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.body, "abcde") << chunked.reason;
  // Beast asserts something else of a last chunk that comes in pieces.
  const auto empty = answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(empty.outcome, Outcome::answered) << empty.reason;
  const auto until_end = answered("HTTP/1.1 200 OK\r\n\r\nabc");
  EXPECT_EQ(until_end.body, "abc") << until_end.reason;
}

TEST_F(HttpsClientTest, PassesOverInterimResponses) {
  EXPECT_EQ(answered(std::string("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n") + kHello).body,
            "hello");
  std::string many;
  for (int i = 0; i < 6; ++i) many += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(answered(many + kHello).outcome, Outcome::protocol);
}

TEST_F(HttpsClientTest, ARedirectionIsAnAnswerAndNotFollowed) {
  const auto response = answered(
      "HTTP/1.1 301 Moved\r\nLocation: https://policy.test/else\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(response.outcome, Outcome::answered);
  EXPECT_EQ(response.status, 301U);
}

TEST_F(HttpsClientTest, WhatIsTooLargeIsRefused) {
  const std::string body(101, 'x');
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + body).outcome,
            Outcome::too_large);
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\n" + body).outcome, Outcome::too_large);
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + body +
                     "\r\n0\r\n\r\n")
                .outcome,
            Outcome::too_large);
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n").outcome,
            Outcome::too_large);
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(answered(chunked + "1;" + std::string(20'000, 'x')).outcome, Outcome::too_large);
  EXPECT_EQ(answered(chunked + "0\r\nX: " + std::string(20'000, 'x')).outcome, Outcome::too_large);
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + body.substr(1)).body.size(),
            100U);
}

TEST_F(HttpsClientTest, WhatIsCutOffIsNoAnswer) {
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").outcome,
            Outcome::protocol);
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Le").outcome, Outcome::protocol);
  // Without TLS's goodbye anybody could have cut it (RFC 8446, 6.1).
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\nabc", 100, false).outcome, Outcome::protocol);
}

TEST_F(HttpsClientTest, WhatIsNotHttpIsNoAnswer) {
  for (const char* text :
       {"220 mail.test ESMTP\r\n", "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"}) {
    EXPECT_EQ(answered(text).outcome, Outcome::protocol) << text;
  }
}

TEST_F(HttpsClientTest, TheCertificateHasToBeValidForTheHost) {
  const TestCertificate other({.hosts = {"other.test"}, .issuer = &root_});
  const TestCertificate expired({.hosts = {"policy.test"}, .valid_for = -60, .issuer = &root_});
  const TestCertificate own({.hosts = {"policy.test"}});
  const std::pair<const TestCertificate*, CertificateFault> cases[] = {
      {&other, CertificateFault::host_mismatch},
      {&expired, CertificateFault::expired},
      {&own, CertificateFault::not_trusted}};
  for (const auto& [certificate, fault] : cases) {
    CannedHttpsServer server(*certificate, nullptr, kHello);
    const auto response = ask(server.port());
    EXPECT_EQ(response.outcome, Outcome::tls);
    EXPECT_EQ(response.fault, fault);
    EXPECT_FALSE(response.reason.empty());
  }
}

TEST_F(HttpsClientTest, ASilentServerDoesNotHoldIt) {
  CannedHttpsServer server(leaf_, nullptr, "");
  EXPECT_EQ(ask(server.port(), {}, after(300ms)).outcome, Outcome::timed_out);
}

TEST_F(HttpsClientTest, NobodyThereIsToldFromNoAddress) {
  std::uint16_t closed = 0;
  {
    CannedHttpsServer server(leaf_, nullptr, kHello);
    closed = server.port();
  }
  EXPECT_EQ(ask(closed).outcome, Outcome::connect);
  HttpsRequest nowhere;
  nowhere.host = "nowhere.test";
  EXPECT_EQ(ask(443, nowhere).outcome, Outcome::address);
}

TEST_F(HttpsClientTest, PrivateAddressesAreNotAsked) {
  const char* const addresses[] = {
      "127.0.0.1", "10.1.2.3",   "192.168.1.1", "169.254.169.254", "::1",           "fe80::1",
      "fd00::1",   "100.64.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"};
  int number = 0;
  for (const char* address : addresses) {
    const std::string host = "p" + std::to_string(number++) + ".test";
    dns_.address(host, address);
    HttpsRequest request;
    request.host = host;
    const auto client = make_https_client(dns_, *tls_);
    const auto response = freehold::testing::run(client->ask(request, after(20s)));
    EXPECT_EQ(response.outcome, Outcome::address) << address;
    EXPECT_NE(response.reason.find("private"), std::string::npos);
  }
}

TEST_F(HttpsClientTest, ARequestCannotCarryAnother) {
  const auto invalid = [&](auto change) {
    HttpsRequest request;
    request.host = "policy.test";
    change(request);
    return ask(443, request).outcome == Outcome::invalid;
  };
  EXPECT_TRUE(invalid([](HttpsRequest& r) { r.target = "/ HTTP/1.1\r\nX: y"; }));
  EXPECT_TRUE(invalid([](HttpsRequest& r) { r.target = "https://other.test/"; }));
  EXPECT_TRUE(invalid([](HttpsRequest& r) { r.host = "policy.test\r\nX: y"; }));
  EXPECT_TRUE(invalid([](HttpsRequest& r) { r.content_type = "a/b\r\nX: y"; }));
  EXPECT_TRUE(invalid([](HttpsRequest& r) { r.method = "CONNECT"; }));
}

}  // namespace
}  // namespace freehold::net

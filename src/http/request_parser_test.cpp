#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include "http/limits.hpp"

namespace freehold::http {
namespace {

using State = RequestParser::State;

constexpr const char* kGet = "GET /a?b=c HTTP/1.1\r\nHost: Example.org:443\r\nX: 1\r\nx: 2\r\n\r\n";

unsigned refusal_of(const std::string& text) {
  RequestParser parser;
  return parser.add(text) == State::refused ? parser.refusal() : 0;
}

TEST(RequestParser, ReadsARequest) {
  RequestParser parser;
  ASSERT_EQ(parser.add(kGet), State::complete);
  const Request request = parser.take();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.host, "example.org");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.query, "b=c");
  EXPECT_EQ(request.field("X"), "1");
  EXPECT_EQ(request.field("Y"), std::nullopt);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_TRUE(parser.idle());
}

TEST(RequestParser, ReadsABodyInAnyPieces) {
  const std::string requests[] = {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                                  "chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"};
  for (const auto& text : requests) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      RequestParser parser;
      auto state = parser.add(text.substr(0, cut));
      if (state == State::more) state = parser.add(text.substr(cut));
      ASSERT_EQ(state, State::complete) << cut;
      EXPECT_EQ(parser.take().body, "hello") << cut;
    }
  }
}

TEST(RequestParser, ReadsTheLastChunkByteByByte) {
  RequestParser parser;
  auto state = parser.add("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  for (const char c : std::string("X: 1\r\n\r\n")) {
    ASSERT_EQ(state, State::more);
    state = parser.add({&c, 1});
  }
  EXPECT_EQ(state, State::complete);
}

TEST(RequestParser, KeepsPipelinedRequestsApart) {
  RequestParser parser;
  ASSERT_EQ(parser.add(std::string(kGet) + "HEAD /2 HTTP/1.1\r\nHost: b\r\n\r\nGE"),
            State::complete);
  EXPECT_EQ(parser.take().path, "/a");
  ASSERT_EQ(parser.add({}), State::complete);
  EXPECT_EQ(parser.take().path, "/2");
  EXPECT_EQ(parser.add({}), State::more);
  EXPECT_FALSE(parser.idle());
}

TEST(RequestParser, KnowsWhoStays) {
  const std::pair<const char*, bool> requests[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}};
  for (const auto& [text, stays] : requests) {
    RequestParser parser;
    ASSERT_EQ(parser.add(text), State::complete) << text;
    EXPECT_EQ(parser.take().keep_alive, stays) << text;
  }
}

TEST(RequestParser, TakesTheAuthorityOfAnAbsoluteTarget) {
  const std::tuple<const char*, const char*, const char*> targets[] = {
      {"https://Other.org/x?y", "other.org", "/x"},
      {"HTTP://other.org:80", "other.org", "/"},
      {"http://[::1]:80?q", "[::1]", "/"},
      {"/http://x/", "a", "/http://x/"}};
  for (const auto& [target, host, path] : targets) {
    RequestParser parser;
    ASSERT_EQ(parser.add("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
              State::complete)
        << target;
    const auto request = parser.take();
    EXPECT_EQ(request.host, host) << target;
    EXPECT_EQ(request.path, path) << target;
  }
}

TEST(RequestParser, RefusesWhatIsNoRequest) {
  const std::string head = "GET / HTTP/1.1\r\n";
  const std::pair<std::string, unsigned> cases[] = {
      {"EHLO example.org\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},  // no Host
      {head + "Host: a\r\nHost: a\r\n\r\n", 400},
      {head + "Host: a b\r\n\r\n", 400},
      {head + "Host: user@a\r\n\r\n", 400},
      {head + "Host: a:b\r\n\r\n", 400},
      {head + "Host: [::1\r\n\r\n", 400},
      {head + "Host: a\r\nX : 1\r\n\r\n", 400},
      {head + "Host: a\r\nContent-Length: -1\r\n\r\n", 400},
      {head + "Host: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {head + "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {head + "Host: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505}};
  for (const auto& [text, status] : cases) EXPECT_EQ(refusal_of(text), status) << text;
}

TEST(RequestParser, HasLimits) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(refusal_of("GET /" + std::string(kMaxHeader, 'a')), 431U);
  EXPECT_EQ(refusal_of(head + "X: " + std::string(kMaxHeader, 'a') + "\r\n\r\n"), 431U);
  std::string fields;
  for (std::size_t i = 0; i < kMaxFields; ++i) fields += "X: 1\r\n";
  EXPECT_EQ(refusal_of(head + fields + "\r\n"), 431U);
  EXPECT_EQ(refusal_of(head + "Content-Length: " + std::to_string(kMaxBody + 1) + "\r\n\r\n"),
            413U);
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(refusal_of(chunked + "1;" + std::string(kMaxHeader, 'a')), 431U);
  EXPECT_EQ(refusal_of(chunked + "0\r\nX: " + std::string(kMaxHeader, 'a')), 431U);
  EXPECT_EQ(refusal_of(chunked + "fffffff\r\n"), 413U);
  EXPECT_EQ(refusal_of(head + "Content-Length: " + std::to_string(kMaxBody) + "\r\n\r\n"), 0U);
}

TEST(RequestParser, TakesNothingAfterARefusal) {
  RequestParser parser;
  EXPECT_EQ(parser.add("nonsense\r\n\r\n"), State::refused);
  EXPECT_EQ(parser.add(kGet), State::refused);
}

}  // namespace
}  // namespace freehold::http

#include "http/server.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/testing/run.hpp"
#include "directory/testing/house.hpp"
#include "http/mta_sts_page.hpp"
#include "trust/mta_sts.hpp"

namespace freehold::http {
namespace {

using namespace std::chrono_literals;

class FakeSession final : public net::Session {
 public:
  [[nodiscard]] std::string_view id() const override { return "test"; }
  [[nodiscard]] bool draining() const override { return drains; }
  void on_drain(std::function<void()> hook) override {
    if (drains) hook();
  }
  bool drains = false;
};

awaitable<Response> hello(const Request& request) {
  Response response;
  response.body = "hello " + request.host;
  co_return response;
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() { router_.add("GET", "/hello", hello); }

  // All that the server says to a client that says this and waits for the end.
  std::string said(const std::string& requests) {
    auto [client, server] = net::memory_streams();
    std::string all;
    boost::asio::io_context loop(1);
    auto served = boost::asio::co_spawn(loop, run_server(*server), boost::asio::use_future);
    auto asked = boost::asio::co_spawn(loop, ask(*client, requests, all), boost::asio::use_future);
    loop.run();
    served.get();
    asked.get();
    return all;
  }

  Router router_;
  FakeSession session_;
  ManualClock clock_{from_millis(784'111'777'000)};  // RFC 9110's example of a date

 private:
  awaitable<void> run_server(net::Stream& stream) {
    co_await serve(stream, session_, router_, clock_);
    stream.close();
  }
  static awaitable<void> ask(net::Stream& stream, std::string requests, std::string& all) {
    const auto written = co_await stream.write(requests, net::after(10s));
    EXPECT_TRUE(written);
    std::array<char, 1000> buffer;
    while (true) {
      const auto size = co_await stream.read_some(buffer, net::after(10s));
      if (!size) break;
      all.append(buffer.data(), *size);
    }
  }
};

std::string get(const std::string& target, const std::string& host = "a",
                const std::string& more = "Connection: close\r\n") {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find("\r\n")); }
std::string body_of(const std::string& text) { return text.substr(text.find("\r\n\r\n") + 4); }

TEST_F(ServerTest, Answers) {
  EXPECT_EQ(said(get("/hello", "example.org")),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 17\r\n"
            "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\nhello example.org");
}

TEST_F(ServerTest, SaysWhatItDoesNotHave) {
  EXPECT_EQ(first_line(said(get("/absent"))), "HTTP/1.1 404 Not Found");
  const auto wrong = said("POST /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(first_line(wrong), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_NE(wrong.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
}

TEST_F(ServerTest, AnswersHeadWithoutTheBody) {
  const auto text = said("HEAD /hello HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_NE(text.find("\r\nContent-Length: 7\r\n"), std::string::npos);
  EXPECT_EQ(body_of(text), "");
}

TEST_F(ServerTest, AnswersSeveralRequestsInTheirOrder) {
  const auto text =
      said(get("/hello", "one", "") + get("/absent", "two", "") + get("/hello", "three"));
  const auto one = text.find("hello one");
  const auto two = text.find("404", one);
  EXPECT_NE(text.find("hello three", two), std::string::npos) << text;
  EXPECT_NE(text.find("Connection: keep-alive"), std::string::npos);
}

TEST_F(ServerTest, ClosesAfterWhatIsNoRequest) {
  const auto text = said("nonsense\r\n\r\n" + get("/hello"));
  EXPECT_EQ(first_line(text), "HTTP/1.1 400 Bad Request");
  EXPECT_NE(text.find("Connection: close"), std::string::npos);
  EXPECT_EQ(text.find("hello"), std::string::npos);
}

TEST_F(ServerTest, ClosesAfterAnAnswerWhileDraining) {
  router_.add("GET", "/stop", [this](const Request& request) {
    session_.drains = true;
    return hello(request);
  });
  const auto text = said(get("/stop", "a", "") + get("/hello", "b", ""));
  EXPECT_NE(text.find("hello a"), std::string::npos);
  EXPECT_EQ(text.find("hello b"), std::string::npos);
}

TEST_F(ServerTest, ServesThePolicyOfADomainThatHasOne) {
  using Mode = directory::MtaSts::Mode;
  directory::testing::House house;
  house.add_domain("here.test");
  house.add_domain("silent.test");
  ASSERT_TRUE(house.run(house.directory.set_mta_sts("here.test", {Mode::enforce, 86400s})));
  router_.add("GET", kMtaStsPath, mta_sts_page(house.directory, "mail.here.test"));
  const auto text = said(get(kMtaStsPath, "MTA-STS.here.test:443"));
  EXPECT_NE(text.find("\r\nContent-Type: text/plain\r\n"), std::string::npos);
  const auto policy = trust::parse_sts_policy(body_of(text));
  ASSERT_TRUE(policy) << text;
  EXPECT_EQ(*policy, (trust::StsPolicy{trust::StsMode::enforce, 86400s, {"mail.here.test"}}));
  for (const char* host : {"here.test", "mta-sts.silent.test", "mta-sts.absent.test", "mta-sts."}) {
    EXPECT_EQ(first_line(said(get(kMtaStsPath, host))), "HTTP/1.1 404 Not Found") << host;
  }
}

}  // namespace
}  // namespace freehold::http

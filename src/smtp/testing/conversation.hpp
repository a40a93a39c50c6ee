#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/tls.hpp"
#include "smtp/server.hpp"
#include "smtp/testing/fake_backend.hpp"
#include "smtp/testing/fake_session.hpp"
#include "smtp/testing/fake_tls_stream.hpp"

namespace freehold::smtp::testing {

inline void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

// A server over memory, and a script that talks to it. A script's lines are "C: text" (sent with
// CRLF), "S: text" (a line from the server has to begin so) and "!" followed by what is done in
// between.
class Conversation {
 public:
  Conversation() {
    settings.hostname = "mx.here.example";
    settings.clock = &clock;
    auto [mine, theirs] = net::memory_streams();
    server = std::make_unique<FakeTlsStream>(std::move(mine));
    client = std::make_unique<FakeTlsStream>(std::move(theirs));
  }

  void offer_tls() {
    auto context = net::TlsContext::client();
    ASSERT_TRUE(context);
    tls_ = std::move(*context);
    settings.tls = tls_.get();
  }
  void as_submission() {
    settings.role = Role::submission;
    server->begin_tls();
  }

  // Sends all at once, ends the input, and gives all that the server has said.
  std::string say(std::string_view input) {
    run([this, input]() { return say_all(input); });
    return heard;
  }

  // Line by line; fails the test where the server says something else.
  void hold(std::string_view script) {
    run([this, script]() { return play(script); });
  }

  ServerSettings settings;
  ManualClock clock{from_millis(1'700'000'000'000)};  // Tue, 14 Nov 2023 22:13:20
  FakeBackend backend;
  FakeSession session;
  std::unique_ptr<FakeTlsStream> server;
  std::unique_ptr<FakeTlsStream> client;
  std::string heard;
  bool ended = false;  // serve() has returned

  // Runs `talk` against the server until both have ended.
  void run(std::function<awaitable<void>()> talk) {
    boost::asio::io_context loop;
    boost::asio::co_spawn(loop, serve_once(), rethrow);
    boost::asio::co_spawn(loop, talk(), rethrow);
    loop.run();
  }

 private:
  static net::Deadline soon() { return net::after(std::chrono::seconds(10)); }

  awaitable<void> serve_once() {
    co_await serve(*server, session, backend, settings);
    ended = true;
    server->close();
  }

  awaitable<void> say_all(std::string_view input) {
    (void)co_await client->write(input, soon());
    (void)co_await client->write("QUIT\r\n", soon());
    while (co_await hear()) {
    }
    client->close();
  }

  awaitable<bool> hear() {
    char buffer[4096];
    const IoResult<std::size_t> count = co_await client->read_some(buffer, soon());
    if (!count) co_return false;
    heard.append(buffer, *count);
    co_return true;
  }

  awaitable<void> play(std::string_view script) {
    while (!script.empty() && !HasFailure()) {
      const std::string line(script.substr(0, script.find('\n')));
      script.remove_prefix(std::min(script.size(), line.size() + 1));
      if (line.starts_with("C: ")) {
        (void)co_await client->write(line.substr(3) + "\r\n", soon());
      } else if (line.starts_with("S: ")) {
        co_await expect(line.substr(3));
      } else if (line == "!drain") {
        session.drain();
      }
    }
    client->close();
  }

  awaitable<void> expect(std::string wanted) {
    std::size_t end = heard.find("\r\n");
    while (end == heard.npos) {
      const bool more = co_await hear();
      if (!more) {
        ADD_FAILURE() << "the server has ended before: " << wanted;
        co_return;
      }
      end = heard.find("\r\n");
    }
    EXPECT_TRUE(heard.starts_with(wanted)) << wanted << " wanted, heard: " << heard.substr(0, end);
    heard.erase(0, end + 2);
  }

  static bool HasFailure() { return ::testing::Test::HasFailure(); }

  std::unique_ptr<net::TlsContext> tls_;
};

}  // namespace freehold::smtp::testing

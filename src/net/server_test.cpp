#include "net/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/error.hpp>
#include <future>
#include <stdexcept>

#include "base/suspend.hpp"
#include "net/connector.hpp"
#include "net/descriptor.hpp"
#include "net/line_reader.hpp"
#include "net/support_test.hpp"
#include "net/tls.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace errc = boost::system::errc;

constexpr auto kLong = 20s;
const Endpoint kAnyPort{IpAddress::v4({127, 0, 0, 1}), 0};

// Answers each line with itself; "bye" ends it.
awaitable<void> echo(Stream& stream, Session& session) {
  LineReader lines(stream, 1000);
  session.on_drain([&stream] { stream.interrupt(); });
  while (!session.draining()) {
    const IoResult<Wake> wake = co_await lines.wait_readable(after(kLong));
    if (!wake || *wake == Wake::interrupted) break;
    const IoResult<std::string_view> line = co_await lines.read_line(after(kLong));
    if (!line || *line == "bye") break;
    const std::string answer = std::string(*line) + "\r\n";
    const IoResult<> written = co_await stream.write(answer, after(kLong));
    if (!written) break;
  }
  co_await stream.write("goodbye\r\n", after(kLong));
}

awaitable<std::string> hear(Stream& stream) {
  LineReader lines(stream, 1000);
  const IoResult<std::string_view> line = co_await lines.read_line(after(kLong));
  co_return line ? std::string(*line) : line.error().message();
}

// One line there, one back.
awaitable<std::string> ask(Stream& stream, std::string line) {
  const IoResult<> written = co_await stream.write(line + "\r\n", after(kLong));
  if (!written) co_return written.error().message();
  co_return co_await hear(stream);
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    settings_.threads = 2;
    settings_.max_connections_per_prefix = 1;
    listener_.name = "test";
    listener_.at = kAnyPort;
  }

  Server& serve(Serve dialogue) {
    server_.emplace(settings_);
    EXPECT_TRUE(server_->listen(listener_, std::move(dialogue)));
    server_->start();
    return *server_;
  }

  // A client's story over a connection to the server.
  void call(const std::function<awaitable<void>(Stream&)>& story) {
    run_for_test({[&]() -> awaitable<void> {
      auto stream = co_await connect(*server_->bound("test"), after(kLong));
      if (!stream) throw std::runtime_error(stream.error().message());
      co_await story(**stream);
    }});
  }

  void make_certificate() {
    EXPECT_TRUE(write_self_signed("mail.test", chain_, key_));
    server_tls_ = TlsContext::server(chain_, key_).value();
    client_tls_ = TlsContext::client(chain_).value();
  }

  ServerSettings settings_;
  ListenerSettings listener_;
  TemporaryFolder folder_;
  std::string chain_ = folder_.path("chain.pem");
  std::string key_ = folder_.path("key.pem");
  std::unique_ptr<TlsContext> server_tls_;
  std::unique_ptr<TlsContext> client_tls_;
  std::optional<Server> server_;
};

TEST_F(ServerTest, ServesManyConnectionsInAllItsThreads) {
  serve(echo);
  std::atomic<int> right = 0;
  const auto client = [&]() -> awaitable<void> {
    auto stream = co_await connect(*server_->bound("test"), after(kLong));
    for (int i = 0; i < 20; ++i) {
      const std::string text = "line " + std::to_string(i);
      const std::string answer = co_await ask(*stream.value(), text);
      right += answer == text;
    }
  };
  run_for_test(std::vector<std::function<awaitable<void>()>>(50, client));
  EXPECT_EQ(right, 50 * 20);
}

TEST_F(ServerTest, TellsBothEndsWhoTheyAre) {
  std::promise<Endpoint> seen;
  serve([&](Stream& stream, Session&) -> awaitable<void> {
    seen.set_value(stream.peer());
    co_return;
  });
  call([&](Stream& stream) -> awaitable<void> {
    EXPECT_EQ(stream.peer(), *server_->bound("test"));
    EXPECT_EQ(stream.local(), seen.get_future().get());
    co_return;
  });
}

TEST_F(ServerTest, SpeaksTlsFromTheFirstByte) {
  make_certificate();
  listener_.implicit_tls = server_tls_.get();
  serve(echo);
  call([&](Stream& stream) -> awaitable<void> {
    const auto secured = co_await stream.connect_tls(*client_tls_, "mail.test", true, after(kLong));
    EXPECT_TRUE(secured);
    const std::string answer = co_await ask(stream, "hello");
    EXPECT_EQ(answer, "hello");
  });
}

// STARTTLS on the first line, an echo after it.
awaitable<void> upgrade(Stream& stream, Session& session, const TlsContext& context) {
  LineReader lines(stream, 1000);
  const auto line = co_await lines.read_line(after(kLong));
  EXPECT_EQ(line.value(), "STARTTLS");
  lines.discard();
  co_await stream.write("go ahead\r\n", after(kLong));
  const auto secured = co_await stream.accept_tls(context, after(kLong));
  if (secured) co_await echo(stream, session);
}

TEST_F(ServerTest, WhatIsInjectedBeforeStarttlsIsNeverObeyed) {
  make_certificate();
  serve(
      [this](Stream& stream, Session& session) { return upgrade(stream, session, *server_tls_); });
  call([&](Stream& stream) -> awaitable<void> {
    const std::string answer = co_await ask(stream, "STARTTLS\r\nINJECTED");
    EXPECT_EQ(answer, "go ahead");
    const auto secured = co_await stream.connect_tls(*client_tls_, "mail.test", true, after(kLong));
    EXPECT_TRUE(secured);
    const std::string first = co_await ask(stream, "first");
    EXPECT_EQ(first, "first");
  });
}

TEST_F(ServerTest, ReloadsItsCertificateWhileAConnectionLives) {
  make_certificate();
  listener_.implicit_tls = server_tls_.get();
  serve(echo);
  call([&](Stream& old) -> awaitable<void> {
    co_await old.connect_tls(*client_tls_, "mail.test", true, after(kLong));
    EXPECT_TRUE(write_self_signed("new.test", chain_, key_));
    EXPECT_TRUE(server_tls_->reload());
    const auto fresh_trust = TlsContext::client(chain_).value();
    auto fresh = co_await connect(*server_->bound("test"), after(kLong));
    const auto secured =
        co_await fresh.value()->connect_tls(*fresh_trust, "new.test", true, after(kLong));
    EXPECT_TRUE(secured);
    const std::string answer = co_await ask(old, "still here");
    EXPECT_EQ(answer, "still here");
  });
}

TEST_F(ServerTest, DrainEndsAnIdleSessionWithItsGoodbye) {
  serve(echo);
  call([&](Stream& stream) -> awaitable<void> {
    const std::string answer = co_await ask(stream, "hello");
    EXPECT_EQ(answer, "hello");
    auto draining = std::async(std::launch::async, [&] { server_->drain(); });
    const std::string goodbye = co_await hear(stream);
    EXPECT_EQ(goodbye, "goodbye");
    draining.wait();
  });
}

TEST_F(ServerTest, DrainWaitsForABusySession) {
  std::promise<Resume> working;
  std::promise<void> told;
  serve([&](Stream& stream, Session& session) -> awaitable<void> {
    session.on_drain([&] { told.set_value(); });
    co_await suspend([&](Resume resume) { working.set_value(std::move(resume)); });
    co_await stream.write("done\r\n", after(kLong));
  });
  call([&](Stream& stream) -> awaitable<void> {
    Resume finish = working.get_future().get();
    auto draining = std::async(std::launch::async, [&] { server_->drain(); });
    told.get_future().wait();
    EXPECT_EQ(draining.wait_for(0s), std::future_status::timeout);
    finish();
    const std::string answer = co_await hear(stream);
    EXPECT_EQ(answer, "done");
    draining.wait();
  });
}

TEST_F(ServerTest, DrainHurriesWhoIsWaitingForSomethingOutside) {
  std::promise<Resume> outside;
  serve([&](Stream& stream, Session&) -> awaitable<void> {
    co_await suspend([&](Resume resume) { outside.set_value(std::move(resume)); });
    co_await stream.write("done\r\n", after(kLong));
  });
  call([&](Stream& stream) -> awaitable<void> {
    Resume give_up = outside.get_future().get();
    auto draining = std::async(std::launch::async, [&] { server_->drain([&] { give_up(); }); });
    const std::string answer = co_await hear(stream);
    EXPECT_EQ(answer, "done");
    draining.wait();
  });
}

TEST_F(ServerTest, DrainCancelsWhoStaysTooLong) {
  settings_.drain_limit = 0s;
  serve([](Stream& stream, Session&) -> awaitable<void> {
    co_await stream.write("hello\r\n", after(kLong));
    char byte;
    const auto read = co_await stream.read_some({&byte, 1}, after(1h));
    EXPECT_EQ(read.error(), errc::operation_canceled);
    co_await stream.write("last words\r\n", after(kLong));
  });
  call([&](Stream& stream) -> awaitable<void> {
    const std::string hello = co_await hear(stream);
    EXPECT_EQ(hello, "hello");
    auto draining = std::async(std::launch::async, [&] { server_->drain(); });
    const std::string last = co_await hear(stream);
    EXPECT_EQ(last, "last words");
    draining.wait();
  });
}

TEST_F(ServerTest, DrainRefusesNewConnections) {
  serve(echo);
  server_->drain();
  server_->drain();  // and may be called again
  run_for_test({[&]() -> awaitable<void> {
    const auto refused = co_await connect(*server_->bound("test"), after(kLong));
    EXPECT_EQ(refused.error(), errc::connection_refused);
  }});
}

TEST_F(ServerTest, ATaskSleepsUntilTheServerDrains) {
  std::promise<bool> slept;
  std::promise<bool> woken;
  server_.emplace(settings_);
  server_->spawn("sleeper", [&](Session& session) -> awaitable<void> {
    slept.set_value(co_await sleep(session, 1ms));
    woken.set_value(co_await sleep(session, 1h));
  });
  server_->start();
  EXPECT_TRUE(slept.get_future().get());
  server_->drain();
  EXPECT_FALSE(woken.get_future().get());
}

TEST_F(ServerTest, AnExceptionEndsItsSessionOnly) {
  serve([](Stream& stream, Session& session) -> awaitable<void> {
    const std::string line = co_await hear(stream);
    if (line == "fail") throw std::runtime_error("a bug");
    co_await stream.write("went on\r\n", after(kLong));
    co_await echo(stream, session);
  });
  call([](Stream& stream) -> awaitable<void> {
    const std::string answer = co_await ask(stream, "fail");
    EXPECT_EQ(answer, error_code(boost::asio::error::eof).message());
  });
  call([](Stream& stream) -> awaitable<void> {
    const std::string answer = co_await ask(stream, "go on");
    EXPECT_EQ(answer, "went on");
  });
}

// PROXY header of a client at 192.0.2.1:12345.
const std::string kProxied =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\2\x30\x39\0\x19"s;

TEST_F(ServerTest, LimitsTheClientsThatAProxySpeaksFor) {
  listener_.proxies = {Network::parse("127.0.0.0/8").value()};
  listener_.goodbye_when_full = "too many\r\n";
  serve([](Stream& stream, Session& session) -> awaitable<void> {
    co_await stream.write(stream.peer().text() + "\r\n", after(kLong));
    co_await echo(stream, session);
  });
  call([&](Stream& first) -> awaitable<void> {
    co_await first.write(kProxied, after(kLong));
    const std::string peer = co_await hear(first);
    EXPECT_EQ(peer, "192.0.2.1:12345");
    auto second = co_await connect(*server_->bound("test"), after(kLong));
    co_await second.value()->write(kProxied, after(kLong));
    const std::string refused = co_await hear(**second);
    EXPECT_EQ(refused, "too many");
  });
}

TEST_F(ServerTest, RequiresTheHeaderFromAProxy) {
  listener_.proxies = {Network::parse("127.0.0.1").value()};
  serve(echo);
  call([](Stream& stream) -> awaitable<void> {
    co_await stream.write("EHLO without a header\r\n", after(kLong));
    const std::string answer = co_await hear(stream);
    EXPECT_NE(answer, "EHLO without a header");
  });
}

TEST_F(ServerTest, TakesNoHeaderFromAnyoneElse) {
  listener_.proxies = {Network::parse("192.0.2.0/24").value()};
  serve(echo);
  call([](Stream& stream) -> awaitable<void> {
    const std::string answer = co_await ask(stream, "hello");
    EXPECT_EQ(answer, "hello");
  });
}

// The descriptor that the next open(2) would give.
int next_descriptor() {
  const Descriptor probe(dup(0));
  return probe.get();
}

TEST_F(ServerTest, OutlivesAnEndOfItsDescriptors) {
  settings_.threads = 1;
  serve(echo);
  call([&](Stream& first) -> awaitable<void> {
    const std::string warm = co_await ask(first, "hello");  // the loops have what they need
    EXPECT_EQ(warm, "hello");
    rlimit before{};
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit scarce = before;  // enough for the client's end, not for the server's
    scarce.rlim_cur = static_cast<rlim_t>(next_descriptor()) + 1;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &scarce), 0);
    auto second = co_await connect(*server_->bound("test"), after(kLong));
    const IoResult<Wake> nothing = co_await first.wait_readable(after(50ms));
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(nothing.error(), errc::timed_out);
    const std::string answer = co_await ask(*second.value(), "hello");
    EXPECT_EQ(answer, "hello");
  });
}

}  // namespace
}  // namespace freehold::net

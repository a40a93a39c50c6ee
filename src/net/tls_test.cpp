#include "net/tls.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <fstream>

#include "net/socket_stream.hpp"
#include "net/support_test.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
namespace errc = boost::system::errc;

// A self-signed certificate for mail.test, with who shows and who trusts it.
class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    EXPECT_TRUE(write_self_signed("mail.test", chain_, key_));
    server_ = TlsContext::server(chain_, key_).value();
    trusting_ = TlsContext::client(chain_).value();
    stranger_ = TlsContext::client().value();
  }

  using Dialogue = std::function<awaitable<void>(Stream&)>;

  // Runs the two sides of one connection together.
  static void converse(const Dialogue& server_side, const Dialogue& client_side) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    const auto side = [](int end, const Dialogue& dialogue) -> awaitable<void> {
      const auto executor = co_await boost::asio::this_coro::executor;
      SocketStream stream(executor, end, Endpoint{}, Endpoint{});
      co_await dialogue(stream);
      stream.close();
    };
    run_for_test({[&]() { return side(ends[0], server_side); },
                  [&]() { return side(ends[1], client_side); }});
  }

  // What the client's handshake came to; the server's outcome is not looked at.
  IoResult<> connect(const TlsContext& trust, const std::string& name, bool verify, TlsInfo& info) {
    IoResult<> outcome;
    converse(
        [this](Stream& stream) -> awaitable<void> {
          co_await stream.accept_tls(*server_, after(20s));
        },
        [&](Stream& stream) -> awaitable<void> {
          outcome = co_await stream.connect_tls(trust, name, verify, after(20s));
          if (stream.tls() != nullptr) info = *stream.tls();
        });
    return outcome;
  }

  TemporaryFolder folder_;
  std::string chain_ = folder_.path("chain.pem");
  std::string key_ = folder_.path("key.pem");
  std::unique_ptr<TlsContext> server_;
  std::unique_ptr<TlsContext> trusting_;
  std::unique_ptr<TlsContext> stranger_;
};

TEST_F(TlsTest, BothSidesKnowWhatProtectsThem) {
  TlsInfo client;
  TlsInfo server;
  converse(
      [&](Stream& stream) -> awaitable<void> {
        EXPECT_EQ(stream.tls(), nullptr);
        const auto secured = co_await stream.accept_tls(*server_, after(20s));
        EXPECT_TRUE(secured);
        server = *stream.tls();
      },
      [&](Stream& stream) -> awaitable<void> {
        const auto secured = co_await stream.connect_tls(*trusting_, "mail.test", true, after(20s));
        EXPECT_TRUE(secured);
        client = *stream.tls();
      });
  EXPECT_EQ(client.version, "TLSv1.3");
  EXPECT_TRUE(client.peer_verified);
  EXPECT_EQ(client.verify_error, "");
  EXPECT_EQ(server.server_name, "mail.test");
  EXPECT_EQ(server.cipher, client.cipher);
  EXPECT_GE(server.bits, 128);
  EXPECT_EQ(server.channel_binding.size(), 32U);
  EXPECT_EQ(server.channel_binding, client.channel_binding);
}

TEST_F(TlsTest, AWrongNameIsRefusedOrNoted) {
  TlsInfo info;
  const auto refused = connect(*trusting_, "other.test", true, info);
  EXPECT_EQ(refused.error().message(), "hostname mismatch");
  const auto noted = connect(*trusting_, "other.test", false, info);
  EXPECT_TRUE(noted);
  EXPECT_FALSE(info.peer_verified);
  EXPECT_EQ(info.verify_error, "hostname mismatch");
}

TEST_F(TlsTest, AnUntrustedCertificateIsRefusedOrNoted) {
  TlsInfo info;
  const auto refused = connect(*stranger_, "mail.test", true, info);
  EXPECT_EQ(refused.error().message(), "self-signed certificate");
  const auto noted = connect(*stranger_, "mail.test", false, info);
  EXPECT_TRUE(noted);
  EXPECT_FALSE(info.peer_verified);
  EXPECT_EQ(info.verify_error, "self-signed certificate");
}

TEST_F(TlsTest, AServerWithoutANameIsNotAskedAtAll) {
  TlsInfo info;
  for (const std::string& name : {std::string(), std::string("mail.test\0x", 11)}) {
    EXPECT_EQ(connect(*trusting_, name, true, info).error(), errc::invalid_argument);
    EXPECT_EQ(connect(*trusting_, name, false, info).error(), errc::invalid_argument);
  }
}

TEST_F(TlsTest, ASilentPeerDoesNotHoldTheHandshake) {
  converse(
      [this](Stream& stream) -> awaitable<void> {
        const auto late = co_await stream.accept_tls(*server_, after(10ms));
        EXPECT_EQ(late.error(), errc::timed_out);
        EXPECT_EQ(stream.tls(), nullptr);
      },
      [](Stream& stream) -> awaitable<void> { co_await stream.wait_readable(after(20s)); });
}

TEST_F(TlsTest, PlainTextIsNoHandshake) {
  converse(
      [this](Stream& stream) -> awaitable<void> {
        const auto wrong = co_await stream.accept_tls(*server_, after(20s));
        EXPECT_FALSE(wrong);
        EXPECT_FALSE(wrong.error().message().empty());
      },
      [](Stream& stream) -> awaitable<void> {
        co_await stream.write("EHLO client.test\r\n", after(20s));
        co_await stream.wait_readable(after(20s));
      });
}

TEST_F(TlsTest, CarriesMuchAndTellsAnOrderlyEnd) {
  const std::string much(2'000'000, 'x');
  converse(
      [&](Stream& stream) -> awaitable<void> {
        co_await stream.accept_tls(*server_, after(20s));
        const auto sent = co_await stream.write(much, after(20s));
        EXPECT_TRUE(sent);
      },
      [&](Stream& stream) -> awaitable<void> {
        co_await stream.connect_tls(*trusting_, "mail.test", true, after(20s));
        std::string buffer(30'000, '\0');
        std::size_t total = 0;
        while (true) {
          const auto wake = co_await stream.wait_readable(after(20s));
          EXPECT_TRUE(wake);
          const auto count = co_await stream.read_some(buffer, after(20s));
          if (!count) {
            EXPECT_EQ(count.error(), boost::asio::error::eof);
            break;
          }
          total += *count;
        }
        EXPECT_EQ(total, much.size());
      });
}

TEST_F(TlsTest, AnEndWithoutCloseNotifyIsNotAnOrderlyOne) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  run_for_test({[&]() -> awaitable<void> {
                  const auto executor = co_await boost::asio::this_coro::executor;
                  SocketStream stream(executor, ends[0], Endpoint{}, Endpoint{});
                  co_await stream.accept_tls(*server_, after(20s));  // and is gone
                },
                [&]() -> awaitable<void> {
                  const auto executor = co_await boost::asio::this_coro::executor;
                  SocketStream stream(executor, ends[1], Endpoint{}, Endpoint{});
                  co_await stream.connect_tls(*trusting_, "mail.test", true, after(20s));
                  char buffer[10];
                  const auto cut = co_await stream.read_some(buffer, after(20s));
                  EXPECT_EQ(cut.error(), errc::connection_reset);
                }});
}

TEST_F(TlsTest, WaitsAreInterruptedAndTimedAsInPlainText) {
  converse(
      [&](Stream& stream) -> awaitable<void> {
        co_await stream.accept_tls(*server_, after(20s));
        const auto late = co_await stream.wait_readable(after(10ms));
        EXPECT_EQ(late.error(), errc::timed_out);
        stream.interrupt();
        const auto wake = co_await stream.wait_readable(after(20s));
        EXPECT_EQ(*wake, Wake::interrupted);
        const auto sent = co_await stream.write("go", after(20s));
        EXPECT_TRUE(sent);
      },
      [&](Stream& stream) -> awaitable<void> {
        co_await stream.connect_tls(*trusting_, "mail.test", true, after(20s));
        char buffer[10];
        const auto count = co_await stream.read_some(buffer, after(20s));
        EXPECT_EQ(std::string_view(buffer, count.value()), "go");
      });
}

TEST_F(TlsTest, ReloadShowsTheNewCertificateAndKeepsTheOldOneOnAProblem) {
  TlsInfo info;
  ASSERT_TRUE(write_self_signed("new.test", chain_, key_));
  const auto fresh_trust = TlsContext::client(chain_).value();
  EXPECT_TRUE(connect(*trusting_, "mail.test", true, info));
  ASSERT_TRUE(server_->reload());
  EXPECT_TRUE(connect(*fresh_trust, "new.test", true, info));
  std::ofstream(chain_) << "no certificate\n";
  const auto broken = server_->reload();
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().where, chain_);
  EXPECT_TRUE(connect(*fresh_trust, "new.test", true, info));
}

TEST_F(TlsTest, ProblemsNameTheFile) {
  const auto missing = TlsContext::server(folder_.path("absent.pem"), key_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().where, folder_.path("absent.pem"));
  const auto no_key = TlsContext::server(chain_, chain_);
  ASSERT_FALSE(no_key);
  EXPECT_EQ(no_key.error().what.substr(0, 22), "the key cannot be read");
  const std::string other_key = folder_.path("other_key.pem");
  ASSERT_TRUE(write_self_signed("mail.test", folder_.path("other.pem"), other_key));
  const auto mismatch = TlsContext::server(chain_, other_key);
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().where, other_key);
  EXPECT_NE(mismatch.error().what.find("does not belong"), std::string::npos);
  EXPECT_FALSE(TlsContext::client(folder_.path("absent.pem")));
}

TEST_F(TlsTest, TheKeyIsForItsOwnerOnly) {
  struct stat info{};
  ASSERT_EQ(stat(key_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_FALSE(write_self_signed("", chain_, key_));
  EXPECT_FALSE(write_self_signed("mail.test", "/nonexistent/chain.pem", key_));
}

}  // namespace
}  // namespace freehold::net

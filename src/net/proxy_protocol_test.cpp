#include "net/proxy_protocol.hpp"

#include <gtest/gtest.h>

#include "net/support_test.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string header(char command, char family, const std::string& payload) {
  const std::string length = {static_cast<char>(payload.size() >> 8),
                              static_cast<char>(payload.size() & 0xFF)};
  return kSignature + command + family + length + payload;
}

const std::string kV4 =
    "\xc0\0\2\1\xc6\x33\x64\2\x30\x39\0\x19"s;  // 192.0.2.1:12345 → 198.51.100.2:25
const std::string kV6 =
    "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\x30\x39\1\xbb"s;

TEST(ProxyHeader, SaysForWhomTheProxySpeaks) {
  const auto v4 = parse_proxy_header(header(0x21, 0x11, kV4));
  ASSERT_TRUE(v4);
  EXPECT_TRUE(v4->proxied);
  EXPECT_EQ(v4->source.text(), "192.0.2.1:12345");
  EXPECT_EQ(v4->destination.text(), "198.51.100.2:25");
  const auto v6 = parse_proxy_header(header(0x21, 0x21, kV6 + "\4\0\0"s));  // with an extension
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->source.text(), "[2001:db8::1]:12345");
  EXPECT_EQ(v6->destination.text(), "[2001:db8::2]:443");
}

TEST(ProxyHeader, MayBeWithoutAddresses) {
  const std::string table[] = {
      header(0x20, 0x00, ""),                     // LOCAL: a health check
      header(0x20, 0x11, kV4),                    // LOCAL: whatever follows does not count
      header(0x21, 0x00, "anything"),             // UNSPEC
      header(0x21, 0x31, std::string(216, 'x')),  // a unix socket's client
  };
  for (const std::string& bytes : table) {
    const auto parsed = parse_proxy_header(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->proxied);
  }
}

TEST(ProxyHeader, IsRefusedWhenItIsNone) {
  std::string wrong_signature = header(0x21, 0x11, kV4);
  wrong_signature[11] = '\r';
  const std::string table[] = {
      "",
      "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",  // version 1
      kSignature,                                // cut off
      wrong_signature,
      header(0x11, 0x11, kV4),            // version 1 in binary
      header(0x22, 0x11, kV4),            // unknown command
      header(0x21, 0x12, kV4),            // UDP
      header(0x21, 0x41, kV4),            // unknown family
      header(0x21, 0x11, kV4.substr(1)),  // addresses cut off
      header(0x21, 0x21, kV4),
      header(0x21, 0x31, std::string(215, 'x')),
      header(0x21, 0x11, std::string(4097, 'x')),  // too long
      header(0x21, 0x11, kV4) + "x",               // more than the header
      header(0x21, 0x11, kV4).substr(0, 27),       // less
  };
  for (const std::string& bytes : table) EXPECT_FALSE(parse_proxy_header(bytes)) << bytes.size();
}

TEST(ProxyHeader, IsReadWithoutTakingWhatFollows) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    co_await there->write(header(0x21, 0x11, kV4) + "EHLO", after(5s));
    const auto read = co_await read_proxy_header(*here, after(5s));
    EXPECT_TRUE(read && read->proxied);
    char rest[16];
    const auto count = co_await here->read_some(rest, after(5s));
    EXPECT_EQ(std::string_view(rest, count.value()), "EHLO");
  }});
}

TEST(ProxyHeader, IsWaitedForNoLongerThanItsDeadline) {
  auto [here, there] = memory_streams();
  run_for_test({[&]() -> awaitable<void> {
    co_await there->write(kSignature, after(5s));
    const auto read = co_await read_proxy_header(*here, after(20ms));
    EXPECT_EQ(read.error(), boost::system::errc::timed_out);
  }});
}

}  // namespace
}  // namespace freehold::net

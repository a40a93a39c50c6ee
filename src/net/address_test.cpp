#include "net/address.hpp"

#include <gtest/gtest.h>

namespace freehold::net {
namespace {

TEST(IpAddress, ThereAndBack) {
  const std::pair<const char*, const char*> table[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"2001:DB8:0::1", "2001:db8::1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"::", "::"},
  };
  for (const auto& [in, out] : table) {
    const auto ip = IpAddress::parse(in);
    ASSERT_TRUE(ip) << in;
    EXPECT_EQ(ip->text(), out);
  }
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const std::string_view bad :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "example.test", "[::1]", "::1%lo", "1.2.3.4 "}) {
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0x", 9)));
}

TEST(IpAddress, KnowsLoopback) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_loopback()) << text;
  }
  for (const char* text : {"128.0.0.1", "::", "::2", "1::1"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_loopback()) << text;
  }
}

TEST(IpAddress, CustomerPrefixAndLiteral) {
  EXPECT_EQ(IpAddress::parse("192.0.2.9")->customer_prefix().text(), "192.0.2.9");
  EXPECT_EQ(IpAddress::parse("2001:db8:1:2:3:4:5:6")->customer_prefix().text(), "2001:db8:1:2::");
  EXPECT_EQ(IpAddress::parse("192.0.2.9")->literal(), "[192.0.2.9]");
  EXPECT_EQ(IpAddress::parse("2001:db8::1")->literal(), "[IPv6:2001:db8::1]");
}

TEST(Endpoint, ThereAndBack) {
  for (const char* text : {"192.0.2.1:25", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  for (const char* bad : {"", ":", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
                          "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]25", "[]:25", "[:25"}) {
    EXPECT_FALSE(Endpoint::parse(bad)) << bad;
  }
}

TEST(Network, Contains) {
  struct Row {
    const char* network;
    const char* address;
    bool inside;
  };
  const Row table[] = {
      {"192.0.2.0/24", "192.0.2.255", true},
      {"192.0.2.0/24", "192.0.3.0", false},
      {"192.0.2.128/25", "192.0.2.127", false},
      {"192.0.2.128/25", "192.0.2.128", true},
      {"0.0.0.0/0", "255.255.255.255", true},
      {"0.0.0.0/0", "::1", false},
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1", "192.0.2.2", false},
      {"2001:db8::/32", "2001:db8:ffff::", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::1/128", "::1", true},
      {"::/0", "2001:db8::1", true},
  };
  for (const Row& row : table) {
    EXPECT_EQ(Network::parse(row.network)->contains(*IpAddress::parse(row.address)), row.inside)
        << row.network << ' ' << row.address;
  }
  for (const char* bad : {"", "/8", "192.0.2.0/", "192.0.2.0/33", "::/129", "192.0.2.0/x"}) {
    EXPECT_FALSE(Network::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace freehold::net

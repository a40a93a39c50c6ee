#include "net/dns_rdata.hpp"

#include <gtest/gtest.h>

namespace freehold::net {
namespace {

using namespace std::string_literals;

TEST(DnsName, IsReadInLowerCaseAndEscaped) {
  const std::pair<std::string, std::string> table[] = {
      {"\0"s, ""},
      {"\4Mail\7EXAMPLE\0"s, "mail.example"},
      {"\3a.b\1c\0"s, "a\\.b.c"},
      {"\3a\0b\0"s, "a\\000b"},
      {"\2\xff\\\0"s, "\\255\\\\"},
  };
  for (const auto& [wire, name] : table) EXPECT_EQ(parse_dns_name(wire), name);
}

TEST(DnsName, IsRefusedWhenMalformed) {
  for (const std::string& wire : {""s, "\1"s, "\1a"s, "\5a\0"s, "\0x"s, "\xc0\x0c"s,
                                  "\x40"s + std::string(64, 'a') + "\0"s}) {
    EXPECT_FALSE(parse_dns_name(wire));
  }
  std::string long_name;
  for (int i = 0; i < 64; ++i) long_name += "\3abc";
  EXPECT_FALSE(parse_dns_name(long_name + "\0"s));
}

TEST(Mx, HasPreferenceAndHost) {
  const auto record = parse_mx("\x01\x02\2mx\0"s);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->preference, 0x0102);
  EXPECT_EQ(record->host, "mx");
  EXPECT_EQ(parse_mx("\0\0\0"s)->host, "");  // RFC 7505
  for (const std::string& bad : {""s, "\0"s, "\0\0"s, "\0\0\2mx"s}) EXPECT_FALSE(parse_mx(bad));
}

TEST(Txt, StringsAreJoined) {
  EXPECT_EQ(parse_txt("\3abc\0\2de"s), "abcde");
  EXPECT_FALSE(parse_txt("\4abc"s));
}

TEST(Address, IsOfFourOrSixteenBytes) {
  EXPECT_EQ(parse_address("\xc0\0\2\1"s)->text(), "192.0.2.1");
  EXPECT_EQ(parse_address("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s)->text(), "2001:db8::1");
  EXPECT_FALSE(parse_address("\1\2\3"s));
}

TEST(ReverseName, OfBothKinds) {
  EXPECT_EQ(reverse_name(*IpAddress::parse("192.0.2.1")), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_name(*IpAddress::parse("2001:db8::1")),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST(DnsNameText, MustBeAskable) {
  for (const char* good : {"a", "example.test", "_dmarc.example.test", "xn--bcher-kva.example"}) {
    EXPECT_TRUE(is_dns_name(good)) << good;
  }
  for (const std::string& bad : {""s, "."s, "a..b"s, ".a"s, "a."s, "a b"s, "a\0b"s, "b\xc3\xbc"s,
                                 std::string(64, 'a'), std::string(254, 'a')}) {
    EXPECT_FALSE(is_dns_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace freehold::net

#include "message/address.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

// "name|local|domain" for each, "{name" and "}" for a group.
std::string shown(const Addresses& list) {
  std::string out;
  for (const Address& a : list) {
    if (!out.empty()) out += " ";
    if (a.kind == Address::Kind::group_begin) {
      out += "{" + a.name;
    } else if (a.kind == Address::Kind::group_end) {
      out += "}";
    } else {
      out += a.name + "|" + a.local + "|" + a.domain;
    }
  }
  return out;
}

TEST(Addresses, AreReadFromOrderlyAndBrokenLists) {
  const std::pair<std::string, std::string> cases[] = {
      {"john@example.org", "|john|example.org"},
      {"<john@example.org>", "|john|example.org"},
      {"John Doe <john@example.org>", "John Doe|john|example.org"},
      {"\"Doe, John\" <john@example.org>", "Doe, John|john|example.org"},
      {"\"a \\\"b\\\" c\" <j@example.org>", "a \"b\" c|j|example.org"},
      {"john@example.org (John Doe)", "John Doe|john|example.org"},
      {"a@example.org, b@example.org", "|a|example.org |b|example.org"},
      {"a@example.org,, ,b@example.org,", "|a|example.org |b|example.org"},
      {"a@example.org; b@example.org", "|a|example.org |b|example.org"},
      {"Joe Q. Public <j@example.org>", "Joe Q. Public|j|example.org"},
      {"Who? <one@y.example>", "Who?|one|y.example"},
      {"\"Giant; \\\"Big\\\" Box\" <s@example.net>", "Giant; \"Big\" Box|s|example.net"},
      {"A Group:Ed Jones <joe@where.example>,john@one.example;",
       "{A Group Ed Jones|joe|where.example |john|one.example }"},
      {"Undisclosed recipients:;", "{Undisclosed recipients }"},
      {"g1: a@x.example; g2: b@x.example;", "{g1 |a|x.example } {g2 |b|x.example }"},
      {"g1: a@x.example", "{g1 |a|x.example }"},
      {"Pete(A nice \\) chap) <pete(his account)@silly.example(his host)>",
       "Pete|pete|silly.example"},
      {"Mary Smith <@node.example:mary@example.net>, , jdoe@test   . example",
       "Mary Smith|mary|example.net |jdoe|test.example"},
      {"<@a.example,@b.example:x@c.example>", "|x|c.example"},
      {"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "{Hidden recipients }"},
      {"\"john doe\"@example.org", "|john doe|example.org"},
      {"john . doe@example.org", "|john.doe|example.org"},
      {"john@[192.0.2.1]", "|john|[192.0.2.1]"},
      {"john@[IPv6:2001:db8::1]", "|john|[IPv6:2001:db8::1]"},
      {"root", "|root|"},
      {"John Doe", "John Doe||"},
      {"<>", "||"},
      {"", ""},
      {" , ,", ""},
      {"John <john@example.org", "John|john|example.org"},
      {"John <john@example.org, b@example.org", "John|john|example.org |b|example.org"},
      {"John Doe john@example.org", "John Doe|john|example.org"},
      {"john@example.org <john@example.org>", "john@example.org|john|example.org"},
      {"a <b@x.example> c <d@x.example>", "a|b|x.example c|d|x.example"},
      {"\"unterminated <j@example.org>", "|unterminated <j@example.org>|"},
      {"(unterminated j@example.org", ""},
      {"=?utf-8?q?M=C3=BCller?= <m@example.org>", "=?utf-8?q?M=C3=BCller?=|m|example.org"},
      {"=?utf-8?q?M,_A?= <m@example.org>", "=?utf-8?q?M,_A?=|m|example.org"},
      {"Jürgen <jürgen@exämple.org>", "Jürgen|jürgen|exämple.org"},
      {"John\r\n Doe\r\n <john@example.org>", "John Doe|john|example.org"},
      {"a@b@example.org", "|a@b|example.org"},
      {"@example.org", "||example.org"},
      {"john@", "|john|"},
      {"<john doe@example.org>", "|john doe|example.org"},
      {"> ) ] a@x.example", "|a|x.example"},
  };
  for (const auto& [raw, expected] : cases) EXPECT_EQ(shown(parse_addresses(raw)), expected) << raw;
}

TEST(Addresses, AreBounded) {
  std::string many;
  for (int i = 0; i < 6000; ++i) many += "a@x.example,";
  EXPECT_EQ(parse_addresses(many).size(), 5000U);
  EXPECT_LE(parse_addresses(std::string(100'000, '(')).size(), 1U);
}

TEST(Addresses, AreWrittenWithTheQuotingTheyNeed) {
  const std::pair<Address, std::string> cases[] = {
      {{.local = "john", .domain = "example.org"}, "john@example.org"},
      {{.name = "John Doe", .local = "john", .domain = "example.org"},
       "John Doe <john@example.org>"},
      {{.name = "Doe, J.", .local = "j", .domain = "example.org"}, "\"Doe, J.\" <j@example.org>"},
      {{.name = "Müller", .local = "m", .domain = "example.org"},
       "=?utf-8?q?M=C3=BCller?= <m@example.org>"},
      {{.local = "john doe", .domain = "example.org"}, "\"john doe\"@example.org"},
      {{.local = "a..b", .domain = "example.org"}, "\"a..b\"@example.org"},
      {{.local = "jürgen", .domain = "example.org"}, "jürgen@example.org"},
  };
  for (const auto& [address, expected] : cases) {
    EXPECT_EQ(format_addresses({address}), expected);
    EXPECT_EQ(decoded(parse_addresses(expected)), Addresses{address});
  }
}

TEST(Addresses, KeepTheirGroupsWhenWritten) {
  for (const char* text :
       {"g: a@x.example, B <b@x.example>;", "g: ;", "a@x.example, g: b@x.example;, c@x.example"}) {
    EXPECT_EQ(format_addresses(parse_addresses(text)), text);
  }
}

}  // namespace
}  // namespace freehold::message

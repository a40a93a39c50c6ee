#include "net/connection_limits.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace freehold::net {
namespace {

using Ticket = ConnectionLimits::Ticket;
using Refusal = ConnectionLimits::Refusal;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

// Comes in and stays.
bool enter(ConnectionLimits& limits, std::vector<Ticket>& inside, const char* address) {
  auto admission = limits.admit(ip(address));
  if (std::holds_alternative<Refusal>(admission)) return false;
  inside.push_back(std::get<Ticket>(std::move(admission)));
  return true;
}

TEST(ConnectionLimits, CountsIpv4AddressesOneByOne) {
  ConnectionLimits limits(100, 2);
  std::vector<Ticket> inside;
  EXPECT_TRUE(enter(limits, inside, "192.0.2.1"));
  EXPECT_TRUE(enter(limits, inside, "192.0.2.1"));
  EXPECT_FALSE(enter(limits, inside, "192.0.2.1"));
  EXPECT_TRUE(enter(limits, inside, "192.0.2.2"));
}

TEST(ConnectionLimits, CountsIpv6ByThePrefixOfACustomer) {
  ConnectionLimits limits(100, 2);
  std::vector<Ticket> inside;
  EXPECT_TRUE(enter(limits, inside, "2001:db8::1"));
  EXPECT_TRUE(enter(limits, inside, "2001:db8::ffff:1"));
  EXPECT_FALSE(enter(limits, inside, "2001:db8::2"));
  EXPECT_TRUE(enter(limits, inside, "2001:db8:0:1::1"));
}

TEST(ConnectionLimits, GivesPlacesBack) {
  ConnectionLimits limits(2, 1);
  {
    std::vector<Ticket> inside;
    EXPECT_TRUE(enter(limits, inside, "192.0.2.1"));
    EXPECT_TRUE(enter(limits, inside, "192.0.2.2"));
    EXPECT_EQ(std::get<Refusal>(limits.admit(ip("192.0.2.3"))), Refusal::server_full);
  }
  std::vector<Ticket> inside;
  EXPECT_TRUE(enter(limits, inside, "192.0.2.1"));
  EXPECT_EQ(std::get<Refusal>(limits.admit(ip("192.0.2.1"))), Refusal::prefix_full);
}

TEST(ConnectionLimits, LetLoopbackInAlways) {
  ConnectionLimits limits(0, 0);
  std::vector<Ticket> inside;
  EXPECT_TRUE(enter(limits, inside, "127.0.0.1"));
  EXPECT_TRUE(enter(limits, inside, "::1"));
  EXPECT_FALSE(enter(limits, inside, "192.0.2.1"));
}

}  // namespace
}  // namespace freehold::net

#include "trust/iprev.hpp"

#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"

namespace freehold::trust {
namespace {

class Iprev : public ::testing::Test {
 protected:
  IprevVerdict check(std::string_view client = "192.0.2.1") {
    return testing::run(check_iprev(world_, net::IpAddress::parse(client).value()));
  }

  net::testing::DnsWorld world_;
};

TEST_F(Iprev, PassesWhenANameLeadsBack) {
  world_.ptr("192.0.2.1", "wrong.example");
  world_.ptr("192.0.2.1", "mail.example");
  world_.ptr("2001:db8::1", "mail.example");
  world_.address("mail.example", "192.0.2.7");
  world_.address("mail.example", "192.0.2.1");
  world_.address("mail.example", "2001:db8::1");
  EXPECT_EQ(check().result, IprevResult::pass);
  EXPECT_EQ(check().name, "mail.example");
  EXPECT_EQ(check("2001:db8::1").result, IprevResult::pass);
}

TEST_F(Iprev, FailsWhenNoNameDoes) {
  world_.ptr("192.0.2.1", "mail.example");
  EXPECT_EQ(check().result, IprevResult::fail);
  world_.address("mail.example", "192.0.2.2");
  EXPECT_EQ(check().result, IprevResult::fail);
  EXPECT_EQ(check().name, "mail.example");
}

TEST_F(Iprev, IsPermanentWithoutAName) { EXPECT_EQ(check().result, IprevResult::permerror); }

TEST_F(Iprev, IsTemporaryWhenTheDnsFails) {
  world_.ptr("192.0.2.1", "mail.example");
  world_.fails("mail.example");
  EXPECT_EQ(check().result, IprevResult::temperror);
  EXPECT_FALSE(check().problem.empty());
  world_.fails("1.2.0.192.in-addr.arpa", net::DnsStatus::bogus);
  EXPECT_EQ(check().result, IprevResult::temperror);
  EXPECT_FALSE(check().problem.empty());
}

TEST_F(Iprev, OneGoodNameOutweighsAFailure) {
  world_.ptr("192.0.2.1", "broken.example");
  world_.ptr("192.0.2.1", "mail.example");
  world_.fails("broken.example");
  world_.address("mail.example", "192.0.2.1");
  EXPECT_EQ(check().result, IprevResult::pass);
}

TEST_F(Iprev, TriesTenNamesOnly) {
  for (int i = 0; i < 10; ++i) world_.ptr("192.0.2.1", "n" + std::to_string(i) + ".example");
  world_.ptr("192.0.2.1", "mail.example");
  world_.address("mail.example", "192.0.2.1");
  EXPECT_EQ(check().result, IprevResult::fail);
  EXPECT_EQ(world_.questions(), 11U);
}

TEST_F(Iprev, NamesItsResults) {
  EXPECT_EQ(iprev_result_name(IprevResult::pass), "pass");
  EXPECT_EQ(iprev_result_name(IprevResult::fail), "fail");
  EXPECT_EQ(iprev_result_name(IprevResult::temperror), "temperror");
  EXPECT_EQ(iprev_result_name(IprevResult::permerror), "permerror");
}

}  // namespace
}  // namespace freehold::trust

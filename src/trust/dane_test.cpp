#include "trust/dane.hpp"

#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "net/testing/certificates.hpp"
#include "net/testing/dns_world.hpp"

namespace freehold::trust {
namespace {

using freehold::testing::run;
using net::DnsStatus;
using Kind = DaneDemand::Kind;

std::string rdata(char usage, char selector, char matching, const std::string& data) {
  return std::string{usage, selector, matching} + data;
}
const std::string kDigest(32, 'd');

TEST(Tlsa, IsReadFromItsRdata) {
  const auto record = parse_tlsa(rdata(3, 1, 1, kDigest));
  EXPECT_EQ(record, (net::TlsaRecord{3, 1, 1, kDigest}));
  EXPECT_EQ(parse_tlsa("\xFF\xFE\xFD."), (net::TlsaRecord{255, 254, 253, "."}));
  for (std::size_t size = 0; size < 4; ++size) EXPECT_FALSE(parse_tlsa(std::string(size, '\1')));
  EXPECT_FALSE(parse_tlsa(std::string(100'000, '\1')));
}

TEST(Tlsa, IsUsableOnlyWhereAnSmtpClientCanMatchIt) {
  const net::testing::TestCertificate certificate({.hosts = {"mx.test"}});
  const net::TlsaRecord good[] = {{3, 1, 1, kDigest},
                                  {2, 0, 2, std::string(64, 'x')},
                                  {3, 0, 0, certificate.der()},
                                  {2, 1, 0, certificate.public_key()}};
  for (const auto& record : good) EXPECT_TRUE(is_usable(record));
  const net::TlsaRecord bad[] = {{0, 1, 1, kDigest},                  // PKIX-TA, RFC 7672, 3.1.3
                                 {1, 1, 1, kDigest},                  // PKIX-EE
                                 {4, 1, 1, kDigest},                  // unassigned
                                 {255, 1, 1, kDigest},                // private use
                                 {3, 2, 1, kDigest},                  //
                                 {3, 1, 3, kDigest},                  //
                                 {3, 1, 1, std::string(31, 'x')},     //
                                 {3, 1, 1, std::string(33, 'x')},     //
                                 {3, 1, 2, kDigest},                  //
                                 {3, 0, 0, "no certificate"},         //
                                 {3, 0, 0, certificate.der() + "x"},  //
                                 {3, 0, 0, certificate.public_key()},
                                 {3, 1, 0, certificate.der()}};
  for (const auto& record : bad) EXPECT_FALSE(is_usable(record)) << int(record.usage);
}

// A destination with one MX host, whose records each test arranges.
class DaneTest : public ::testing::Test {
 protected:
  static constexpr std::uint16_t kTlsa = 52;

  DaneDemand find(bool mx_secure = true) {
    return run(find_dane(dns_, {"MX.Hosting.test", "Customer.test", mx_secure, 25}));
  }
  void host(bool secure) {
    dns_.address("mx.hosting.test", "192.0.2.1");
    if (secure) dns_.secure("mx.hosting.test");
  }
  void tlsa(const std::string& data, bool secure = true) {
    dns_.record("_25._tcp.mx.hosting.test", kTlsa, data);
    if (secure) dns_.secure("_25._tcp.mx.hosting.test");
  }

  net::testing::DnsWorld dns_;
};

TEST_F(DaneTest, SignedAddressesAndRecordsDemandThatTheHostIsAuthenticated) {
  host(true);
  tlsa(rdata(3, 1, 1, kDigest));
  tlsa(rdata(1, 1, 1, kDigest));
  const auto demand = find();
  EXPECT_EQ(demand.kind, Kind::authenticate);
  EXPECT_EQ(demand.base_domain, "mx.hosting.test");
  EXPECT_EQ(demand.other_names, std::vector<std::string>{"customer.test"});
  EXPECT_EQ(demand.records, (std::vector<net::TlsaRecord>{{3, 1, 1, kDigest}}));
}

TEST_F(DaneTest, OnlyUnusableRecordsDemandEncryption) {
  host(true);
  tlsa(rdata(1, 1, 1, kDigest));
  tlsa("x");
  EXPECT_EQ(find().kind, Kind::encrypt);
}

TEST_F(DaneTest, WithoutSignaturesItDoesNotApply) {
  host(true);
  tlsa(rdata(3, 1, 1, kDigest), false);
  EXPECT_EQ(find().kind, Kind::none);
}

TEST_F(DaneTest, UnsignedAddressesEndItWithoutAQuestionForTlsa) {
  host(false);
  tlsa(rdata(3, 1, 1, kDigest));
  dns_.fails("_25._tcp.mx.hosting.test");
  EXPECT_EQ(find().kind, Kind::none);
  EXPECT_EQ(dns_.questions(), 1U);
}

TEST_F(DaneTest, AnUnsignedMxEndsItAtOnce) {
  host(true);
  tlsa(rdata(3, 1, 1, kDigest));
  EXPECT_EQ(find(false).kind, Kind::none);
  EXPECT_EQ(dns_.questions(), 0U);
}

TEST_F(DaneTest, NoRecordsIsNoDane) {
  host(true);
  EXPECT_EQ(find().kind, Kind::none);
  dns_.txt("_25._tcp.mx.hosting.test", "of another type");
  EXPECT_EQ(find().kind, Kind::none);
}

TEST_F(DaneTest, WhatCannotBeLookedUpIsUnknownAndNotAbsent) {
  host(true);
  for (const DnsStatus status : {DnsStatus::failed, DnsStatus::bogus}) {
    dns_.fails("_25._tcp.mx.hosting.test", status);
    const auto demand = find();
    EXPECT_EQ(demand.kind, Kind::unknown);
    EXPECT_FALSE(demand.reason.empty());
  }
  for (const DnsStatus status : {DnsStatus::failed, DnsStatus::bogus}) {
    dns_.fails("mx.hosting.test", status);
    EXPECT_EQ(find().kind, Kind::unknown);
  }
}

TEST_F(DaneTest, AHostWithoutAddressesIsLeftToTheConnection) { EXPECT_EQ(find().kind, Kind::none); }

TEST_F(DaneTest, ADestinationWithoutMxHasOneName) {
  dns_.address("customer.test", "192.0.2.1");
  dns_.secure("customer.test");
  dns_.record("_25._tcp.customer.test", kTlsa, rdata(2, 0, 1, kDigest));
  dns_.secure("_25._tcp.customer.test");
  const auto demand = run(find_dane(dns_, {"customer.test", "customer.test", true, 25}));
  EXPECT_EQ(demand.kind, Kind::authenticate);
  EXPECT_TRUE(demand.other_names.empty());
}

TEST_F(DaneTest, AnotherPortHasRecordsOfItsOwn) {
  host(true);
  tlsa(rdata(3, 1, 1, kDigest));
  EXPECT_EQ(run(find_dane(dns_, {"mx.hosting.test", "customer.test", true, 465})).kind, Kind::none);
}

// An MX host that is an alias of another name.
class DaneAliasTest : public ::testing::Test {
 protected:
  // Answers for addresses as a resolver does that has followed the alias.
  class Aliased final : public net::Resolver {
   public:
    awaitable<net::DnsAnswer<net::MxRecord>> mx(std::string name) override {
      return world.mx(std::move(name));
    }
    awaitable<net::DnsAnswer<net::IpAddress>> addresses(std::string) override {
      net::DnsAnswer<net::IpAddress> answer;
      answer.status = DnsStatus::found;
      answer.secure = secure;
      answer.canonical_name = "Real.test";
      answer.records = {net::IpAddress::v4({192, 0, 2, 1})};
      co_return answer;
    }
    awaitable<net::DnsAnswer<std::string>> txt(std::string name) override {
      return world.txt(std::move(name));
    }
    awaitable<net::DnsAnswer<std::string>> ptr(net::IpAddress ip) override { return world.ptr(ip); }
    awaitable<net::DnsAnswer<std::string>> records(std::string name, std::uint16_t type) override {
      return world.records(std::move(name), type);
    }
    net::testing::DnsWorld world;
    bool secure = true;
  };

  DaneDemand find() { return run(find_dane(dns_, {"mx.test", "customer.test", true, 25})); }
  void tlsa(const std::string& name) {
    dns_.world.record("_25._tcp." + name, 52, rdata(3, 1, 1, kDigest));
    dns_.world.secure("_25._tcp." + name);
  }

  Aliased dns_;
};

TEST_F(DaneAliasTest, TheEndOfASignedAliasComesFirst) {
  tlsa("real.test");
  tlsa("mx.test");
  EXPECT_EQ(find().base_domain, "real.test");
}

TEST_F(DaneAliasTest, TheAliasItselfComesSecond) {
  tlsa("mx.test");
  EXPECT_EQ(find().base_domain, "mx.test");
}

TEST_F(DaneAliasTest, AFailureAtTheFirstDoesNotLeadToTheSecond) {
  tlsa("mx.test");
  dns_.world.fails("_25._tcp.real.test");
  EXPECT_EQ(find().kind, Kind::unknown);
}

TEST_F(DaneAliasTest, ASignedAliasIntoAnUnsignedZoneKeepsItsOwnRecords) {
  dns_.secure = false;
  tlsa("real.test");
  tlsa("mx.test");
  EXPECT_EQ(find().kind, Kind::none);  // the alias is not signed either
  dns_.world.record("mx.test", ns_t_cname, "\4real\4test");
  dns_.world.secure("mx.test");
  EXPECT_EQ(find().base_domain, "mx.test");
  dns_.world.fails("mx.test", DnsStatus::bogus);
  EXPECT_EQ(find().kind, Kind::unknown);
}

}  // namespace
}  // namespace freehold::trust

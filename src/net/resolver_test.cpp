#include "net/resolver.hpp"

#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <thread>

#include "net/descriptor.hpp"
#include "net/socket_address.hpp"
#include "net/support_test.hpp"
#include "net/testing/name_server.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;

constexpr const char* kZone = R"($ORIGIN zone.test.
$TTL 60
@        SOA ns hostmaster 1 3600 600 86400 60
@        NS  ns
@        MX  20 Backup
@        MX  10 mx.zone.test.
@        TXT "v=spf1 " "-all"
@        TXT "second"
ns       A   127.0.0.1
mx       A   192.0.2.1
mx       AAAA 2001:db8::1
backup   A   192.0.2.2
six      AAAA 2001:db8::6
nomail   MX  0 .
alias    CNAME mx
_25._tcp.mx TLSA 3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
)";

constexpr const char* kReverseZone = R"($ORIGIN 2.0.192.in-addr.arpa.
$TTL 60
@ SOA ns.zone.test. hostmaster.zone.test. 1 3600 600 86400 60
@ NS  ns.zone.test.
1 PTR MX.zone.test.
)";

std::unique_ptr<Resolver> resolver_over(const Endpoint& server, std::chrono::milliseconds timeout) {
  ResolverSettings settings;
  settings.forwarders = {server};
  settings.timeout = timeout;
  Result<std::unique_ptr<Resolver>> made = make_resolver(settings);
  EXPECT_TRUE(made);
  return std::move(*made);
}

// One server for all tests, waited for until it answers.
class ResolverTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<testing::NameServer>(std::map<std::string, std::string>{
        {"zone.test", kZone}, {"2.0.192.in-addr.arpa", kReverseZone}});
    ASSERT_TRUE(server_->wait_for("zone.test"));
    resolver_ = resolver_over(server_->at(), 5s);
  }
  static void TearDownTestSuite() {
    resolver_.reset();
    server_.reset();
  }

  template <class T>
  static DnsAnswer<T> wait_for(std::function<awaitable<DnsAnswer<T>>()> question) {
    DnsAnswer<T> answer;
    run_for_test({[&]() -> awaitable<void> { answer = co_await question(); }});
    return answer;
  }
  static DnsAnswer<MxRecord> mx(const std::string& name) {
    return wait_for<MxRecord>([&] { return resolver_->mx(name); });
  }
  static DnsAnswer<IpAddress> addresses(const std::string& name) {
    return wait_for<IpAddress>([&] { return resolver_->addresses(name); });
  }

  static inline std::unique_ptr<testing::NameServer> server_;
  static inline std::unique_ptr<Resolver> resolver_;
};

TEST_F(ResolverTest, FindsMailExchangers) {
  const auto answer = mx("Zone.Test.");
  ASSERT_EQ(answer.status, DnsStatus::found) << answer.error;
  EXPECT_FALSE(answer.secure);
  EXPECT_EQ(answer.canonical_name, "zone.test");
  std::map<int, std::string> hosts;
  for (const MxRecord& record : answer.records) hosts[record.preference] = record.host;
  EXPECT_EQ(hosts, (std::map<int, std::string>{{10, "mx.zone.test"}, {20, "backup.zone.test"}}));
}

TEST_F(ResolverTest, TellsTheNullMx) {
  const auto answer = mx("nomail.zone.test");
  ASSERT_EQ(answer.records.size(), 1U) << answer.error;
  EXPECT_EQ(answer.records[0].host, "");
}

TEST_F(ResolverTest, TellsNoDataFromNoSuchDomain) {
  EXPECT_EQ(mx("mx.zone.test").status, DnsStatus::no_data);
  EXPECT_EQ(mx("absent.zone.test").status, DnsStatus::no_such_domain);
  EXPECT_EQ(addresses("nomail.zone.test").status, DnsStatus::no_data);
  EXPECT_EQ(mx("not a name").status, DnsStatus::no_such_domain);
  EXPECT_EQ(mx("").status, DnsStatus::no_such_domain);
}

TEST_F(ResolverTest, FindsAddressesOfBothKindsBehindAnAlias) {
  const auto answer = addresses("alias.zone.test");
  ASSERT_EQ(answer.status, DnsStatus::found) << answer.error;
  EXPECT_EQ(answer.canonical_name, "mx.zone.test");
  ASSERT_EQ(answer.records.size(), 2U);
  EXPECT_EQ(answer.records[0].text(), "192.0.2.1");
  EXPECT_EQ(answer.records[1].text(), "2001:db8::1");
  EXPECT_EQ(addresses("six.zone.test").records.size(), 1U);
  EXPECT_EQ(addresses("backup.zone.test").records.size(), 1U);
}

TEST_F(ResolverTest, JoinsTheStringsOfATxtRecord) {
  auto answer = wait_for<std::string>([] { return resolver_->txt("zone.test"); });
  std::ranges::sort(answer.records);
  EXPECT_EQ(answer.records, (std::vector<std::string>{"second", "v=spf1 -all"}));
}

TEST_F(ResolverTest, FindsTheNameOfAnAddress) {
  const auto answer =
      wait_for<std::string>([] { return resolver_->ptr(*IpAddress::parse("192.0.2.1")); });
  EXPECT_EQ(answer.records, std::vector<std::string>{"mx.zone.test"}) << answer.error;
}

TEST_F(ResolverTest, GivesAnyTypeAsRdata) {
  constexpr std::uint16_t kTlsa = 52;
  const auto answer =
      wait_for<std::string>([] { return resolver_->records("_25._tcp.mx.zone.test", kTlsa); });
  ASSERT_EQ(answer.records.size(), 1U) << answer.error;
  EXPECT_EQ(answer.records[0].size(), 35U);
  EXPECT_TRUE(answer.records[0].starts_with("\3\1\1"));
}

TEST_F(ResolverTest, AnswersManyQuestionsAtOnceFromSeveralThreads) {
  std::atomic<int> found = 0;
  const auto ask = [&]() -> awaitable<void> {
    const auto answer = co_await resolver_->mx("zone.test");
    found += answer.records.size() == 2;
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back(
          [&] { run_for_test(std::vector<std::function<awaitable<void>()>>(100, ask)); });
    }
  }
  EXPECT_EQ(found, 400);
}

TEST_F(ResolverTest, GivesUpOnASilentServer) {
  const Descriptor silent = testing::bind_udp();
  const auto resolver = resolver_over(SocketAddress::local(silent.get()).endpoint(), 100ms);
  const auto answer = wait_for<std::string>([&] { return resolver->txt("zone.test"); });
  EXPECT_EQ(answer.status, DnsStatus::failed);
  EXPECT_EQ(answer.error, "timed out");
}

TEST_F(ResolverTest, StoppedItFailsWhatIsAskedAndWhatWillBe) {
  const Descriptor silent = testing::bind_udp();
  const auto resolver = resolver_over(SocketAddress::local(silent.get()).endpoint(), 1h);
  const auto ask = [&] { return resolver->txt("zone.test"); };
  auto asked = std::async(std::launch::async, [&] { return wait_for<std::string>(ask); });
  EXPECT_EQ(asked.wait_for(50ms), std::future_status::timeout);
  resolver->stop();
  EXPECT_EQ(asked.get().error, "the server is stopping");
  EXPECT_EQ(wait_for<std::string>(ask).error, "the server is stopping");
}

TEST(Resolver, RefusesAnUnreadableTrustAnchor) {
  ResolverSettings settings;
  settings.trust_anchor_file = "/nonexistent/root.key";
  const auto made = make_resolver(settings);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().where, "/nonexistent/root.key");
}

}  // namespace
}  // namespace freehold::net

#include "filter/dnsbl.hpp"

#include <gtest/gtest.h>

#include "base/suspend.hpp"
#include "base/testing/run.hpp"
#include "filter/dnsbl_lookup.hpp"
#include "filter/limits.hpp"
#include "net/testing/dns_world.hpp"

namespace freehold::filter {
namespace {

using namespace std::chrono_literals;
using freehold::testing::run;
using net::testing::DnsWorld;
using Outcome = ListOutcome;

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

ListSpec default_list(std::string_view zone) {
  for (const ListSpec& list : default_lists()) {
    if (list.zone == zone) return list;
  }
  ADD_FAILURE() << zone;
  return {};
}

net::DnsAnswer<std::string> answered(const std::vector<std::string_view>& addresses) {
  net::DnsAnswer<std::string> answer;
  answer.status = net::DnsStatus::found;
  for (const auto address : addresses) answer.records.emplace_back(ip(address).bytes());
  return answer;
}

struct Reading {
  const char* zone;
  std::vector<std::string_view> addresses;
  Outcome outcome;
  double weight;
};
class ListAnswers : public ::testing::TestWithParam<Reading> {};
TEST_P(ListAnswers, MeanWhatTheListSaysOfThem) {
  const auto& [zone, addresses, outcome, weight] = GetParam();
  const ListFinding finding = read_list_answer(default_list(zone), "x", answered(addresses));
  EXPECT_EQ(finding.outcome, outcome) << zone << " " << finding.detail;
  EXPECT_EQ(finding.weight, weight) << zone << " " << finding.detail;
}
INSTANTIATE_TEST_SUITE_P(
    All, ListAnswers,
    ::testing::Values(
        Reading{"zen.spamhaus.org", {"127.0.0.2"}, Outcome::listed, 4.0},
        Reading{"zen.spamhaus.org", {"127.0.0.10", "127.0.0.4"}, Outcome::listed, 5.0},
        Reading{"zen.spamhaus.org", {"127.255.255.254"}, Outcome::refused, 0},
        Reading{"zen.spamhaus.org", {"127.255.255.252"}, Outcome::refused, 0},
        Reading{"zen.spamhaus.org", {"127.255.255.17"}, Outcome::refused, 0},
        Reading{"zen.spamhaus.org", {"127.0.0.2", "127.255.255.255"}, Outcome::refused, 0},
        Reading{"zen.spamhaus.org", {"203.0.113.1"}, Outcome::refused, 0},
        Reading{"zen.spamhaus.org", {"127.0.0.99"}, Outcome::unknown, 0},
        Reading{"zen.spamhaus.org", {}, Outcome::unknown, 0},
        Reading{"dbl.spamhaus.org", {"127.0.1.4"}, Outcome::listed, 6.0},
        Reading{"dbl.spamhaus.org", {"127.0.1.103"}, Outcome::listed, 1.5},
        Reading{"dbl.spamhaus.org", {"127.0.1.255"}, Outcome::refused, 0},
        Reading{"dbl.spamhaus.org", {"127.0.0.2"}, Outcome::unknown, 0},
        Reading{"multi.surbl.org", {"127.0.0.72"}, Outcome::listed, 5.0},
        Reading{"multi.surbl.org", {"127.0.0.128"}, Outcome::listed, 1.5},
        Reading{"multi.surbl.org", {"127.0.0.1"}, Outcome::refused, 0},
        Reading{"multi.uribl.com", {"127.0.0.1"}, Outcome::refused, 0},
        Reading{"multi.uribl.com", {"127.0.0.2"}, Outcome::listed, 3.0},
        Reading{"list.dnswl.org", {"127.0.10.3"}, Outcome::listed, -3.0},
        Reading{"list.dnswl.org", {"127.0.0.255"}, Outcome::refused, 0}));

TEST(ListAnswers, AreCleanOnlyWhenTheNameDoesNotExist) {
  using net::DnsStatus;
  for (const auto& [status, outcome] : {std::pair(DnsStatus::no_such_domain, Outcome::clean),
                                        std::pair(DnsStatus::no_data, Outcome::unknown),
                                        std::pair(DnsStatus::failed, Outcome::unknown),
                                        std::pair(DnsStatus::bogus, Outcome::unknown)}) {
    net::DnsAnswer<std::string> answer;
    answer.status = status;
    EXPECT_EQ(read_list_answer(default_list("zen.spamhaus.org"), "x", answer).outcome, outcome);
  }
}

TEST(ListQuestions, AreReversedAndHaveTheSubscribersKey) {
  ListSpec zen = default_list("zen.spamhaus.org");
  EXPECT_EQ(list_question(zen, ip("192.0.2.7")), "7.2.0.192.zen.spamhaus.org");
  EXPECT_EQ(list_question(zen, ip("2001:db8::1")),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.spamhaus.org");
  zen.zone = "zen.dq.spamhaus.net";
  zen.key = "abc";
  EXPECT_EQ(list_question(zen, ip("192.0.2.7")), "7.2.0.192.abc.zen.dq.spamhaus.net");
  EXPECT_EQ(list_question(default_list("dbl.spamhaus.org"), "x.example"),
            "x.example.dbl.spamhaus.org");
  EXPECT_EQ(list_question(default_list("bl.mailspike.net"), ip("2001:db8::1")), "");
  EXPECT_EQ(list_question(default_list("dbl.spamhaus.org"), ip("192.0.2.7")), "");
  EXPECT_EQ(list_question(zen, "x.example"), "");
  EXPECT_EQ(list_question(default_list("dbl.spamhaus.org"), std::string(300, 'a')), "");
}

class ListsTest : public ::testing::Test {
 protected:
  ListsTest() {
    dns_.address("2.0.0.127.ip.test", "127.0.0.2");
    dns_.address("test.dom.test", "127.0.1.2");
  }
  std::vector<ListFinding> look_up(std::vector<std::string> domains = {}) {
    return run(lists_.look_up(ip("192.0.2.7"), std::move(domains), 1s));
  }
  void test_lists() {
    run([](Lists& lists) -> awaitable<int> {
      co_await lists.test_lists();
      co_return 0;
    }(lists_));
  }

  DnsWorld dns_;
  ManualClock clock_{from_millis(1'800'000'000'000)};
  Lists lists_{
      dns_,
      clock_,
      {{.zone = "ip.test", .codes = {{2, 2, 4.0, "bad"}}},
       {.zone = "dom.test", .of = ListSpec::Of::domains, .codes = {{0x102, 0x102, 3.0, "spam"}}}}};
};

TEST_F(ListsTest, AreNotAskedBeforeTheyHavePassedTheirTest) {
  EXPECT_TRUE(look_up({"a.example"}).empty());
  test_lists();
  EXPECT_EQ(look_up({"a.example"}).size(), 2U);
  clock_.advance(kListTestAge);
  EXPECT_TRUE(look_up({"a.example"}).empty()) << "the test is too old";
}

TEST_F(ListsTest, ThatListEverythingOrNothingAreNotTrusted) {
  dns_.address("1.0.0.127.ip.test", "127.0.0.2");
  dns_.fails("test.dom.test", net::DnsStatus::no_such_domain);
  test_lists();
  EXPECT_TRUE(look_up({"a.example"}).empty());
  EXPECT_EQ(lists_.states()[0].trust, ListState::Trust::failed);
  EXPECT_EQ(lists_.states()[1].trust, ListState::Trust::failed);
}

TEST_F(ListsTest, StayTrustedWhenTheDnsIsAwayDuringALaterTest) {
  test_lists();
  dns_.fails("2.0.0.127.ip.test");
  test_lists();
  EXPECT_EQ(look_up().size(), 1U);
}

TEST_F(ListsTest, FindTheAddressAndTheDomainsOfTheMessage) {
  test_lists();
  dns_.address("7.2.0.192.ip.test", "127.0.0.2");
  dns_.address("evil.example.dom.test", "127.0.1.2");
  const auto findings = look_up({"www.evil.example", "mail.evil.example", "good.example"});
  ASSERT_EQ(findings.size(), 3U) << "one question for a registrable domain";
  EXPECT_EQ(findings[0].outcome, Outcome::listed);
  EXPECT_EQ(findings[0].labels, std::vector<std::string>{"bad"});
  EXPECT_EQ(findings[1].subject, "evil.example");
  EXPECT_EQ(findings[1].weight, 3.0);
  EXPECT_EQ(findings[2].outcome, Outcome::clean);
}

TEST_F(ListsTest, ThatRefuseAreLeftAloneForAWhile) {
  test_lists();
  dns_.address("7.2.0.192.ip.test", "127.255.255.254");
  EXPECT_EQ(look_up().at(0).outcome, Outcome::refused);
  EXPECT_TRUE(look_up().empty());
  clock_.advance(kListPause);
  EXPECT_EQ(look_up().size(), 1U);
}

TEST_F(ListsTest, AreAskedForABoundedNumberOfDomains) {
  test_lists();
  std::vector<std::string> domains;
  for (int i = 0; i < 100; ++i) domains.push_back("d" + std::to_string(i) + ".example");
  EXPECT_EQ(look_up(domains).size(), 1 + kMaxListDomains);
}

// Answers only when the test says so.
class SlowDns final : public net::Resolver {
 public:
  awaitable<net::DnsAnswer<net::MxRecord>> mx(std::string) override {
    co_return net::DnsAnswer<net::MxRecord>{};
  }
  awaitable<net::DnsAnswer<net::IpAddress>> addresses(std::string) override {
    co_return net::DnsAnswer<net::IpAddress>{};
  }
  awaitable<net::DnsAnswer<std::string>> txt(std::string) override {
    co_return net::DnsAnswer<std::string>{};
  }
  awaitable<net::DnsAnswer<std::string>> ptr(net::IpAddress) override {
    co_return net::DnsAnswer<std::string>{};
  }
  awaitable<net::DnsAnswer<std::string>> records(std::string name, std::uint16_t) override {
    net::DnsAnswer<std::string> answer;
    if (name.starts_with("1.0.0.127")) answer.status = net::DnsStatus::no_such_domain;
    if (name.starts_with("2.0.0.127")) answer = answered({"127.0.0.2"});
    if (name.starts_with("7.")) {
      co_await suspend([this](Resume resume) { waiting = std::move(resume); });
      answer = answered({"127.0.0.2"});
    }
    co_return answer;
  }
  Resume waiting;
};

TEST(SlowLists, HoldUpNoMessageBeyondTheLimit) {
  SlowDns dns;
  ManualClock clock{from_millis(1'800'000'000'000)};
  Lists lists{dns, clock, {{.zone = "ip.test", .codes = {{2, 2, 4.0, "bad"}}}}};
  const auto findings = run([](Lists& all, SlowDns& slow) -> awaitable<std::vector<ListFinding>> {
    co_await all.test_lists();
    auto found = co_await all.look_up(ip("192.0.2.7"), {}, 1ms);
    slow.waiting();  // the answer that comes too late finds nobody, and does no harm
    co_return found;
  }(lists, dns));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].outcome, Outcome::unknown);
  EXPECT_EQ(findings[0].detail, "no answer in time");
}

}  // namespace
}  // namespace freehold::filter

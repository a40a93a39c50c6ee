#include "trust/mta_sts.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"
#include "store/testing/temporary_store.hpp"
#include "trust/limits.hpp"
#include "trust/mta_sts_cache.hpp"
#include "trust/testing/fake_https.hpp"

namespace freehold::trust {
namespace {

using namespace std::chrono_literals;
using freehold::testing::run;

constexpr const char* kPolicy =
    "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n"
    "mx: backupmx.example.com\r\nmax_age: 604800\r\n";

TEST(StsRecord, HasAnId) {
  const std::pair<const char*, const char*> good[] = {
      {"v=STSv1; id=20160831085700Z;", "20160831085700Z"},
      {"v=STSv1;id=1", "1"},
      {"v=STSv1 ; id=1 ; ", "1"},
      {"v=STSv1;\tid=1\t;\tx-y.z_1=a:b,c", "1"},
      {"v=STSv1; x=y; id=abc", "abc"},
      {"v=STSv1; id=first; id=second", "first"},
      {"v=STSv1; id=12345678901234567890123456789012", "12345678901234567890123456789012"},
  };
  for (const auto& [text, id] : good) EXPECT_EQ(parse_sts_record(text), id) << text;
}

TEST(StsRecord, IsRefusedWhenItIsMalformed) {
  for (const char* text : {"",
                           "v=STSv1",
                           "v=STSv1;",
                           "v=STSv2; id=1",
                           "V=STSv1; id=1",
                           " v=STSv1; id=1",
                           "v=STSv1; id=",
                           "v=STSv1; id=a-b",
                           "v=STSv1; ID=1",
                           "v=STSv1; id=1; ; x=y",
                           "v=STSv1 id=1",
                           "v=STSv1; id=1; x",
                           "v=STSv1; id=1; x=",
                           "v=STSv1; id=1; -x=y",
                           "v=STSv1; id=1; x=a=b",
                           "v=STSv1; id=1; x=a b",
                           "v=STSv1; id =1",
                           "v=STSv1; id=123456789012345678901234567890123",
                           "v=STSv10; id=1",
                           "id=1; v=STSv1"}) {
    EXPECT_FALSE(parse_sts_record(text)) << text;
  }
}

StsLookup read(std::vector<std::string> texts, net::DnsStatus status = net::DnsStatus::found) {
  net::DnsAnswer<std::string> answer;
  answer.status = status;
  answer.records = std::move(texts);
  return read_sts_records(answer);
}

TEST(StsRecord, HasToBeTheOnlyOne) {
  EXPECT_EQ(read({"v=STSv1; id=1"}).id, "1");
  EXPECT_EQ(read({"v=spf1 -all", "v=STSv1; id=1", "v=STSv2; id=2"}).id, "1");
  EXPECT_EQ(read({"v=STSv1; id=1", "v=STSv1; id=1"}).status, StsLookup::Status::none);
  EXPECT_EQ(read({"v=STSv1; id=1", "v=STSv1; broken"}).status, StsLookup::Status::none);
  EXPECT_EQ(read({"v=STSv1; broken"}).status, StsLookup::Status::none);
  EXPECT_EQ(read({}, net::DnsStatus::no_such_domain).status, StsLookup::Status::none);
  EXPECT_EQ(read({}, net::DnsStatus::failed).status, StsLookup::Status::failed);
  EXPECT_EQ(read({}, net::DnsStatus::bogus).status, StsLookup::Status::failed);
}

TEST(StsPolicyFile, IsRead) {
  const auto policy = parse_sts_policy(kPolicy);
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->mode, StsMode::enforce);
  EXPECT_EQ(policy->max_age, 604800s);
  EXPECT_EQ(policy->mx, (std::vector<std::string>{"mail.example.com", "*.example.net",
                                                  "backupmx.example.com"}));
}

TEST(StsPolicyFile, IsLetPassInManyForms) {
  const StsPolicy expected{StsMode::testing, 1s, {"a.test"}};
  for (const char* text :
       {"version: STSv1\nmode: testing\nmx: a.test\nmax_age: 1",
        "version:STSv1 \r\nmode:\ttesting\t\nmx:   A.Test\r\nmax_age: 1\r\n\r\n\n",
        "mode: testing\nmax_age: 1\nmx: a.test\nversion: STSv1\n",
        "version: STSv1\nversion: STSv2\nmode: testing\nmode: none\nmx: a.test\nmax_age: 1\n"
        "max_age: nonsense\nx-new: some value \xC3\xA4\n"}) {
    EXPECT_EQ(parse_sts_policy(text), expected) << text;
  }
  EXPECT_EQ(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 0\n"),
            (StsPolicy{StsMode::none, 0s, {}}));
  EXPECT_EQ(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 9999999999\n")->max_age,
            kMaxStsAge);
}

TEST(StsPolicyFile, IsRefusedWhenItIsMalformed) {
  for (const char* text : {"",
                           "version: STSv1\n",
                           "mode: none\nmax_age: 1\n",
                           "version: STSv1\nmode: none\n",
                           "version: STSv1\nmax_age: 1\nmx: a.test\n",
                           "version: STSv1\nmode: enforce\nmax_age: 1\n",
                           "version: STSv1\nmode: testing\nmax_age: 1\n",
                           "version: stsv1\nmode: none\nmax_age: 1\n",
                           "version: STSv2\nmode: none\nmax_age: 1\n",
                           "version: STSv1\nmode: Enforce\nmax_age: 1\n",
                           "version: STSv1\nmode: none\nmax_age: -1\n",
                           "version: STSv1\nmode: none\nmax_age: 1s\n",
                           "version: STSv1\nmode: none\nmax_age: 12345678901\n",
                           "Version: STSv1\nmode: none\nmax_age: 1\n",
                           "version: STSv1\nmode: none\nmax_age: 1\nno colon\n",
                           "version: STSv1\nmode: none\nmax_age: 1\nx y: z\n",
                           "version: STSv1\nmode: none\nmax_age: 1\nx:\n",
                           "version: STSv1\nmode: none\nmax_age: 1\nx: a\x01z\n",
                           "version: STSv1\nmode: enforce\nmax_age: 1\nmx: *\n",
                           "version: STSv1\nmode: enforce\nmax_age: 1\nmx: a.*.test\n",
                           "version: STSv1\nmode: enforce\nmax_age: 1\nmx: *.*.test\n",
                           "version: STSv1\nmode: enforce\nmax_age: 1\nmx: m*.test\n",
                           "version: STSv1\nmode: enforce\nmax_age: 1\nmx: .test\n",
                           "version: STSv1\nmode: enforce\nmax_age: 1\nmx: a.test b.test\n",
                           "version: STSv1\rmode: none\rmax_age: 1\r"}) {
    EXPECT_FALSE(parse_sts_policy(text)) << text;
  }
}

TEST(StsPolicyFile, IsBounded) {
  std::string text = "version: STSv1\nmode: enforce\nmax_age: 1\n";
  for (std::size_t i = 0; i < kMaxStsMxPatterns; ++i) text += "mx: a.test\n";
  EXPECT_TRUE(parse_sts_policy(text));
  EXPECT_FALSE(parse_sts_policy(text + "mx: a.test\n"));
  EXPECT_FALSE(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 1\n" +
                                std::string(kMaxStsPolicy, '\n')));
}

TEST(StsPolicyFile, MatchesHosts) {
  StsPolicy policy{StsMode::enforce, 1s, {"mail.example.com", "*.example.net"}};
  for (const char* host : {"mail.example.com", "MAIL.Example.COM", "mail.example.com.",
                           "a.example.net", "A.EXAMPLE.NET"}) {
    EXPECT_TRUE(policy.allows(host)) << host;
  }
  for (const char* host : {"", ".", "example.com", "a.mail.example.com", "example.net",
                           "a.b.example.net", ".example.net", "aexample.net", "*.example.com",
                           "mail.example.com.evil.test", "a.example.net.evil.test"}) {
    EXPECT_FALSE(policy.allows(host)) << host;
  }
}

net::HttpsResponse answer(unsigned status, std::string type, std::string body) {
  net::HttpsResponse response;
  response.outcome = net::HttpsResponse::Outcome::answered;
  response.status = status;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

TEST(StsFetching, TellsApartWhatMayBeWrong) {
  using Status = StsFetch::Status;
  EXPECT_EQ(read_sts_response(answer(200, "text/plain", kPolicy)).status, Status::found);
  EXPECT_EQ(read_sts_response(answer(200, "Text/Plain; charset=utf-8", kPolicy)).status,
            Status::found);
  EXPECT_EQ(read_sts_response(answer(200, "text/html", kPolicy)).status, Status::malformed);
  EXPECT_EQ(read_sts_response(answer(200, "", kPolicy)).status, Status::malformed);
  EXPECT_EQ(read_sts_response(answer(200, "text/plain", "no policy")).status, Status::malformed);
  for (const unsigned status : {204U, 301U, 302U, 404U, 500U}) {
    EXPECT_EQ(read_sts_response(answer(status, "text/plain", kPolicy)).status, Status::unavailable);
  }
  net::HttpsResponse failed;
  failed.outcome = net::HttpsResponse::Outcome::too_large;
  EXPECT_EQ(read_sts_response(failed).status, Status::malformed);
  failed.outcome = net::HttpsResponse::Outcome::timed_out;
  EXPECT_EQ(read_sts_response(failed).status, Status::unavailable);
  failed.outcome = net::HttpsResponse::Outcome::tls;
  EXPECT_EQ(read_sts_response(failed).status, Status::unavailable);
  failed.fault = net::CertificateFault::expired;
  EXPECT_EQ(read_sts_response(failed).status, Status::bad_certificate);
}

TEST(StsPublishing, IsReadBackAndChangesItsIdWithThePolicy) {
  const std::vector<std::string> hosts = {"MX2.example.org", "mx1.example.org"};
  const auto ours = publish_sts(StsMode::enforce, 86400s, hosts);
  const auto policy = parse_sts_policy(ours.policy);
  ASSERT_TRUE(policy) << ours.policy;
  EXPECT_EQ(policy->mode, StsMode::enforce);
  EXPECT_EQ(policy->max_age, 86400s);
  EXPECT_TRUE(policy->allows("mx1.example.org"));
  EXPECT_TRUE(policy->allows("mx2.example.org"));
  ASSERT_TRUE(parse_sts_record(ours.record)) << ours.record;
  const std::vector<std::string> reordered = {hosts[1], hosts[0]};
  EXPECT_EQ(publish_sts(StsMode::enforce, 86400s, reordered).record, ours.record);
  EXPECT_NE(publish_sts(StsMode::testing, 86400s, hosts).record, ours.record);
}

// When a policy is fetched, kept, and fetched anew.

const Time kNow = from_millis(1'800'000'000'000);
StsEntry entry_of(std::string id, std::chrono::seconds max_age, Time fetched) {
  StsEntry entry;
  entry.policy = StsPolicy{StsMode::enforce, max_age, {"mx.test"}};
  entry.id = std::move(id);
  entry.fetched_at = fetched;
  return entry;
}
StsEntry failed_entry(StsEntry entry, std::string id, Time at) {
  entry.failed_at = at;
  entry.failed_id = std::move(id);
  return entry;
}

TEST(StsCaching, DecidesWhenToFetch) {
  using Fetch = StsDecision::Fetch;
  const StsLookup none{StsLookup::Status::none, ""};
  const StsLookup failed{StsLookup::Status::failed, ""};
  const StsLookup one{StsLookup::Status::found, "1"};
  const StsLookup two{StsLookup::Status::found, "2"};
  const StsEntry fresh = entry_of("1", 7 * 24h, kNow - 1h);
  const StsEntry stale = entry_of("1", 7 * 24h, kNow - 24h);
  const StsEntry expired = entry_of("1", 1h, kNow - 1h);
  const StsEntry brief = entry_of("1", 1h, kNow - 31min);
  const StsEntry never = failed_entry({}, "1", kNow - 4min);
  struct Case {
    const char* what;
    std::optional<StsEntry> entry;
    StsLookup record;
    Fetch expected;
  };
  const Case cases[] = {
      {"nothing known, no record", {}, none, Fetch::no},
      {"nothing known, no answer", {}, failed, Fetch::no},
      {"nothing known", {}, one, Fetch::first},
      {"fresh", fresh, one, Fetch::no},
      {"fresh, record gone", fresh, none, Fetch::no},
      {"fresh, no answer", fresh, failed, Fetch::no},
      {"fresh, other id", fresh, two, Fetch::first},
      {"stale", stale, one, Fetch::behind},
      {"stale, record gone", stale, none, Fetch::no},
      {"stale, failed lately", failed_entry(stale, "1", kNow - 4min), one, Fetch::no},
      {"stale, failed some time ago", failed_entry(stale, "1", kNow - 5min), one, Fetch::behind},
      {"half of a brief life", brief, one, Fetch::behind},
      {"expired", expired, one, Fetch::first},
      {"expired, record gone", expired, none, Fetch::no},
      {"other id, failed lately", failed_entry(fresh, "2", kNow - 4min), two, Fetch::no},
      {"other id, failed some time ago", failed_entry(fresh, "2", kNow - 5min), two, Fetch::first},
      {"yet another id", failed_entry(fresh, "3", kNow - 4min), two, Fetch::first},
      {"never had, failed lately", never, one, Fetch::no},
      {"never had, failed lately for another id", never, two, Fetch::first},
      {"never had, failed some time ago", failed_entry({}, "1", kNow - 5min), one, Fetch::first},
  };
  for (const auto& c : cases)
    EXPECT_EQ(decide_sts(c.entry, c.record, kNow).fetch, c.expected) << c.what;
}

TEST(StsCaching, AFailedFetchKeepsWhatHolds) {
  const StsLookup two{StsLookup::Status::found, "2"};
  const StsFetch failure{StsFetch::Status::malformed, "x", {}};
  const auto kept = after_fetch(entry_of("1", 24h, kNow - 1h), two, failure, kNow);
  EXPECT_TRUE(kept.holds(kNow));
  EXPECT_EQ(kept.id, "1");
  EXPECT_EQ(kept.failed_id, "2");
  const auto expired = after_fetch(entry_of("1", 1h, kNow - 1h), two, failure, kNow);
  EXPECT_FALSE(expired.policy);
  const auto nothing = after_fetch({}, two, failure, kNow);
  EXPECT_FALSE(nothing.policy);
  EXPECT_EQ(nothing.failed_at, kNow);
}

TEST(StsCaching, AFetchReplacesAllAndStartsItsAgeAnew) {
  const StsFetch fetched{StsFetch::Status::found, "", {StsMode::testing, 100s, {"b.test"}}};
  const auto entry = after_fetch(failed_entry(entry_of("1", 24h, kNow - 1h), "2", kNow - 1min),
                                 {StsLookup::Status::found, "2"}, fetched, kNow);
  EXPECT_EQ(entry.policy, fetched.policy);
  EXPECT_EQ(entry.id, "2");
  EXPECT_FALSE(entry.failed_at);
  EXPECT_TRUE(entry.holds(kNow + 99s));
  EXPECT_FALSE(entry.holds(kNow + 100s));
}

class StsCacheTest : public ::testing::Test {
 protected:
  StsCacheTest() {
    dns_.txt("_mta-sts.example.com", "v=STSv1; id=1");
    https_.answers = {answer(200, "text/plain", kPolicy)};
  }
  StsState find() { return run(cache_.find("example.com")); }

  store::testing::TemporaryStore store_;
  net::testing::DnsWorld dns_;
  testing::FakeHttps https_;
  ManualClock clock_{kNow};
  StsCache cache_{dns_, https_, store_.engine(), clock_};
};

TEST_F(StsCacheTest, FetchesOnceAndKeepsItOnDisk) {
  const auto first = find();
  ASSERT_TRUE(first.policy);
  EXPECT_FALSE(first.failure);
  ASSERT_EQ(https_.requests.size(), 1U);
  EXPECT_EQ(https_.requests[0].host, "mta-sts.example.com");
  EXPECT_EQ(https_.requests[0].target, "/.well-known/mta-sts.txt");
  EXPECT_EQ(https_.requests[0].max_body, kMaxStsPolicy);
  EXPECT_EQ(find().policy, first.policy);
  EXPECT_EQ(https_.requests.size(), 1U);
  const auto on_disk = read_sts_entry(store_.engine().latest(), "example.com");
  EXPECT_EQ(on_disk, (StsEntry{first.policy, "1", kNow, {}, "", StsFetch::Status::unavailable}));
}

TEST_F(StsCacheTest, AsksToBeRefreshedBehindTheMessagesBack) {
  (void)find();
  clock_.advance(25h);
  EXPECT_TRUE(find().refresh_behind);
  EXPECT_EQ(cache_.due(10), std::vector<std::string>{"example.com"});
  EXPECT_TRUE(cache_.due(0).size() <= 1);
  (void)run(cache_.refresh("example.com"));
  EXPECT_EQ(https_.requests.size(), 2U);
  EXPECT_FALSE(find().refresh_behind);
  EXPECT_TRUE(cache_.due(10).empty());
}

TEST_F(StsCacheTest, AFailureIsToldAndTriedAgainLater) {
  https_.answers = {answer(404, "", "")};
  EXPECT_EQ(find().failure, StsFetch::Status::unavailable);
  EXPECT_EQ(find().failure, StsFetch::Status::unavailable);
  EXPECT_EQ(https_.requests.size(), 1U);
  clock_.advance(kStsRetry);
  https_.answers = {answer(200, "text/plain", kPolicy)};
  EXPECT_TRUE(find().policy);
}

TEST_F(StsCacheTest, APolicyOutlivesItsRecordAndItsHost) {
  (void)find();
  dns_.fails("_mta-sts.example.com");
  EXPECT_TRUE(find().policy);
  EXPECT_TRUE(run(cache_.refresh("example.com")).policy);
  clock_.advance(std::chrono::seconds(604800));
  EXPECT_FALSE(find().policy);
  EXPECT_EQ(https_.requests.size(), 1U);
}

TEST_F(StsCacheTest, ManyMessagesAtOnceFetchOnce) {
  https_.slow = true;
  std::vector<awaitable<StsState>> messages;
  for (int i = 0; i < 5; ++i) messages.push_back(cache_.find("example.com"));
  for (const auto& state : freehold::testing::run_all(std::move(messages))) {
    EXPECT_TRUE(state.policy);
  }
  EXPECT_EQ(https_.requests.size(), 1U);
}

TEST_F(StsCacheTest, DomainsWithoutARecordAreNotAskedAnything) {
  EXPECT_FALSE(run(cache_.find("other.test")).policy);
  EXPECT_TRUE(https_.requests.empty());
}

}  // namespace
}  // namespace freehold::trust

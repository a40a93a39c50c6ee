#include "trust/key_rotation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace freehold::trust {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Time kBegin = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

// A domain whose owner publishes what is wanted when told to.
class Rotation : public ::testing::Test {
 protected:
  // Plans until nothing more is to be made, as the caller does.
  RotationPlan step() {
    for (;;) {
      std::vector<RecordSight> sights;
      for (const RotationKey& key : keys) sights.push_back(sight_of(key));
      RotationPlan plan = plan_rotation(keys, sights, now);
      keys = plan.keys;
      wanted = plan.records;
      for (RotationKey made : plan.make) {
        made.record = "record of " + made.selector;
        keys.push_back(made);
      }
      if (plan.make.empty()) return plan;
    }
  }

  RecordSight sight_of(const RotationKey& key) const {
    if (dns_fails) return RecordSight::unknown;
    const auto found = dns.find(key.selector);
    if (found == dns.end()) return RecordSight::absent;
    const std::string text =
        key.stage == KeyStage::revoked ? revoked_key_record(key.type) : key.record;
    return found->second == text ? RecordSight::ours : RecordSight::other;
  }

  void publish() {
    dns.clear();
    for (const auto& record : wanted) dns[record.selector] = record.text;
  }

  // Until both first keys sign.
  void set_up() {
    step();
    publish();
    step();
  }

  KeyStage stage(const std::string& selector) const {
    return std::ranges::find(keys, selector, &RotationKey::selector)->stage;
  }

  using Names = std::vector<std::string>;

  Time now = kBegin;
  std::vector<RotationKey> keys;
  std::vector<WantedRecord> wanted;
  std::map<std::string, std::string> dns;
  bool dns_fails = false;
};

TEST_F(Rotation, FirstKeysSignAsSoonAsDnsShowsThem) {
  RotationPlan plan = step();
  EXPECT_EQ(plan.sign_with, Names{});
  EXPECT_EQ(plan.records, (std::vector<WantedRecord>{{"2026a-rsa", "record of 2026a-rsa"},
                                                     {"2026a-ed", "record of 2026a-ed"}}));
  EXPECT_EQ(stage("2026a-rsa"), KeyStage::published);
  now += minutes(5);
  EXPECT_EQ(step().sign_with, Names{});
  publish();
  plan = step();
  EXPECT_EQ(plan.sign_with, (Names{"2026a-rsa", "2026a-ed"}));
  EXPECT_EQ(plan.again_at, kBegin + days(180));
}

TEST_F(Rotation, OneTypeDoesNotWaitForTheOther) {
  step();
  dns["2026a-ed"] = "record of 2026a-ed";
  EXPECT_EQ(step().sign_with, Names{"2026a-ed"});
}

TEST_F(Rotation, NewKeysTakeOverAndOldOnesGo) {
  set_up();
  now = kBegin + days(179);
  EXPECT_EQ(step().records.size(), 2U);
  now = kBegin + days(180);
  RotationPlan plan = step();
  EXPECT_EQ(plan.sign_with, (Names{"2026a-rsa", "2026a-ed"}));  // the old ones for now
  EXPECT_EQ(plan.records.size(), 4U);
  EXPECT_EQ(stage("2026b-rsa"), KeyStage::published);

  now += hours(2);
  publish();
  plan = step();
  EXPECT_EQ(stage("2026b-rsa"), KeyStage::seen);
  EXPECT_EQ(plan.sign_with, (Names{"2026a-rsa", "2026a-ed"}));
  EXPECT_EQ(plan.again_at, now + hours(3));

  now += hours(3);
  const Time taken_over = now;
  plan = step();
  EXPECT_EQ(plan.sign_with, (Names{"2026b-rsa", "2026b-ed"}));
  EXPECT_EQ(stage("2026a-rsa"), KeyStage::retired);
  EXPECT_EQ(plan.records.size(), 4U);

  now = taken_over + days(7) - minutes(1);
  EXPECT_EQ(step().records[0].text, "record of 2026a-rsa");
  now = taken_over + days(7);
  plan = step();
  EXPECT_EQ(stage("2026a-rsa"), KeyStage::revoked);
  EXPECT_EQ(plan.records[0], (WantedRecord{"2026a-rsa", "v=DKIM1; k=rsa; p="}));
  EXPECT_EQ(plan.records[1], (WantedRecord{"2026a-ed", "v=DKIM1; k=ed25519; p="}));
  EXPECT_EQ(plan.again_at, now + days(30));
  now += days(1);
  EXPECT_EQ(step().missing, (Names{"2026a-rsa", "2026a-ed"}));  // DNS has the keys still
  publish();
  EXPECT_EQ(step().missing, Names{});

  now += days(29);
  plan = step();
  EXPECT_EQ(stage("2026a-rsa"), KeyStage::gone);
  EXPECT_EQ(plan.records.size(), 2U);
  EXPECT_EQ(plan.sign_with, (Names{"2026b-rsa", "2026b-ed"}));
  EXPECT_EQ(plan.again_at, kBegin + days(360));
}

TEST_F(Rotation, YearsGoByAndSelectorsStayUnique) {
  set_up();
  for (int day = 0; day < 365 * 5; ++day) {
    now += days(1);
    step();
    publish();
    const RotationPlan plan = step();
    ASSERT_EQ(plan.sign_with.size(), 2U) << day;
    ASSERT_LE(plan.records.size(), 4U);
  }
  Names names;
  for (const auto& key : keys) names.push_back(key.selector);
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_GE(names.size(), 20U);
}

TEST_F(Rotation, UnpublishedKeyNeverSignsAndIsReported) {
  set_up();
  now = kBegin + days(180);
  step();  // nobody publishes the new ones
  RotationPlan plan = step();
  EXPECT_EQ(plan.missing, Names{});  // there is time
  now += days(1);
  plan = step();
  EXPECT_EQ(plan.missing, (Names{"2026b-rsa", "2026b-ed"}));
  now += days(100);
  plan = step();
  EXPECT_EQ(plan.sign_with, (Names{"2026a-rsa", "2026a-ed"}));
  EXPECT_EQ(keys.size(), 4U);  // and no third pair is made
}

TEST_F(Rotation, DnsThatFailsChangesNothing) {
  set_up();
  dns_fails = true;
  const RotationPlan plan = step();
  EXPECT_EQ(plan.sign_with, (Names{"2026a-rsa", "2026a-ed"}));
  EXPECT_EQ(plan.missing, Names{});
}

TEST_F(Rotation, KeyWhoseRecordIsLostDoesNotSign) {
  set_up();
  dns.erase("2026a-rsa");
  RotationPlan plan = step();
  EXPECT_EQ(plan.sign_with, Names{"2026a-ed"});
  EXPECT_EQ(plan.missing, Names{"2026a-rsa"});
  dns["2026a-rsa"] = "something else";
  EXPECT_EQ(step().missing, Names{"2026a-rsa"});
  publish();
  EXPECT_EQ(step().sign_with, (Names{"2026a-rsa", "2026a-ed"}));
}

TEST_F(Rotation, RetiredKeySignsAgainWhileTheNewRecordIsLost) {
  set_up();
  now = kBegin + days(180);
  step();
  publish();
  step();
  now += hours(3);
  EXPECT_EQ(step().sign_with, (Names{"2026b-rsa", "2026b-ed"}));
  dns.erase("2026b-rsa");
  EXPECT_EQ(step().sign_with, (Names{"2026a-rsa", "2026b-ed"}));
}

TEST_F(Rotation, RecordThatVanishesAgainIsWaitedForAnew) {
  set_up();
  now = kBegin + days(180);
  step();
  publish();
  step();
  now += hours(1);
  dns.erase("2026b-rsa");
  step();
  EXPECT_EQ(stage("2026b-rsa"), KeyStage::published);
  now += hours(1);
  publish();
  step();
  now += hours(2);
  EXPECT_EQ(step().sign_with, (Names{"2026a-rsa", "2026b-ed"}));
  now += hours(1);
  EXPECT_EQ(step().sign_with, (Names{"2026b-rsa", "2026b-ed"}));
}

TEST_F(Rotation, LeakedKeyIsRevokedAndReplacedAtOnce) {
  set_up();
  now += days(10);
  keys[0].stage = KeyStage::revoked;
  keys[0].since = now;
  RotationPlan plan = step();
  EXPECT_EQ(plan.sign_with, Names{"2026a-ed"});
  EXPECT_EQ(plan.records[0].text, "v=DKIM1; k=rsa; p=");
  EXPECT_EQ(stage("2026b-rsa"), KeyStage::published);
  publish();
  EXPECT_EQ(step().sign_with, (Names{"2026b-rsa", "2026a-ed"}));  // nothing is waited for
}

TEST(Selector, IsOfTheYearAndFree) {
  std::vector<RotationKey> keys;
  EXPECT_EQ(new_selector(keys, KeyType::rsa, kBegin), "2026a-rsa");
  for (int i = 0; i < 26; ++i) {
    RotationKey key;
    key.selector = new_selector(keys, KeyType::rsa, kBegin);
    keys.push_back(key);
  }
  EXPECT_EQ(keys.back().selector, "2026z-rsa");
  EXPECT_EQ(new_selector(keys, KeyType::rsa, kBegin), "2026aa-rsa");
  EXPECT_EQ(new_selector(keys, KeyType::ed25519, kBegin), "2026a-ed");
  EXPECT_EQ(new_selector(keys, KeyType::rsa, kBegin + days(366)), "2027a-rsa");
}

}  // namespace
}  // namespace freehold::trust

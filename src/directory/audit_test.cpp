#include "directory/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/testing/house.hpp"

namespace freehold::directory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditTest : public ::testing::Test {
 protected:
  std::vector<std::string> actions(const AuditFilter& filter = {}, Time since = {}) {
    std::vector<std::string> all;
    for (const auto& entry : house.directory.audit(since, 100, filter)) {
      all.push_back(text(entry.actor) + " " + entry.action + " " + entry.object);
    }
    return all;
  }

  testing::House house;
};

TEST_F(AuditTest, EveryChangeOfTheDirectoryIsWrittenWithWhoMadeIt) {
  auto& directory = house.directory;
  const auto minute = [&] { house.clock.advance(std::chrono::minutes(1)); };
  house.add_domain("example.org");
  minute();
  house.add_account("anna@example.org");
  minute();
  house.add_alias("sales@example.org", {"anna@example.org"});
  minute();
  const auto anna = Actor::account("anna@example.org", "192.0.2.1");
  ASSERT_TRUE(house.run(directory.set_password("anna@example.org", "battery staple", anna)));
  minute();
  ASSERT_TRUE(house.run(directory.set_quota("anna@example.org", 5, Actor::system())));
  minute();
  ASSERT_TRUE(house.run(directory.remove_alias("sales@example.org")));
  EXPECT_THAT(
      actions(),
      ElementsAre("owner domain.add example.org", "owner account.add anna@example.org",
                  "owner alias.set sales@example.org",
                  "anna@example.org account.password anna@example.org",
                  "system account.quota anna@example.org", "owner alias.remove sales@example.org"));
  const auto all = directory.audit({}, 100);
  EXPECT_EQ(all[3].actor.peer, "192.0.2.1");
  EXPECT_EQ(all[3].details, "");  // never the password
  EXPECT_EQ(all[4].details, "from 0 to 5 bytes");
  EXPECT_EQ(all[1].at - all[0].at, std::chrono::minutes(1));
}

TEST_F(AuditTest, AChangeThatWasRefusedLeavesNoEntry) {
  house.add_domain("example.org");
  ASSERT_FALSE(house.run(house.directory.set_quota("nobody@example.org", 5)));
  ASSERT_FALSE(house.run(house.directory.add_domain("example.org")));
  EXPECT_THAT(actions(), ElementsAre("owner domain.add example.org"));
}

TEST_F(AuditTest, TheNewestAreListedByTimeActionObjectAndActor) {
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    house.add_domain(name);
    house.clock.advance(std::chrono::hours(1));
  }
  ASSERT_TRUE(house.run(house.directory.note(Actor::system(), "ban.add", "192.0.2.9", "guessing")));
  EXPECT_THAT(actions({.action = "ban"}), ElementsAre("system ban.add 192.0.2.9"));
  EXPECT_THAT(actions({.object = "b.example"}), ElementsAre("owner domain.add b.example"));
  EXPECT_THAT(actions({.actor = "system"}), ElementsAre("system ban.add 192.0.2.9"));
  EXPECT_THAT(actions({.action = "domain"}, house.clock.now() - std::chrono::minutes(90)),
              ElementsAre("owner domain.add c.example"));
  EXPECT_EQ(house.directory.audit({}, 2).front().object, "c.example");
  EXPECT_THAT(house.directory.audit({}, 0), IsEmpty());
}

TEST_F(AuditTest, EntriesOfOneMomentStayInTheirOrder) {
  std::vector<std::string> wanted;
  for (int i = 0; i < 10; ++i) {
    house.add_domain("d" + std::to_string(i) + ".example");
    wanted.push_back("owner domain.add d" + std::to_string(i) + ".example");
  }
  EXPECT_EQ(actions(), wanted);
}

TEST_F(AuditTest, EntriesOutliveARestart) {
  house.add_domain("example.org");
  house.store.reopen();
  EXPECT_EQ(list_audit(house.store.engine().latest(), {}, 10).size(), 1U);
}

}  // namespace
}  // namespace freehold::directory

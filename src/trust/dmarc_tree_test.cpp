#include "trust/dmarc_tree.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"

namespace freehold::trust {
namespace {

TEST(DmarcTree, AsksForEightNamesAtMost) {
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(tree_walk_names("com"), (Names{"com"}));
  EXPECT_EQ(tree_walk_names("mail.example.com"), (Names{"mail.example.com", "example.com", "com"}));
  EXPECT_EQ(tree_walk_names("1.2.3.4.5.6.7"),
            (Names{"1.2.3.4.5.6.7", "2.3.4.5.6.7", "3.4.5.6.7", "4.5.6.7", "5.6.7", "6.7", "7"}));
  EXPECT_EQ(tree_walk_names("1.2.3.4.5.6.7.8"),
            (Names{"1.2.3.4.5.6.7.8", "2.3.4.5.6.7.8", "3.4.5.6.7.8", "4.5.6.7.8", "5.6.7.8",
                   "6.7.8", "7.8", "8"}));
  // The example of RFC 9989, 4.10.
  EXPECT_EQ(tree_walk_names("a.b.c.d.e.f.g.h.i.j.mail.example.com"),
            (Names{"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
                   "h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com",
                   "mail.example.com", "example.com", "com"}));
}

struct WalkCase {
  std::string_view why;
  std::vector<std::pair<std::string_view, std::string_view>> records;  // name, tags
  std::string_view start;
  std::string_view organization;
};

TEST(DmarcTree, FindsTheOrganizationalDomain) {
  const WalkCase table[] = {
      {"no record: the start", {}, "a.mail.example.com", "a.mail.example.com"},
      {"the shortest name",
       {{"mail.example.com", ""}, {"example.com", ""}},
       "a.mail.example.com",
       "example.com"},
      {"its own", {{"a.example.com", ""}}, "a.example.com", "a.example.com"},
      {"psd=n stops",
       {{"mail.example.com", "psd=n"}, {"example.com", ""}},
       "a.mail.example.com",
       "mail.example.com"},
      {"psd=n at the start",
       {{"a.example.com", "psd=n"}, {"example.com", ""}},
       "a.example.com",
       "a.example.com"},
      {"below psd=y", {{"com", "psd=y"}}, "a.mail.example.com", "example.com"},
      {"below psd=y with one of its own",
       {{"com", "psd=y"}, {"example.com", ""}},
       "mail.example.com",
       "example.com"},
      {"below psd=y, not the lower one",
       {{"com", "psd=y"}, {"mail.example.com", ""}},
       "a.mail.example.com",
       "example.com"},
      {"psd=y in the middle",
       {{"example.com", "psd=y"}, {"com", ""}},
       "a.mail.example.com",
       "mail.example.com"},
      {"psd=y at the start", {{"example.com", "psd=y"}, {"com", ""}}, "example.com", "example.com"},
      {"psd=u counts for nothing", {{"com", "psd=u"}}, "example.com", "com"},
      {"below psd=y past the gap", {{"6.7.8.9", "psd=y"}}, "1.2.3.4.5.6.7.8.9", "5.6.7.8.9"},
      {"what the gap hides", {{"2.3.4.5.6.7.8.9", ""}}, "1.2.3.4.5.6.7.8.9", "1.2.3.4.5.6.7.8.9"},
  };
  for (const WalkCase& c : table) {
    net::testing::DnsWorld world;
    for (const auto& [name, tags] : c.records) {
      world.txt("_dmarc." + std::string(name), "v=DMARC1; p=none; " + std::string(tags));
    }
    DmarcTree tree(world);
    const DmarcWalk walk = testing::run(tree.walk(std::string(c.start)));
    EXPECT_EQ(walk.organizational_domain, c.organization) << c.why;
    EXPECT_LE(world.questions(), 8U) << c.why;
  }
}

TEST(DmarcTree, SeveralRecordsAtOneNameAreNone) {
  net::testing::DnsWorld world;
  world.txt("_dmarc.example.com", "v=DMARC1; p=reject; psd=n");
  world.txt("_dmarc.example.com", "v=DMARC1; p=none");
  world.txt("_dmarc.example.com", "v=DMARC1; p=quarantine");
  world.txt("_dmarc.com", "v=DMARC1; p=none; psd=y");
  world.txt("_dmarc.com", "something else");
  DmarcTree tree(world);
  const DmarcWalk walk = testing::run(tree.walk("a.example.com"));
  ASSERT_EQ(walk.found.size(), 1U);
  EXPECT_EQ(walk.found[0].domain, "com");
  EXPECT_EQ(walk.organizational_domain, "example.com");
}

TEST(DmarcTree, AsksForEachNameOnce) {
  net::testing::DnsWorld world;
  DmarcTree tree(world);
  static_cast<void>(testing::run(tree.walk("a.example.com")));
  static_cast<void>(testing::run(tree.walk("b.example.com")));
  EXPECT_EQ(world.questions(), 4U);
}

TEST(DmarcTree, AFailureLeavesTheOrganizationOpen) {
  net::testing::DnsWorld world;
  world.txt("_dmarc.a.example.com", "v=DMARC1; p=none");
  world.fails("_dmarc.example.com");
  DmarcTree tree(world);
  const DmarcWalk walk = testing::run(tree.walk("a.example.com"));
  EXPECT_FALSE(walk.error.empty());
  EXPECT_EQ(walk.organizational_domain, "");
}

}  // namespace
}  // namespace freehold::trust

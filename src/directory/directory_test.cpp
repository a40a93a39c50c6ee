#include "directory/directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "directory/testing/house.hpp"

namespace freehold::directory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Problem::Kind;

RelayInfo relay(std::string domain, std::string host, std::uint16_t port = 587) {
  return {std::move(domain), std::move(host), port, RelayTls::starttls, {}, {}};
}

class DirectoryTest : public ::testing::Test {
 protected:
  template <class T>
  void expect(Kind kind, awaitable<Result<T>> task) {
    const auto outcome = house.run(std::move(task));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, kind) << outcome.error().text();
  }

  testing::House house;
  Directory& directory = house.directory;
};

TEST_F(DirectoryTest, DomainsComeAndGo) {
  house.add_domain("Example.ORG.");
  EXPECT_TRUE(directory.is_local("example.org"));
  expect(Kind::exists, directory.add_domain("example.org"));
  expect(Kind::invalid, directory.add_domain("no domain"));
  expect(Kind::not_found, directory.add_domain("alias.example", "nowhere.example"));
  expect(Kind::invalid, directory.add_domain("alias.example", "no domain"));
  house.add_domain("alias.example", "EXAMPLE.org");
  expect(Kind::invalid, directory.add_domain("second.example", "alias.example"));
  ASSERT_EQ(directory.domains().size(), 2U);
  EXPECT_EQ(directory.domains()[0].alias_of, "example.org");

  expect(Kind::denied, directory.remove_domain("example.org"));  // another is an alias of it
  expect(Kind::not_found, directory.remove_domain("nowhere.example"));
  EXPECT_TRUE(house.run(directory.remove_domain("alias.example")));
  EXPECT_TRUE(house.run(directory.remove_domain("example.org")));
  EXPECT_FALSE(directory.is_local("example.org"));
}

TEST_F(DirectoryTest, ADomainHasAPolicyForTlsWhenItsOwnerSaysSo) {
  using Mode = MtaSts::Mode;
  house.add_domain("example.org");
  EXPECT_EQ(directory.mta_sts("example.org"), MtaSts());
  EXPECT_EQ(directory.mta_sts("absent.example"), MtaSts());
  const MtaSts enforced{Mode::enforce, std::chrono::hours(24)};
  EXPECT_TRUE(house.run(directory.set_mta_sts("Example.ORG", enforced)));
  EXPECT_EQ(directory.mta_sts("example.org"), enforced);
  expect(Kind::not_found, directory.set_mta_sts("absent.example", enforced));
  expect(Kind::invalid, directory.set_mta_sts("example.org", {Mode::none, {}}));
  for (const Mode mode : {Mode::off, Mode::none, Mode::testing, Mode::enforce}) {
    EXPECT_EQ(mta_sts_mode(text_of(mode)), mode);
  }
  EXPECT_FALSE(mta_sts_mode("ENFORCE"));
}

TEST_F(DirectoryTest, ADomainWithAddressesStays) {
  house.add_domain("example.org");
  house.add_domain("other.example");
  house.add_alias("@example.org", {"me@away.example"});
  house.add_alias("sales@example.org", {"me@away.example"});
  expect(Kind::denied, directory.remove_domain("example.org"));
  EXPECT_TRUE(house.run(directory.remove_domain("other.example")));
  EXPECT_TRUE(house.run(directory.remove_alias("sales@example.org")));
  EXPECT_TRUE(house.run(directory.remove_domain("example.org")));
  EXPECT_THAT(directory.aliases(), IsEmpty());  // the catch-all went with it
}

TEST_F(DirectoryTest, AChangedAccountIsSeenAtOnce) {
  house.add_domain("example.org");
  const auto anna = house.add_account("anna@example.org", 1000);
  house.add_account("bert@example.org");
  ASSERT_EQ(directory.account(anna)->quota_bytes, 1000U);
  EXPECT_TRUE(house.run(directory.set_quota("anna@example.org", 2000)));
  EXPECT_EQ(directory.account(anna)->quota_bytes, 2000U);
  EXPECT_TRUE(house.run(directory.set_disabled("anna@example.org", true)));
  EXPECT_TRUE(directory.account(anna)->disabled);
  EXPECT_TRUE(house.run(directory.remove_account("anna@example.org")));
  EXPECT_FALSE(directory.account(anna));
}

TEST_F(DirectoryTest, WhatAnotherProcessChangedIsSeenWithinASecond) {
  Directory elsewhere(house.store.engine(), house.pool, house.clock);
  house.add_domain("example.org");
  const auto anna = house.add_account("anna@example.org", 1000);
  ASSERT_EQ(directory.account(anna)->quota_bytes, 1000U);
  EXPECT_TRUE(house.run(elsewhere.set_quota("anna@example.org", 2000)));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(directory.account(anna)->quota_bytes, 2000U);
}

TEST_F(DirectoryTest, AccountsComeAndGo) {
  house.add_domain("example.org");
  house.add_domain("alias.example", "example.org");
  const auto anna = house.add_account("Anna@Example.org", 1000);
  ASSERT_TRUE(anna);
  const auto info = directory.account(anna);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->name, "anna@example.org");
  EXPECT_EQ(info->quota_bytes, 1000U);
  EXPECT_EQ(info->created_at, house.clock.now());
  EXPECT_EQ(directory.account("ANNA@example.org")->id, anna);
  EXPECT_FALSE(directory.account("bert@example.org"));
  EXPECT_FALSE(directory.account("not an address"));

  expect(Kind::exists, directory.add_account("anna@example.org", "correct horse", "", 0));
  expect(Kind::exists, directory.add_account("postmaster@example.org", "correct horse", "", 0));
  expect(Kind::not_found, directory.add_account("x@nowhere.example", "correct horse", "", 0));
  expect(Kind::invalid, directory.add_account("x@alias.example", "correct horse", "", 0));
  expect(Kind::invalid, directory.add_account("x@example.org", "short", "", 0));
  expect(Kind::invalid, directory.add_account("x", "correct horse", "", 0));
  EXPECT_EQ(directory.accounts().size(), 1U);

  EXPECT_TRUE(house.run(directory.set_quota("anna@example.org", 5)));
  EXPECT_TRUE(house.run(directory.set_disabled("anna@example.org", true)));
  EXPECT_EQ(directory.account(anna)->quota_bytes, 5U);
  EXPECT_TRUE(directory.account(anna)->disabled);
  expect(Kind::not_found, directory.set_quota("bert@example.org", 5));
  expect(Kind::not_found, directory.set_disabled("bert@example.org", true));
  expect(Kind::not_found, directory.set_send_as("bert@example.org", {}));
  expect(Kind::invalid, directory.set_password("anna@example.org", "short"));
  expect(Kind::invalid, directory.set_send_as("anna@example.org", {"nonsense"}));
  expect(Kind::invalid, directory.set_send_as("anna@example.org", {"@no domain"}));

  expect(Kind::not_found, directory.remove_account("bert@example.org"));
  EXPECT_TRUE(house.run(directory.remove_account("anna@example.org")));
  EXPECT_THAT(directory.accounts(), IsEmpty());
  EXPECT_THAT(directory.aliases(), IsEmpty());  // postmaster and abuse led to her alone
  const auto again = house.add_account("anna@example.org");
  EXPECT_GT(again, anna);  // an id is never given twice
}

TEST_F(DirectoryTest, TheFirstAccountOfADomainHearsItsPostmaster) {
  house.add_domain("example.org");
  const auto anna = house.add_account("anna@example.org");
  for (const auto* name : {"postmaster@example.org", "abuse@example.org"}) {
    const auto resolved = directory.resolve(*Address::parse(name));
    ASSERT_EQ(resolved.destination.local.size(), 1U) << name;
    EXPECT_EQ(resolved.destination.local[0].account, anna);
  }
}

TEST_F(DirectoryTest, RemovingAnAccountTakesItOutOfAliases) {
  house.add_domain("example.org");
  (void)house.add_account("anna@example.org");
  house.add_alias("all@example.org", {"anna@example.org", "me@away.example"});
  house.add_alias("only@example.org", {"anna@example.org"});
  EXPECT_TRUE(house.run(directory.remove_account("anna@example.org")));
  const auto aliases = directory.aliases();
  ASSERT_EQ(aliases.size(), 1U);
  EXPECT_EQ(aliases[0].address, "all@example.org");
  EXPECT_THAT(aliases[0].targets, ElementsAre("me@away.example"));
}

TEST_F(DirectoryTest, AliasesComeAndGo) {
  house.add_domain("example.org");
  (void)house.add_account("anna@example.org");
  expect(Kind::invalid, directory.set_alias("sales@example.org", {}));
  expect(Kind::invalid, directory.set_alias("sales", {"anna@example.org"}));
  expect(Kind::invalid, directory.set_alias("sales@example.org", {"nonsense"}));
  expect(Kind::invalid, directory.set_alias("sales@example.org", {"Sales@example.org"}));
  expect(Kind::not_found, directory.set_alias("sales@nowhere.example", {"anna@example.org"}));
  expect(Kind::not_found, directory.set_alias("sales@example.org", {"nobody@example.org"}));
  expect(Kind::exists, directory.set_alias("anna@example.org", {"me@away.example"}));
  expect(Kind::not_found, directory.remove_alias("sales@example.org"));
  expect(Kind::not_found, directory.remove_alias("anna@example.org"));  // an account is none

  house.add_alias("Sales@example.org", {"anna+sales@example.org", "me@away.example"});
  const auto resolved = directory.resolve(*Address::parse("sales@example.org"));
  EXPECT_EQ(resolved.lookup, Lookup::found);
  ASSERT_EQ(resolved.destination.local.size(), 1U);
  EXPECT_EQ(resolved.destination.local[0].address, "anna+sales@example.org");
  EXPECT_THAT(resolved.destination.remote, ElementsAre("me@away.example"));
  EXPECT_TRUE(house.run(directory.remove_alias("sales@example.org")));
  EXPECT_EQ(directory.resolve(*Address::parse("sales@example.org")).lookup, Lookup::no_such_user);
}

TEST_F(DirectoryTest, ResolvesAddresses) {
  house.add_domain("example.org");
  house.add_domain("alias.example", "example.org");
  house.add_domain("catch.example");
  const auto anna = house.add_account("anna@example.org");
  const auto bert = house.add_account("bert@example.org");
  EXPECT_TRUE(house.run(directory.set_disabled("bert@example.org", true)));
  house.add_alias("list@example.org", {"anna@example.org", "bert@example.org", "x@away.example"});
  house.add_alias("outer@example.org", {"list@example.org", "anna@example.org"});
  house.add_alias("tagged+x@example.org", {"x@away.example"});
  house.add_alias("@catch.example", {"anna@example.org"});
  house.add_alias("bye@example.org", {"bert@example.org"});
  const struct {
    const char* address;
    Lookup lookup;
    std::size_t local;
    std::size_t remote;
  } table[] = {
      {"anna@example.org", Lookup::found, 1, 0},
      {"anna+tag@example.org", Lookup::found, 1, 0},
      {"anna@alias.example", Lookup::found, 1, 0},
      {"anna+tag@alias.example", Lookup::found, 1, 0},
      {"nobody@example.org", Lookup::no_such_user, 0, 0},
      {"nobody@alias.example", Lookup::no_such_user, 0, 0},
      {"bert@example.org", Lookup::disabled, 0, 0},
      {"bye@example.org", Lookup::disabled, 0, 0},
      {"list@example.org", Lookup::found, 1, 1},
      {"list+tag@example.org", Lookup::found, 1, 1},
      {"outer@example.org", Lookup::found, 1, 1},
      {"tagged+x@example.org", Lookup::found, 0, 1},
      {"tagged@example.org", Lookup::no_such_user, 0, 0},
      {"anybody@catch.example", Lookup::found, 1, 0},
      {"x@away.example", Lookup::not_local, 0, 0},
  };
  for (const auto& [address, lookup, local, remote] : table) {
    const auto resolved = directory.resolve(*Address::parse(address));
    EXPECT_EQ(resolved.lookup, lookup) << address;
    EXPECT_EQ(resolved.destination.local.size(), local) << address;
    EXPECT_EQ(resolved.destination.remote.size(), remote) << address;
    for (const auto& one : resolved.destination.local) EXPECT_EQ(one.account, anna);
  }
  EXPECT_NE(anna, bert);
}

TEST_F(DirectoryTest, AliasesThatGoInCirclesEnd) {
  house.add_domain("example.org");
  house.add_alias("a@example.org", {"x@away.example"});
  house.add_alias("b@example.org", {"a@example.org"});
  house.add_alias("a@example.org", {"b@example.org"});
  EXPECT_EQ(directory.resolve(*Address::parse("a@example.org")).lookup, Lookup::loop);
  house.add_alias("a@example.org", {"b@example.org", "x@away.example"});
  const auto resolved = directory.resolve(*Address::parse("b@example.org"));
  EXPECT_EQ(resolved.lookup, Lookup::found);
  EXPECT_THAT(resolved.destination.remote, ElementsAre("x@away.example"));
}

TEST_F(DirectoryTest, AliasesAreFollowedToTheirDepthOnly) {
  house.add_domain("example.org");
  house.add_alias("0@example.org", {"x@away.example"});
  for (int i = 1; i <= 11; ++i) {
    house.add_alias(std::to_string(i) + "@example.org", {std::to_string(i - 1) + "@example.org"});
  }
  EXPECT_EQ(directory.resolve(*Address::parse("9@example.org")).lookup, Lookup::found);
  EXPECT_EQ(directory.resolve(*Address::parse("11@example.org")).lookup, Lookup::loop);
}

// Ten lists, each with all others in it: followed along every way there is, it would take years.
TEST_F(DirectoryTest, ListsThatNameEachOtherAreFollowedOnce) {
  house.add_domain("example.org");
  std::vector<std::string> lists;
  for (int i = 0; i < 10; ++i) {
    lists.push_back("list" + std::to_string(i) + "@example.org");
    house.add_alias(lists.back(), {"x@away.example"});
  }
  for (const auto& list : lists) {
    auto others = lists;
    std::erase(others, list);
    others.push_back("x@away.example");
    house.add_alias(list, others);
  }
  const auto resolved = directory.resolve(*Address::parse(lists.front()));
  EXPECT_EQ(resolved.lookup, Lookup::found);
  EXPECT_THAT(resolved.destination.remote, ElementsAre("x@away.example"));
}

TEST_F(DirectoryTest, KnowsWhoMaySendAsWhom) {
  house.add_domain("example.org");
  house.add_domain("alias.example", "example.org");
  house.add_domain("given.example");
  const auto anna = house.add_account("anna@example.org");
  const auto bert = house.add_account("bert@example.org");
  house.add_alias("sales@example.org", {"anna@example.org", "bert@example.org"});
  house.add_alias("@example.org", {"anna@example.org"});
  EXPECT_TRUE(house.run(
      directory.set_send_as("bert@example.org", {"Boss@away.example", "@given.example"})));
  const struct {
    AccountId account;
    const char* address;
    bool allowed;
  } table[] = {
      {anna, "anna@example.org", true},
      {anna, "anna+x@example.org", true},
      {anna, "anna@alias.example", true},
      {anna, "anna+x@alias.example", true},
      {anna, "bert@example.org", false},
      {anna, "bert@alias.example", false},
      {anna, "sales@example.org", true},
      {bert, "sales@example.org", true},
      {anna, "postmaster@example.org", true},
      {bert, "postmaster@example.org", false},
      // The catch-all is where unknown mail goes, not a licence to be anybody.
      {anna, "anybody@example.org", false},
      {anna, "anybody@alias.example", false},
      {bert, "boss@away.example", true},
      {anna, "boss@away.example", false},
      {bert, "anybody@given.example", true},
      {anna, "anybody@given.example", false},
      {anna, "x@away.example", false},
      {AccountId(99), "anna@example.org", false},
  };
  for (const auto& [account, address, allowed] : table) {
    EXPECT_EQ(directory.may_send_as(account, *Address::parse(address)), allowed)
        << account.value << " " << address;
  }
  EXPECT_TRUE(house.run(directory.set_disabled("anna@example.org", true)));
  EXPECT_FALSE(directory.may_send_as(anna, *Address::parse("anna@example.org")));
}

TEST_F(DirectoryTest, Authenticates) {
  house.add_domain("example.org");
  const auto anna = house.add_account("anna@example.org");
  const auto login = [&](const std::string& name, const std::string& password) {
    const auto account = house.run(directory.authenticate(name, password, Scope::imap));
    return account ? account->id : AccountId();
  };
  EXPECT_EQ(login("anna@example.org", "correct horse"), anna);
  EXPECT_EQ(login("ANNA@Example.org", "correct horse"), anna);
  EXPECT_FALSE(login("anna@example.org", "wrong horse"));
  EXPECT_FALSE(login("nobody@example.org", "correct horse"));
  EXPECT_FALSE(login("anna", "correct horse"));
  EXPECT_FALSE(login("postmaster@example.org", "correct horse"));  // an alias is nobody

  EXPECT_TRUE(house.run(directory.set_password("anna@example.org", "battery staple")));
  EXPECT_FALSE(login("anna@example.org", "correct horse"));  // though it was remembered
  EXPECT_EQ(login("anna@example.org", "battery staple"), anna);

  EXPECT_TRUE(house.run(directory.set_disabled("anna@example.org", true)));
  EXPECT_FALSE(login("anna@example.org", "battery staple"));
}

TEST_F(DirectoryTest, ScramKeysTellNothingOfUnknownNames) {
  house.add_domain("example.org");
  (void)house.add_account("anna@example.org");
  const auto anna = directory.scram_keys("Anna@example.org", Scope::imap);
  EXPECT_EQ(anna.salt, directory.scram_keys("anna@example.org", Scope::imap).salt);
  EXPECT_EQ(anna.stored_key,
            make_scram_keys("correct horse", anna.salt, anna.iterations).stored_key);
  for (const auto* name : {"nobody@example.org", "nonsense", ""}) {
    const auto first = directory.scram_keys(name, Scope::imap);
    const auto second = directory.scram_keys(name, Scope::imap);
    EXPECT_EQ(first.salt, second.salt) << name;
    EXPECT_EQ(first.salt.size(), anna.salt.size());
    EXPECT_EQ(first.iterations, anna.iterations);
    EXPECT_EQ(first.stored_key.size(), anna.stored_key.size());
  }
  EXPECT_NE(directory.scram_keys("nobody@example.org", Scope::imap).salt,
            directory.scram_keys("somebody@example.org", Scope::imap).salt);
  // The same after a restart.
  const Directory other(house.store.engine(), house.pool, house.clock);
  EXPECT_EQ(other.scram_keys("nobody@example.org", Scope::imap).salt,
            directory.scram_keys("nobody@example.org", Scope::imap).salt);
}

TEST_F(DirectoryTest, RelaysAreChosenBySenderDomain) {
  house.add_domain("example.org");
  expect(Kind::not_found, directory.set_relay(relay("nowhere.example", "r.example")));
  expect(Kind::invalid, directory.set_relay(relay("", "no host")));
  expect(Kind::invalid, directory.set_relay(relay("", "r.example", 0)));
  expect(Kind::not_found, directory.remove_relay(""));
  EXPECT_FALSE(directory.relay_for("example.org"));
  EXPECT_TRUE(house.run(directory.set_relay(relay("", "R.example"))));
  EXPECT_TRUE(house.run(directory.set_relay({.domain = "Example.org",
                                             .host = "own.example",
                                             .port = 465,
                                             .tls = RelayTls::implicit,
                                             .user = "u",
                                             .password = "p"})));
  EXPECT_EQ(directory.relay_for("other.example")->host, "r.example");
  EXPECT_EQ(directory.relay_for("")->host, "r.example");
  const auto own = directory.relay_for("example.org");
  EXPECT_EQ(own->host, "own.example");
  EXPECT_EQ(own->port, 465);
  EXPECT_EQ(own->tls, RelayTls::implicit);
  EXPECT_EQ(directory.relays().size(), 2U);
  EXPECT_TRUE(house.run(directory.remove_relay("example.org")));
  EXPECT_EQ(directory.relay_for("example.org")->host, "r.example");
}

}  // namespace
}  // namespace freehold::directory

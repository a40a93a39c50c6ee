#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/sasl.hpp"
#include "directory/testing/house.hpp"

namespace freehold::directory {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;
using Kind = Problem::Kind;

class AppPasswords : public ::testing::Test {
 protected:
  void SetUp() override {
    house.add_domain("example.org");
    house.add_account("anna@example.org");
  }
  std::string add(const std::string& name, std::vector<Scope> scopes) {
    const auto made =
        house.run(house.directory.add_app_password("anna@example.org", name, std::move(scopes)));
    EXPECT_TRUE(made) << made.error().text();
    return made ? *made : std::string();
  }
  bool logs_in(const std::string& password, Scope scope) {
    return house.run(house.directory.authenticate("anna@example.org", password, scope, "192.0.2.7"))
        .has_value();
  }
  // Plays a client of SCRAM-SHA-256.
  bool scram(const std::string& password, Scope scope) {
    const auto server = make_sasl_server("SCRAM-SHA-256", {});
    const std::string bare = "n=anna@example.org,r=client";
    EXPECT_EQ(server->step("n,," + bare).kind, SaslStep::Kind::fetch_keys);
    const auto first = server->give_keys(house.directory.scram_keys("anna@example.org", scope));
    const auto parsed = scram::parse_server_first(first.data);
    const auto without_proof = "c=biws,r=" + parsed->nonce;
    const auto text = bare + "," + first.data + "," + without_proof;
    const auto salted = scram::salted_password(password, parsed->salt, parsed->iterations);
    const auto client_key = hmac_sha256(salted, "Client Key");
    const auto signature = hmac_sha256(sha256(client_key).view(), text);
    const auto proof = scram::exclusive_or(client_key, signature);
    if (server->step(without_proof + ",p=" + base64(proof)).kind != SaslStep::Kind::challenge) {
      return false;
    }
    if (server->step("").kind != SaslStep::Kind::done) return false;
    return house
        .run(house.directory.proved("anna@example.org", scope, server->identity().secret, "::1"))
        .has_value();
  }

  testing::House house;
};

TEST_F(AppPasswords, OneLogsInForItsScopesOnly) {
  const auto password = add("telephone", {Scope::imap, Scope::smtp});
  EXPECT_THAT(password, MatchesRegex("[a-z2-7]{4}(-[a-z2-7]{4}){4}"));
  EXPECT_TRUE(logs_in(password, Scope::imap));
  EXPECT_TRUE(logs_in(password, Scope::smtp));
  EXPECT_FALSE(logs_in(password, Scope::dav));
  EXPECT_FALSE(logs_in(password, Scope::web));
  EXPECT_FALSE(logs_in("aaaa-bbbb-cccc-dddd-eeee", Scope::imap));
}

TEST_F(AppPasswords, OneMayBeTypedWithoutItsDashes) {
  auto password = add("telephone", {Scope::imap});
  std::erase(password, '-');
  EXPECT_TRUE(logs_in(to_upper(password), Scope::imap));
}

TEST_F(AppPasswords, ScramTakesEveryPasswordThatIsGoodForTheScope) {
  const auto mail = add("mail", {Scope::imap});
  const auto calendar = add("calendar", {Scope::dav});
  EXPECT_TRUE(scram(mail, Scope::imap));
  EXPECT_TRUE(scram("correct horse", Scope::imap));
  EXPECT_FALSE(scram(calendar, Scope::imap));
  EXPECT_TRUE(scram(calendar, Scope::dav));
  EXPECT_FALSE(scram("wrong", Scope::imap));
}

TEST_F(AppPasswords, TheyGoOnWhenTheMainPasswordChanges) {
  const auto password = add("mail", {Scope::imap});
  ASSERT_TRUE(house.run(house.directory.set_password("anna@example.org", "battery staple")));
  EXPECT_TRUE(logs_in(password, Scope::imap));
  EXPECT_TRUE(scram(password, Scope::imap));
  EXPECT_TRUE(scram("battery staple", Scope::imap));
  EXPECT_FALSE(scram("correct horse", Scope::imap));
}

TEST_F(AppPasswords, WhereTheMainPasswordIsForTheWebItOpensNothingElse) {
  const auto password = add("mail", {Scope::imap});
  ASSERT_TRUE(logs_in("correct horse", Scope::imap));  // now remembered
  ASSERT_TRUE(house.run(house.directory.set_main_password_for_web_only("anna@example.org", true)));
  EXPECT_FALSE(logs_in("correct horse", Scope::imap));
  EXPECT_FALSE(scram("correct horse", Scope::imap));
  EXPECT_TRUE(logs_in("correct horse", Scope::web));
  EXPECT_TRUE(logs_in(password, Scope::imap));
  EXPECT_TRUE(scram(password, Scope::imap));
}

TEST_F(AppPasswords, OneThatIsRevokedIsRefusedAtOnce) {
  const auto password = add("mail", {Scope::imap});
  ASSERT_TRUE(logs_in(password, Scope::imap));
  ASSERT_TRUE(house.run(house.directory.remove_app_password("anna@example.org", "mail")));
  EXPECT_FALSE(logs_in(password, Scope::imap));
  EXPECT_FALSE(scram(password, Scope::imap));
  EXPECT_FALSE(house.run(house.directory.remove_app_password("anna@example.org", "mail")));
}

TEST_F(AppPasswords, TheListTellsTheirScopesAndLastUse) {
  const auto password = add("mail", {Scope::smtp, Scope::imap});
  add("calendar", {Scope::dav});
  ASSERT_TRUE(logs_in(password, Scope::imap));
  const auto all = house.directory.app_passwords("anna@example.org");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].name, "mail");
  EXPECT_THAT((*all)[0].scopes, ElementsAre(Scope::imap, Scope::smtp));
  ASSERT_TRUE((*all)[0].last_used);
  EXPECT_LE(*(*all)[0].last_used, house.clock.now());
  EXPECT_GT(*(*all)[0].last_used, house.clock.now() - std::chrono::hours(1));
  EXPECT_EQ((*all)[0].last_peer, "192.0.2.7");
  EXPECT_FALSE((*all)[1].last_used);
}

TEST_F(AppPasswords, WhatMakesNoSenseIsRefused) {
  add("mail", {Scope::imap});
  const auto refuse = [&](const std::string& name, std::vector<Scope> scopes, Kind kind) {
    const auto made =
        house.run(house.directory.add_app_password("anna@example.org", name, std::move(scopes)));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, kind) << made.error().text();
  };
  refuse("mail", {Scope::imap}, Kind::exists);
  refuse("", {Scope::imap}, Kind::invalid);
  refuse("x", {}, Kind::invalid);
  refuse("x", {Scope::web}, Kind::invalid);
}

TEST_F(AppPasswords, ADisabledAccountHasNone) {
  const auto password = add("mail", {Scope::imap});
  ASSERT_TRUE(house.run(house.directory.set_disabled("anna@example.org", true)));
  EXPECT_FALSE(logs_in(password, Scope::imap));
  EXPECT_FALSE(scram(password, Scope::imap));
}

TEST_F(AppPasswords, TheyGoWithTheAccount) {
  const auto password = add("mail", {Scope::imap});
  ASSERT_TRUE(house.run(house.directory.remove_account("anna@example.org")));
  house.add_account("anna@example.org");
  EXPECT_FALSE(logs_in(password, Scope::imap));
}

}  // namespace
}  // namespace freehold::directory

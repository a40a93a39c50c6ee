#include "guard/sasl_dialogue.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "directory/sasl_client.hpp"
#include "directory/testing/house.hpp"
#include "guard/login_guard.hpp"

namespace freehold::guard {
namespace {

using Kind = SaslDialogue::Step::Kind;
using namespace std::string_literals;

// The real door, with the account anna@example.org ("correct horse") and the token "good", which
// is hers.
class SaslDialogueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    house.add_domain("example.org");
    house.add_account("anna@example.org");
    house.add_account("bert@example.org");
  }
  void take_tokens() {
    guard.verify_tokens_by(
        [this](std::string token, LoginSource) -> awaitable<std::optional<std::string>> {
          ++verified;
          if (token != "good") co_return std::nullopt;
          co_return "anna@example.org";
        });
  }
  std::unique_ptr<SaslDialogue> begin(std::string_view mechanism, std::string binding = {}) {
    return SaslDialogue::make(guard.door({address, directory::Scope::imap}), mechanism, binding);
  }
  SaslDialogue::Step first(SaslDialogue& dialogue, std::optional<std::string> initial) {
    return house.run(dialogue.begin(std::move(initial)));
  }
  SaslDialogue::Step next(SaslDialogue& dialogue, std::string line) {
    return house.run(dialogue.answer(std::move(line)));
  }
  // PLAIN, LOGIN and the like: all in the first message.
  SaslDialogue::Step at_once(std::string_view mechanism, const std::string& message) {
    return first(*begin(mechanism), base64(message));
  }
  // SCRAM by our own client.
  SaslDialogue::Step scram(const std::string& password) {
    const auto client =
        directory::make_sasl_client({"SCRAM-SHA-256"}, {"anna@example.org", password}, false);
    const auto dialogue = begin("SCRAM-SHA-256");
    auto step = first(*dialogue, base64(*client->initial()));
    while (step.kind == Kind::challenge) {
      const auto answer = client->respond(*unbase64(step.challenge));
      step = next(*dialogue, answer ? base64(*answer) : "*");
    }
    return step;
  }

  directory::testing::House house;
  Bans bans{house.store.engine(), {}, house.clock};
  LoginGuard guard{house.directory, bans, house.clock,
                   [](std::chrono::milliseconds) -> awaitable<void> { co_return; }};
  net::IpAddress address = net::IpAddress::parse("192.0.2.1").value();
  int verified = 0;
};

TEST_F(SaslDialogueTest, PlainInOneStepOrTwo) {
  const auto right = "\0anna@example.org\0correct horse"s;
  const auto done = at_once("PLAIN", right);
  EXPECT_EQ(done.kind, Kind::done);
  EXPECT_EQ(done.account->name, "anna@example.org");
  const auto dialogue = begin("plain");
  const auto asked = first(*dialogue, std::nullopt);
  EXPECT_EQ(asked.kind, Kind::challenge);
  EXPECT_EQ(asked.challenge, "");
  EXPECT_EQ(next(*dialogue, base64(right)).kind, Kind::done);
}

TEST_F(SaslDialogueTest, LoginAsksForNameAndPassword) {
  const auto dialogue = begin("LOGIN");
  EXPECT_EQ(first(*dialogue, std::nullopt).challenge, base64("Username:"));
  EXPECT_EQ(next(*dialogue, base64("anna@example.org")).challenge, base64("Password:"));
  EXPECT_EQ(next(*dialogue, base64("correct horse")).kind, Kind::done);
  EXPECT_EQ(dialogue->name(), "anna@example.org");
}

TEST_F(SaslDialogueTest, ScramProvesThePassword) {
  const auto done = scram("correct horse");
  EXPECT_EQ(done.kind, Kind::done);
  EXPECT_EQ(done.account->name, "anna@example.org");
  EXPECT_EQ(scram("wrong").kind, Kind::refused);
}

TEST_F(SaslDialogueTest, TellsApartWhatWentWrong) {
  EXPECT_FALSE(begin("CRAM-MD5"));
  EXPECT_FALSE(begin("SCRAM-SHA-256-PLUS"));
  EXPECT_EQ(at_once("PLAIN", "\0anna@example.org\0wrong"s).kind, Kind::refused);
  EXPECT_EQ(at_once("PLAIN", "nonsense").kind, Kind::refused);
  EXPECT_EQ(first(*begin("PLAIN"), "=").kind, Kind::refused);
  EXPECT_EQ(first(*begin("PLAIN"), "!!").kind, Kind::malformed);
  const auto dialogue = begin("PLAIN");
  EXPECT_EQ(first(*dialogue, std::nullopt).kind, Kind::challenge);
  EXPECT_EQ(next(*dialogue, "*").kind, Kind::cancelled);
}

TEST_F(SaslDialogueTest, TokensAreRefusedInTwoSteps) {
  EXPECT_FALSE(begin("OAUTHBEARER"));
  take_tokens();
  const auto dialogue = begin("OAUTHBEARER");
  const auto refused = first(*dialogue, base64("n,,\x01"
                                               "auth=Bearer bad\x01\x01"));
  EXPECT_EQ(refused.kind, Kind::challenge);
  EXPECT_EQ(*unbase64(refused.challenge), R"({"status":"invalid_token"})");
  EXPECT_EQ(next(*dialogue, base64("\x01")).kind, Kind::refused);
  EXPECT_EQ(verified, 1);
}

TEST_F(SaslDialogueTest, ATokenIsItsOwnersOnly) {
  take_tokens();
  const auto of = [](const std::string& name) {
    return "n,a=" + name +
           ",\x01"
           "auth=Bearer good\x01\x01";
  };
  EXPECT_EQ(at_once("OAUTHBEARER", of("anna@example.org")).kind, Kind::done);
  EXPECT_EQ(at_once("OAUTHBEARER", of("ANNA@example.org")).account->name, "anna@example.org");
  EXPECT_EQ(at_once("OAUTHBEARER",
                    "n,,\x01"
                    "auth=Bearer good\x01\x01")
                .account->name,
            "anna@example.org");
  EXPECT_EQ(at_once("OAUTHBEARER", of("bert@example.org")).kind, Kind::challenge);
  EXPECT_EQ(at_once("XOAUTH2",
                    "user=anna@example.org\x01"
                    "auth=Bearer good\x01\x01")
                .kind,
            Kind::done);
  EXPECT_EQ(at_once("XOAUTH2",
                    "user=bert@example.org\x01"
                    "auth=Bearer good\x01\x01")
                .kind,
            Kind::challenge);
}

TEST_F(SaslDialogueTest, GuessedTokensCountAsPasswordsDo) {
  take_tokens();
  for (int i = 0; i < 8; ++i) {
    const auto dialogue = begin("XOAUTH2");
    const auto guess =
        "user=anna@example.org\x01"
        "auth=Bearer guess" +
        std::to_string(i) + "\x01\x01";
    EXPECT_EQ(first(*dialogue, base64(guess)).kind, Kind::challenge);
    EXPECT_EQ(next(*dialogue, "").kind, Kind::refused);
  }
  EXPECT_GT(guard.delay({net::IpAddress::parse("192.0.2.99").value()}, "anna@example.org").count(),
            0);
}

TEST_F(SaslDialogueTest, MechanismsAreThoseThatCanBeBegun) {
  take_tokens();
  const auto door = guard.door({address});
  const auto names = SaslDialogue::mechanisms(*door, "binding");
  EXPECT_EQ(names.size(), 6U);
  for (const auto name : names) EXPECT_TRUE(begin(name, "binding")) << name;
}

}  // namespace
}  // namespace freehold::guard

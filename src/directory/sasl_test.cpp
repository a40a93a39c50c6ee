#include "directory/sasl.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/sasl_client.hpp"

namespace freehold::directory {
namespace {

using Kind = SaslStep::Kind;
using namespace std::string_literals;

// RFC 7677, 3.
constexpr std::string_view kSalt = "W22ZaJ0SNY7soEsUEjb6gQ==";
constexpr std::string_view kClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

ScramKeys keys() { return make_scram_keys("pencil", *unbase64(kSalt)); }
SaslOffer offer() { return {.channel_binding = {}, .nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"}; }

TEST(ScramServer, HoldsTheDialogueOfRfc7677) {
  const auto server = make_sasl_server("scram-sha-256", offer());
  ASSERT_TRUE(server);
  EXPECT_EQ(server->step(kClientFirst).kind, Kind::fetch_keys);
  EXPECT_EQ(server->identity().authcid, "user");
  EXPECT_EQ(server->give_keys(keys()).data, kServerFirst);
  const SaslStep final = server->step(kClientFinal);
  EXPECT_EQ(final.kind, Kind::challenge);
  EXPECT_EQ(final.data, kServerFinal);
  EXPECT_EQ(server->step("").kind, Kind::done);
  EXPECT_EQ(server->step("").kind, Kind::failed);
}

TEST(ScramClient, HoldsTheDialogueOfRfc7677) {
  const auto client = make_sasl_client({"PLAIN", "SCRAM-SHA-256"}, {"user", "pencil"}, true,
                                       "rOprNGfwEbeRWgbNEkqO");
  ASSERT_TRUE(client);
  EXPECT_EQ(client->initial(), kClientFirst);
  EXPECT_EQ(client->respond(kServerFirst), kClientFinal);
  EXPECT_FALSE(client->complete());
  EXPECT_EQ(client->respond(kServerFinal), "");
  EXPECT_TRUE(client->complete());
}

TEST(ScramClient, RefusesAServerThatDoesNotKnowThePassword) {
  const auto client =
      make_sasl_client({"SCRAM-SHA-256"}, {"user", "pencil"}, true, "rOprNGfwEbeRWgbNEkqO");
  ASSERT_TRUE(client->respond(kServerFirst));
  EXPECT_FALSE(client->respond("v=AAAA"));
  EXPECT_FALSE(client->complete());
}

TEST(ScramClient, RefusesWeakOrForeignChallenges) {
  for (const std::string_view bad :
       {"r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=abcd,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1", "r=abcd,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999",
        "r=abcd,s=,i=4096", "", "e=other-error"}) {
    const auto client = make_sasl_client({"SCRAM-SHA-256"}, {"user", "pencil"}, true, "abc");
    EXPECT_FALSE(client->respond(bad)) << bad;
  }
}

TEST(ScramServer, RefusesAWrongPassword) {
  const auto server = make_sasl_server("SCRAM-SHA-256", offer());
  (void)server->step(kClientFirst);
  (void)server->give_keys(make_scram_keys("crayon", *unbase64(kSalt)));
  EXPECT_EQ(server->step(kClientFinal).kind, Kind::failed);
}

TEST(ScramServer, RefusesMalformedFirstMessages) {
  for (const std::string_view bad : {"",
                                     ",",
                                     "n",
                                     "n,",
                                     "n,,",
                                     "n,,n=user",
                                     "n,,r=abc",
                                     "n,,n=,r=abc",
                                     "n,,n=us=er,r=abc",
                                     "n,,n=u=2cx,r=abc",
                                     "z,,n=user,r=abc",
                                     "n,b=x,n=user,r=abc",
                                     "n,a=,n=user,r=abc",
                                     "n,,m=ext,n=user,r=abc",
                                     "n,,n=user,r=",
                                     "n,,n=user,r=a b",
                                     "p=,,n=user,r=abc",
                                     "p=tls-unique,,n=user,r=abc",
                                     "n,,n=us\x01"
                                     "er,r=abc",
                                     "n,,n=us\xff"
                                     "er,r=abc"}) {
    const auto server = make_sasl_server("SCRAM-SHA-256", offer());
    EXPECT_EQ(server->step(bad).kind, Kind::failed) << bad;
  }
}

TEST(ScramServer, ReadsEscapedNamesAndTheAuthzid) {
  const auto server = make_sasl_server("SCRAM-SHA-256", offer());
  EXPECT_EQ(server->step("n,a=bo=2Css,n=a=3Db,r=abc").kind, Kind::fetch_keys);
  EXPECT_EQ(server->identity().authcid, "a=b");
  EXPECT_EQ(server->identity().authzid, "bo,ss");
}

std::string plus_final(std::string_view binding, std::string_view first,
                       std::string_view challenge) {
  const auto server_first = scram::parse_server_first(challenge);
  const std::string salted = scram::salted_password("pencil", server_first->salt, 4096);
  const std::string client_key = hmac_sha256(salted, "Client Key");
  const std::string without =
      "c=" + base64("p=tls-exporter,," + std::string(binding)) + ",r=" + server_first->nonce;
  const std::string text =
      std::string(first.substr(16)) + "," + std::string(challenge) + "," + without;
  return without + ",p=" +
         base64(scram::exclusive_or(client_key, hmac_sha256(sha256(client_key).view(), text)));
}

TEST(ScramPlusServer, BindsToTheTlsConnection) {
  constexpr std::string_view first = "p=tls-exporter,,n=user,r=abc";
  for (const bool right : {true, false}) {
    const auto server = make_sasl_server("SCRAM-SHA-256-PLUS", {"exported", {}});
    ASSERT_TRUE(server);
    ASSERT_EQ(server->step(first).kind, Kind::fetch_keys);
    const SaslStep challenge = server->give_keys(keys());
    const SaslStep final =
        server->step(plus_final(right ? "exported" : "of another", first, challenge.data));
    EXPECT_EQ(final.kind, right ? Kind::challenge : Kind::failed) << final.data;
  }
}

TEST(ScramServer, RefusesTheDowngradeFlagWhenPlusIsOffered) {
  constexpr std::string_view first = "y,,n=user,r=abc";
  EXPECT_EQ(make_sasl_server("SCRAM-SHA-256", {"exported", {}})->step(first).kind, Kind::failed);
  EXPECT_EQ(make_sasl_server("SCRAM-SHA-256", {"", {}})->step(first).kind, Kind::fetch_keys);
  EXPECT_FALSE(make_sasl_server("SCRAM-SHA-256-PLUS", {"", {}}));
}

TEST(ScramServer, InventsTheSameSaltForTheSameUnknownName) {
  const ScramKeys a = invent_scram_keys("secret", "nobody");
  EXPECT_EQ(a.salt, invent_scram_keys("secret", "nobody").salt);
  EXPECT_NE(a.salt, invent_scram_keys("secret", "no-one").salt);
  EXPECT_EQ(a.salt.size(), 16U);
}

TEST(PlainServer, SplitsItsThreeParts) {
  const auto server = make_sasl_server("PLAIN", {});
  EXPECT_EQ(server->step("boss\0user\0pa ss"s).kind, Kind::check_password);
  EXPECT_EQ(server->identity().authzid, "boss");
  EXPECT_EQ(server->identity().authcid, "user");
  EXPECT_EQ(server->identity().password, "pa ss");
}

TEST(PlainServer, RefusesMalformedMessages) {
  for (const std::string& bad : {""s, "user"s, "\0user"s, "\0\0pass"s, "\0user\0"s, "\0us\ner\0p"s,
                                 "\0user\0pass\0more"s, "\0us\xc3\0p"s}) {
    EXPECT_EQ(make_sasl_server("PLAIN", {})->step(bad).kind, Kind::failed);
  }
}

TEST(LoginServer, AsksForNameAndPassword) {
  for (const bool initial : {false, true}) {
    const auto server = make_sasl_server("LOGIN", {});
    EXPECT_FALSE(server->client_first());
    if (!initial) {
      EXPECT_EQ(server->step("").data, "Username:");
    }
    EXPECT_EQ(server->step("user").data, "Password:");
    EXPECT_EQ(server->step("pass").kind, Kind::check_password);
    EXPECT_EQ(server->identity().authcid, "user");
    EXPECT_EQ(server->identity().password, "pass");
  }
}

TEST(SaslClient, ShowsThePasswordOnlyWhereAllowed) {
  EXPECT_FALSE(make_sasl_client({"PLAIN", "LOGIN"}, {"u", "p"}, false));
  const auto plain = make_sasl_client({"LOGIN", "plain"}, {"u", "p"}, true);
  EXPECT_EQ(plain->initial(), "\0u\0p"s);
  const auto login = make_sasl_client({"LOGIN"}, {"u", "p"}, true);
  EXPECT_FALSE(login->initial());
  EXPECT_EQ(login->respond("User Name"), "u");
  EXPECT_EQ(login->respond("Password"), "p");
  EXPECT_FALSE(login->respond("more"));
}

TEST(Sasl, OffersPlusOnlyWithAChannelBinding) {
  EXPECT_EQ(sasl_mechanisms({}).front(), "SCRAM-SHA-256");
  EXPECT_EQ(sasl_mechanisms({"exported", {}}).front(), "SCRAM-SHA-256-PLUS");
  EXPECT_FALSE(make_sasl_server("CRAM-MD5", {}));
}

}  // namespace
}  // namespace freehold::directory

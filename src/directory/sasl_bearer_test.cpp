#include <gtest/gtest.h>

#include "directory/sasl.hpp"

namespace freehold::directory {
namespace {

using Kind = SaslStep::Kind;
using namespace std::string_literals;

std::unique_ptr<SaslServer> server(std::string_view mechanism) {
  SaslOffer offer;
  offer.tokens = true;
  return make_sasl_server(mechanism, offer);
}

TEST(Bearer, IsOfferedWhenTokensCanBeVerified) {
  EXPECT_FALSE(make_sasl_server("OAUTHBEARER", {}));
  EXPECT_FALSE(make_sasl_server("XOAUTH2", {}));
  for (const auto name : sasl_mechanisms({})) EXPECT_FALSE(name.contains("OAUTH"));
  EXPECT_TRUE(server("oauthbearer"));
  EXPECT_TRUE(server("XOAUTH2"));
}

TEST(Bearer, ReadsTheMessageOfRfc7628) {
  const auto sasl = server("OAUTHBEARER");
  const auto step = sasl->step(
      "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01"
      "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01");
  EXPECT_EQ(step.kind, Kind::check_token);
  EXPECT_EQ(sasl->identity().authcid, "user@example.com");
  EXPECT_EQ(sasl->identity().password, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
}

TEST(Bearer, NeedsNoName) {
  const auto sasl = server("OAUTHBEARER");
  EXPECT_EQ(sasl->step("y,,\x01user=mallory\x01"
                       "auth=bearer abc\x01\x01")
                .kind,
            Kind::check_token);
  EXPECT_EQ(sasl->identity().authcid, "");
}

TEST(Bearer, ReadsXoauth2) {
  const auto sasl = server("XOAUTH2");
  EXPECT_EQ(sasl->step("user=anna@example.org\x01"
                       "auth=Bearer ya29.x_Y~z\x01\x01")
                .kind,
            Kind::check_token);
  EXPECT_EQ(sasl->identity().authcid, "anna@example.org");
  EXPECT_EQ(sasl->identity().password, "ya29.x_Y~z");
}

TEST(Bearer, ARefusedTokenIsExplainedAndTheAnswerEndsIt) {
  const auto bearer = server("OAUTHBEARER");
  EXPECT_EQ(bearer
                ->step("n,,\x01"
                       "auth=Bearer abc\x01\x01")
                .kind,
            Kind::check_token);
  const auto refused = bearer->refuse_token();
  EXPECT_EQ(refused.kind, Kind::challenge);
  EXPECT_EQ(refused.data, R"({"status":"invalid_token"})");
  EXPECT_EQ(bearer->step("\x01").kind, Kind::failed);
  EXPECT_EQ(bearer
                ->step("n,,\x01"
                       "auth=Bearer abc\x01\x01")
                .kind,
            Kind::failed);

  const auto older = server("XOAUTH2");
  EXPECT_EQ(older
                ->step("user=a\x01"
                       "auth=Bearer abc\x01\x01")
                .kind,
            Kind::check_token);
  EXPECT_EQ(older->refuse_token().data, R"({"status":"401","schemes":"bearer"})");
  EXPECT_EQ(older->step("").kind, Kind::failed);
}

TEST(Bearer, TellsWhatIsMalformed) {
  const std::string wrong[] = {
      "",
      "n,,",
      "n,,\x01",
      "n,,\x01\x01",
      "n,,\x01"
      "auth=Bearer abc\x01",
      "n,,\x01"
      "auth=Bearer abc\x01\x01x",
      "n,,\x01"
      "auth=Bearer \x01\x01",
      "n,,\x01"
      "auth=Basic abc\x01\x01",
      "n,,\x01"
      "auth=Bearer a b\x01\x01",
      "n,,\x01"
      "auth=Bearer a\0b\x01\x01"s,
      "n,,\x01novalue\x01"
      "auth=Bearer abc\x01\x01",
      "p=tls-exporter,,\x01"
      "auth=Bearer abc\x01\x01",
      "n,b=x,\x01"
      "auth=Bearer abc\x01\x01",
      "n,a=x=zz,\x01"
      "auth=Bearer abc\x01\x01",
      "n,a=x\x01"
      "auth=Bearer abc\x01\x01",
  };
  for (const auto& message : wrong) {
    const auto sasl = server("OAUTHBEARER");
    const auto step = sasl->step(message);
    EXPECT_EQ(step.kind, Kind::challenge) << message;
    EXPECT_EQ(step.data, R"({"status":"invalid_request"})") << message;
    EXPECT_EQ(sasl->step("\x01").kind, Kind::failed) << message;
  }
  const auto nobody = server("XOAUTH2");
  EXPECT_EQ(nobody->step("auth=Bearer abc\x01\x01").data, R"({"status":"400","schemes":"bearer"})");
}

}  // namespace
}  // namespace freehold::directory

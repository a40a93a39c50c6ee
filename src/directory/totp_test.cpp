#include "directory/totp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "directory/base32.hpp"
#include "directory/testing/house.hpp"

namespace freehold::directory {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kRfcSecret = "12345678901234567890";

Time at(std::int64_t seconds) { return from_millis(seconds * 1000); }

TEST(Totp, TheVectorsOfRfc6238) {
  const std::pair<std::int64_t, const char*> vectors[] = {
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [seconds, wanted] : vectors) {
    EXPECT_EQ(totp::code(kRfcSecret, totp::step_at(at(seconds)), 8), wanted) << seconds;
  }
}

TEST(Totp, TheVectorsOfRfc4226) {
  const char* vectors[] = {"755224", "287082", "359152", "969429", "338314",
                           "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t i = 0; i < std::size(vectors); ++i) {
    EXPECT_EQ(totp::code(kRfcSecret, i), vectors[i]);
  }
}

TEST(Totp, ACodeIsGoodInItsHalfMinuteAndTheOnesBesideIt) {
  const Time now = at(1'700'000'000);
  const auto step = totp::step_at(now);
  for (std::uint64_t other = step - 4; other <= step + 4; ++other) {
    const bool near = other + 1 >= step && other <= step + 1;
    EXPECT_EQ(totp::verify(kRfcSecret, totp::code(kRfcSecret, other), now, 0).has_value(), near);
  }
  EXPECT_FALSE(totp::verify(kRfcSecret, totp::code(kRfcSecret, step), now, step));  // used before
  EXPECT_FALSE(totp::verify(kRfcSecret, totp::code(kRfcSecret, step - 1), now, step));
  EXPECT_TRUE(totp::verify(kRfcSecret, totp::code(kRfcSecret, step + 1), now, step));
  EXPECT_FALSE(totp::verify(kRfcSecret, "", now, 0));
}

TEST(Totp, TheUriIsWhatProgramsForCodesRead) {
  EXPECT_EQ(totp::uri(kRfcSecret, "mail.example.org", "anna+x@example.org"),
            "otpauth://totp/mail.example.org:anna%2Bx@example.org"
            "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=mail.example.org");
}

TEST(Base32, TheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "MY"},
                                                         {"fo", "MZXQ"},
                                                         {"foo", "MZXW6"},
                                                         {"foob", "MZXW6YQ"},
                                                         {"fooba", "MZXW6YTB"},
                                                         {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : vectors) EXPECT_EQ(base32(bytes), text);
}

class TotpOfAccounts : public ::testing::Test {
 protected:
  void SetUp() override {
    house.add_domain("example.org");
    anna = house.add_account("anna@example.org");
  }
  std::string now_code(std::string_view secret) {
    return totp::code(secret, totp::step_at(house.clock.now()));
  }
  std::string begin() {
    const auto begun =
        house.run(house.directory.begin_totp("anna@example.org", "mail.example.org"));
    EXPECT_TRUE(begun);
    // The secret's bytes, read back from base32.
    std::string bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : begun->secret) {
      held = (held << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xFFFF;
      bits += 5;
      if (bits >= 8) bytes.push_back(static_cast<char>(held >> (bits -= 8) & 0xFF));
    }
    return bytes;
  }
  bool verify(const std::string& code) {
    return house.run(house.directory.verify_totp(anna, code)).value();
  }

  testing::House house;
  AccountId anna;
};

TEST_F(TotpOfAccounts, TheSecondFactorCountsFromTheFirstRightCodeOn) {
  const auto secret = begin();
  EXPECT_FALSE(house.directory.has_totp(anna));
  EXPECT_EQ(*house.directory.totp_state("anna@example.org"), "begun");
  EXPECT_FALSE(verify(now_code(secret)));
  EXPECT_FALSE(house.run(house.directory.confirm_totp("anna@example.org", "000")));
  const auto codes = house.run(house.directory.confirm_totp("anna@example.org", now_code(secret)));
  ASSERT_TRUE(codes);
  EXPECT_EQ(codes->size(), 10U);
  EXPECT_TRUE(house.directory.has_totp(anna));
  EXPECT_THAT(*house.directory.totp_state("anna@example.org"), HasSubstr("10 recovery codes"));
  EXPECT_FALSE(house.run(house.directory.begin_totp("anna@example.org", "x")));  // not replaced
}

TEST_F(TotpOfAccounts, NoCodeIsTakenTwice) {
  const auto secret = begin();
  const auto first = now_code(secret);
  const auto codes = house.run(house.directory.confirm_totp("anna@example.org", first));
  ASSERT_TRUE(codes);
  EXPECT_FALSE(verify(first));
  house.clock.advance(30s);
  EXPECT_TRUE(verify(now_code(secret)));
  EXPECT_FALSE(verify(now_code(secret)));
  EXPECT_TRUE(verify(codes->front()));
  EXPECT_FALSE(verify(codes->front()));
  EXPECT_TRUE(verify(to_upper(codes->back())));
  EXPECT_THAT(*house.directory.totp_state("anna@example.org"), HasSubstr("8 recovery codes"));
}

TEST_F(TotpOfAccounts, CodesCannotBeGuessedOneAfterTheOther) {
  const auto secret = begin();
  const auto codes = house.run(house.directory.confirm_totp("anna@example.org", now_code(secret)));
  ASSERT_TRUE(codes);
  house.clock.advance(1min);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(verify("no code"));
  EXPECT_FALSE(verify(now_code(secret)));  // right, and not looked at
  EXPECT_TRUE(verify(codes->front()));     // nobody guesses these
  house.clock.advance(30s);
  EXPECT_TRUE(verify(now_code(secret)));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(verify("no code"));
  house.clock.advance(1min);
  EXPECT_FALSE(verify("no code"));  // the sixth
  house.clock.advance(1min);
  EXPECT_FALSE(verify(now_code(secret)));  // now it takes two
  house.clock.advance(1min);
  EXPECT_TRUE(verify(now_code(secret)));
}

TEST_F(TotpOfAccounts, WhoHasLostEverythingIsHelpedByTheOwner) {
  const auto secret = begin();
  ASSERT_TRUE(house.run(house.directory.confirm_totp("anna@example.org", now_code(secret))));
  ASSERT_TRUE(house.run(house.directory.remove_totp("anna@example.org")));
  EXPECT_FALSE(house.directory.has_totp(anna));
  EXPECT_FALSE(house.run(house.directory.remove_totp("anna@example.org")));
  EXPECT_EQ(*house.directory.totp_state("anna@example.org"), "off");
}

}  // namespace
}  // namespace freehold::directory

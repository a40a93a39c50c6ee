#include "trust/dmarc_record.hpp"

#include <gtest/gtest.h>

#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

TEST(DmarcRecord, IsKnownByItsVersion) {
  for (const std::string_view good :
       {"v=DMARC1", "v=DMARC1;", "v=DMARC1; p=none", "V = DMARC1 ;p=none", "v=DMARC1 ; p=none;;",
        " v=DMARC1; p=none", "v=DMARC1;garbage"}) {
    EXPECT_TRUE(parse_dmarc_record(good)) << good;
  }
  for (const std::string_view bad :
       {"", "v=DMARC", "v=dmarc1; p=none", "v=DMARC10; p=none", "p=none; v=DMARC1",
        "v=DMARC1p=none", "v=DMARC1, p=none", "DMARC1; p=none", "v=spf1 -all", "; v=DMARC1"}) {
    EXPECT_FALSE(parse_dmarc_record(bad)) << bad;
  }
}

TEST(DmarcRecord, ReadsEveryTag) {
  const auto record = parse_dmarc_record(
      "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=s; t=y; psd=n; pct=37; ri=3600; "
      "fo=1:d:s; rua=mailto:a@example.com,mailto:b@example.com!10m; ruf=mailto:c@example.com");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->policy, DmarcPolicy::reject);
  EXPECT_EQ(record->subdomains, DmarcPolicy::quarantine);
  EXPECT_EQ(record->nonexistent, DmarcPolicy::none);
  EXPECT_FALSE(record->broken);
  EXPECT_TRUE(record->strict_dkim);
  EXPECT_TRUE(record->strict_spf);
  EXPECT_TRUE(record->testing);
  EXPECT_EQ(record->psd, DmarcPsd::no);
  EXPECT_EQ(record->percent, 37U);
  EXPECT_EQ(record->interval, std::chrono::hours(1));
  EXPECT_EQ(record->failure_options, "1:d:s");
  ASSERT_EQ(record->aggregate_reports.size(), 2U);
  EXPECT_EQ(record->aggregate_reports[0], (DmarcUri{.uri = "mailto:a@example.com"}));
  EXPECT_EQ(record->aggregate_reports[1],
            (DmarcUri{.uri = "mailto:b@example.com", .max_bytes = 10 * 1024 * 1024}));
  EXPECT_EQ(record->failure_reports.size(), 1U);
}

TEST(DmarcRecord, HasDefaults) {
  const auto record = parse_dmarc_record("v=DMARC1; p=none");
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->subdomains);
  EXPECT_FALSE(record->nonexistent);
  EXPECT_FALSE(record->strict_dkim);
  EXPECT_FALSE(record->strict_spf);
  EXPECT_FALSE(record->testing);
  EXPECT_EQ(record->psd, DmarcPsd::unknown);
  EXPECT_EQ(record->percent, 100U);
  EXPECT_EQ(record->interval, std::chrono::hours(24));
  EXPECT_EQ(record->failure_options, "0");
}

TEST(DmarcRecord, WrongValuesLeaveTheDefaults) {
  const auto record = parse_dmarc_record(
      "v=DMARC1; p=none; adkim=x; aspf=; t=maybe; psd=q; pct=101; ri=-1; fo=2; rua=nobody; zzz=1; "
      "=; p");
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->broken);
  EXPECT_FALSE(record->strict_dkim);
  EXPECT_FALSE(record->strict_spf);
  EXPECT_FALSE(record->testing);
  EXPECT_EQ(record->psd, DmarcPsd::unknown);
  EXPECT_EQ(record->percent, 100U);
  EXPECT_EQ(record->interval, std::chrono::hours(24));
  EXPECT_EQ(record->failure_options, "0");
  EXPECT_TRUE(record->aggregate_reports.empty());
}

TEST(DmarcRecord, IsBrokenByAWrongPolicy) {
  for (const std::string_view bad :
       {"v=DMARC1", "v=DMARC1; p=", "v=DMARC1; p=block", "v=DMARC1; p=none; sp=x",
        "v=DMARC1; p=none; np=x", "v=DMARC1; rua=mailto:a@example.com"}) {
    const auto record = parse_dmarc_record(bad);
    ASSERT_TRUE(record) << bad;
    EXPECT_TRUE(record->broken) << bad;
  }
}

TEST(DmarcRecord, NamesAndValuesAreReadWhateverTheirCaseAndOrder) {
  const auto record = parse_dmarc_record("v=DMARC1;SP = Reject ; P=QUARANTINE;ADKIM=S");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->policy, DmarcPolicy::quarantine);
  EXPECT_EQ(record->subdomains, DmarcPolicy::reject);
  EXPECT_TRUE(record->strict_dkim);
}

TEST(DmarcRecord, OfATagTheFirstCounts) {
  const auto record = parse_dmarc_record("v=DMARC1; p=none; p=reject; P=reject");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->policy, DmarcPolicy::none);
}

TEST(DmarcRecord, KeepsTheUrisThatAreValid) {
  struct Case {
    std::string_view text;
    std::string_view uri;  // empty: not valid
    std::optional<std::uint64_t> size{};
  };
  const Case table[] = {
      {"mailto:a@b.example", "mailto:a@b.example"},
      {"MAILTO:a@b.example", "MAILTO:a@b.example"},
      {"mailto:a@b.example!0", "mailto:a@b.example", 0},
      {"mailto:a@b.example!5k", "mailto:a@b.example", 5120},
      {"mailto:a@b.example!1G", "mailto:a@b.example", 1 << 30},
      {"mailto:a@b.example!2t", "mailto:a@b.example", 2ULL << 40},
      {"https://b.example/x?y=%20z", "https://b.example/x?y=%20z"},
      {"mailto:a@b.example!", ""},
      {"mailto:a@b.example!m", ""},
      {"mailto:a@b.example!5x", ""},
      {"mailto:a@b.example!99999999999t", ""},
      {"mailto:a@b.example!1!2", ""},
      {"mailto:nobody", ""},
      {"mailto:@b.example", ""},
      {"mailto:", ""},
      {"a@b.example", ""},
      {":x", ""},
      {"1x:y", ""},
      {"mailto:a b@c.example", ""},
      {"mailto:%zz@c.example", ""},
      {"mailto:%0a@c.example", ""},
  };
  for (const Case& c : table) {
    const auto record = parse_dmarc_record("v=DMARC1; p=none; rua= " + std::string(c.text) + " ,");
    ASSERT_TRUE(record);
    ASSERT_EQ(record->aggregate_reports.size(), c.uri.empty() ? 0U : 1U) << c.text;
    if (c.uri.empty()) continue;
    EXPECT_EQ(record->aggregate_reports[0].uri, c.uri) << c.text;
    EXPECT_EQ(record->aggregate_reports[0].max_bytes, c.size) << c.text;
  }
}

TEST(DmarcRecord, AMailtoUriHasAnAddress) {
  EXPECT_EQ(DmarcUri{.uri = "mailto:a%2Cb@c.example?subject=x"}.mail_address(), "a,b@c.example");
  EXPECT_EQ(DmarcUri{.uri = "https://a@c.example"}.mail_address(), "");
}

TEST(DmarcRecord, IsBounded) {
  std::string many = "v=DMARC1; p=none; rua=";
  for (int i = 0; i < 40; ++i) many += "mailto:a" + std::to_string(i) + "@b.example,";
  EXPECT_EQ(parse_dmarc_record(many)->aggregate_reports.size(), kMaxDmarcUris);
  EXPECT_FALSE(parse_dmarc_record("v=DMARC1; p=none;" + std::string(kMaxDmarcRecord, ' ')));
}

}  // namespace
}  // namespace freehold::trust

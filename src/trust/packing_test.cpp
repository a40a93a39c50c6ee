#include "trust/packing.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/hash.hpp"
#include "trust/report_uri.hpp"
#include "trust/testing/zip.hpp"

namespace freehold::trust {
namespace {

using Outcome = Unpacked::Outcome;
using testing::zip;

UnpackLimits up_to(std::size_t output) {
  UnpackLimits limits;
  limits.output = output;
  return limits;
}

TEST(Gzip, GoesThereAndBack) {
  for (const std::string& bytes :
       {std::string(), std::string("hello"), std::string(100'000, 'x'), random_bytes(50'000)}) {
    const auto back = gunzip(gzip(bytes), up_to(100'000));
    EXPECT_EQ(back.outcome, Outcome::done);
    EXPECT_EQ(back.bytes, bytes);
  }
  EXPECT_EQ(gzip("hello"), gzip("hello"));
}

TEST(Gzip, SeveralMembersAreOneFile) {
  EXPECT_EQ(gunzip(gzip("one") + gzip("two"), up_to(100)).bytes, "onetwo");
  EXPECT_EQ(gunzip(gzip("one") + "trailing", up_to(100)).bytes, "one");
}

TEST(Gzip, BombsAreDefused) {
  EXPECT_EQ(gunzip(gzip(std::string(101, 'x')), up_to(100)).outcome, Outcome::too_large);
  EXPECT_EQ(gunzip(gzip(std::string(100, 'x')), up_to(100)).outcome, Outcome::done);
  // Within the limit of size, but out of proportion.
  const std::string bomb = gzip(std::string(20'000'000, 'x'));
  EXPECT_EQ(gunzip(bomb, up_to(100'000'000)).outcome, Outcome::too_large);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += gzip(std::string(1000, 'x'));
  EXPECT_EQ(gunzip(many, up_to(10'000)).outcome, Outcome::too_large);
}

TEST(Gzip, WhatIsCutOrChangedIsBroken) {
  const std::string packed = gzip(std::string(1000, 'x') + random_bytes(100));
  for (std::size_t size = 0; size < packed.size(); size += 7) {
    EXPECT_EQ(gunzip(packed.substr(0, size), up_to(10'000)).outcome, Outcome::broken) << size;
  }
  std::string changed = packed;
  changed[changed.size() - 8] ^= 1;  // the check sum
  EXPECT_EQ(gunzip(changed, up_to(10'000)).outcome, Outcome::broken);
}

TEST(Zip, TheFirstFileWithTheNameIsTaken) {
  const std::string packed = zip({{"readme.txt", "no"}, {"a/B.XML", "yes"}, {"c.xml", "late"}});
  EXPECT_EQ(unzip(packed, ".xml", up_to(100)).bytes, "yes");
  EXPECT_EQ(unzip(packed, ".json", up_to(100)).outcome, Outcome::no_entry);
}

TEST(Zip, IsBounded) {
  EXPECT_EQ(unzip(zip({{"a.xml", std::string(101, 'x')}}), ".xml", up_to(100)).outcome,
            Outcome::too_large);
  EXPECT_EQ(
      unzip(zip({{"a.xml", std::string(20'000'000, 'x')}}), ".xml", up_to(100'000'000)).outcome,
      Outcome::too_large);
  std::vector<std::pair<std::string, std::string>> many(10, {"x.txt", "x"});
  many.emplace_back("a.xml", "late");
  EXPECT_EQ(unzip(zip(many), ".xml", up_to(100)).outcome, Outcome::no_entry);
}

TEST(Zip, NothingIsUnpackedTwice) {
  const std::string inner = zip({{"a.xml", "x"}});
  EXPECT_EQ(unpack(zip({{"a.xml", inner}}), ".xml", up_to(1000)).bytes, inner);
}

TEST(Zip, WhatIsNoneIsBroken) {
  EXPECT_NE(unzip("PK\x03\x04 and nothing more", ".xml", up_to(100)).outcome, Outcome::done);
  EXPECT_NE(unzip("", ".xml", up_to(100)).outcome, Outcome::done);
}

TEST(Unpacking, GoesByTheFirstBytes) {
  EXPECT_EQ(unpack(gzip("hello"), ".xml", up_to(100)).bytes, "hello");
  EXPECT_EQ(unpack(zip({{"a.xml", "hello"}}), ".xml", up_to(100)).bytes, "hello");
  EXPECT_EQ(unpack("hello", ".xml", up_to(100)).bytes, "hello");
  EXPECT_EQ(unpack(std::string(101, 'x'), ".xml", up_to(100)).outcome, Outcome::too_large);
}

TEST(ReportUri, IsMailOrHttps) {
  const auto mail = parse_report_uri("mailto:Reports@Example.org");
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->scheme, ReportUri::Scheme::mailto);
  EXPECT_EQ(mail->address, "Reports@Example.org");
  EXPECT_EQ(mail->host, "example.org");
  EXPECT_EQ(mail->max_size, 0U);
  const auto url = parse_report_uri(" HTTPS://Reports.example.org:8443/v1/tls?x=y#z ");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, ReportUri::Scheme::https);
  EXPECT_EQ(url->host, "reports.example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/v1/tls?x=y");
  EXPECT_EQ(parse_report_uri("https://a.test")->target, "/");
  EXPECT_EQ(parse_report_uri("https://a.test?q")->target, "/?q");
}

TEST(ReportUri, MayHaveALimitOfSize) {
  const std::pair<const char*, std::uint64_t> sizes[] = {
      {"mailto:a@b.test!1", 1},
      {"mailto:a@b.test!10k", 10'240},
      {"mailto:a@b.test!10M", 10U << 20},
      {"mailto:a@b.test!1g", 1U << 30},
      {"mailto:a@b.test!1t", std::uint64_t{1} << 40},
      {"mailto:a@b.test!18446744073709551615t", std::uint64_t{1} << 50}};
  for (const auto& [text, size] : sizes) EXPECT_EQ(parse_report_uri(text)->max_size, size) << text;
}

TEST(ReportUri, EscapesAreReadAndHeaderFieldsAreNot) {
  EXPECT_EQ(parse_report_uri("mailto:a%2Bb%21@b.test?subject=x")->address, "a+b!@b.test");
}

TEST(ReportUri, OthersAreRefused) {
  for (const char* text : {"",
                           "mailto:",
                           "mailto:a",
                           "mailto:@b.test",
                           "mailto:a@",
                           "mailto:a@b@c.test",
                           "mailto:a%0D%0Ab@c.test",
                           "mailto:a%zz@b.test",
                           "mailto:a%2@b.test",
                           "mailto:a b@c.test",
                           "mailto:a@b.test!",
                           "mailto:a@b.test!x",
                           "mailto:a@b.test!0",
                           "mailto:a@b.test!1mm",
                           "mailto:\"a\"@b.test",
                           "mailto:a%2Cb@c.test",
                           "http://a.test/",
                           "https:a.test",
                           "https://",
                           "https://user@a.test/",
                           "https://[::1]/",
                           "https://a.test:0/",
                           "https://a.test:70000/",
                           "https://a.test:x/",
                           "ftp://a.test",
                           "a@b.test"}) {
    EXPECT_FALSE(parse_report_uri(text)) << text;
  }
}

TEST(ReportUri, ListsAreBoundedAndKeepWhatCanBeUsed) {
  const auto uris =
      parse_report_uris("mailto:a@b.test , ftp://x,https://c.test/,mailto:d@e.test", 8);
  ASSERT_EQ(uris.size(), 3U);
  EXPECT_EQ(uris[2].address, "d@e.test");
  EXPECT_EQ(parse_report_uris("mailto:a@b.test,mailto:a@b.test,mailto:a@b.test", 2).size(), 2U);
  EXPECT_TRUE(parse_report_uris("", 8).empty());
}

}  // namespace
}  // namespace freehold::trust

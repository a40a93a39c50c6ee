#include "message/date.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

std::string shown(std::string_view raw) {
  const auto date = parse_date(raw);
  return date ? rfc3339(date->at) + " " + std::to_string(date->offset.count()) : "none";
}

TEST(Date, IsReadInAllTheFormsOfTheWorld) {
  const std::pair<std::string, std::string> cases[] = {
      {"Mon, 23 Nov 2026 20:47:06 +0000", "2026-11-23T20:47:06Z 0"},
      {"Mon, 23 Nov 2026 20:47:06 +0100", "2026-11-23T19:47:06Z 60"},
      {"Mon, 23 Nov 2026 20:47:06 -0530", "2026-11-24T02:17:06Z -330"},
      {"23 Nov 2026 20:47:06 +0000", "2026-11-23T20:47:06Z 0"},
      {"Mon, 23 Nov 2026 20:47 +0000", "2026-11-23T20:47:00Z 0"},
      {"Fri, 23 Nov 2026 20:47:06 +0000", "2026-11-23T20:47:06Z 0"},
      {"Mon, 23 Nov 26 20:47:06 GMT", "2026-11-23T20:47:06Z 0"},
      {"23 Nov 97 20:47:06 EST", "1997-11-24T01:47:06Z -300"},
      {"23 Nov 126 20:47:06 UT", "2026-11-23T20:47:06Z 0"},
      {"Mon, 23 Nov 2026 20:47:06 PDT", "2026-11-24T03:47:06Z -420"},
      {"Mon, 23 Nov 2026 20:47:06 Z", "2026-11-23T20:47:06Z 0"},
      {"Mon, 23 Nov 2026 20:47:06 K", "2026-11-23T20:47:06Z 0"},
      {"Mon, 23 Nov 2026 20:47:06 XYZ", "2026-11-23T20:47:06Z 0"},
      {"Mon, 23 Nov 2026 20:47:06 +0100 (CET)", "2026-11-23T19:47:06Z 60"},
      {"Mon (Monday (really)), 23 (x) Nov 2026 20:47:06 +0100", "2026-11-23T19:47:06Z 60"},
      {"Mon, 23 Nov 2026 20:47:06 GMT+0200", "2026-11-23T18:47:06Z 120"},
      {"Mon, 23 Nov 2026 20:47:06 +02:00", "2026-11-23T18:47:06Z 120"},
      {"Mon, 23 Nov 2026 20:47:06 +2", "2026-11-23T18:47:06Z 120"},
      {"Mon, 23 Nov 2026 20:47:06 +0100 CET", "2026-11-23T19:47:06Z 60"},
      {"Mon, 23-Nov-2026 20:47:06 GMT", "2026-11-23T20:47:06Z 0"},
      {"Monday, 23 November 2026 20:47:06 +0000", "2026-11-23T20:47:06Z 0"},
      {"Mon Nov 23 20:47:06 2026", "2026-11-23T20:47:06Z 0"},
      {"Mon Nov  3 20:47:06 CET 2026", "2026-11-03T19:47:06Z 60"},
      {"Nov 23, 2026 8:47:06 PM", "2026-11-23T20:47:06Z 0"},
      {"2026-11-23T20:47:06Z", "2026-11-23T20:47:06Z 0"},
      {"2026-11-23T20:47:06.123+01:00", "2026-11-23T19:47:06Z 60"},
      {"2026-11-23 20:47:06 +0100", "2026-11-23T19:47:06Z 60"},
      {"Mon,\r\n 23 Nov 2026\r\n 20:47:06 +0000", "2026-11-23T20:47:06Z 0"},
      {"Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z 0"},
      {"Thu, 29 Feb 2024 00:00:00 +0000", "2024-02-29T00:00:00Z 0"},
      {"Mon, 23 Nov 2026 20:47:06 +9999", "2026-11-23T20:47:06Z 0"},
      {"Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z 0"},
      {"", "none"},
      {"garbage", "none"},
      {"Mon, 23 Nov 2026", "none"},
      {"20:47:06", "none"},
      {"30 Feb 2026 00:00:00 +0000", "none"},
      {"0 Nov 2026 00:00:00 +0000", "none"},
      {"23 Nov 2026 25:00:00 +0000", "none"},
      {"23 Nov 2026 20:61:00 +0000", "none"},
      {"99999999999999999999 Nov 2026 20:00:00", "none"},
  };
  for (const auto& [raw, expected] : cases) EXPECT_EQ(shown(raw), expected) << raw;
}

TEST(Date, IsWrittenAsRfc5322Wants) {
  const Time at = parse_date("23 Nov 2026 20:47:06 +0000")->at;
  EXPECT_EQ(format_date(at), "Mon, 23 Nov 2026 20:47:06 +0000");
  EXPECT_EQ(format_date(at, std::chrono::minutes(-330)), "Mon, 23 Nov 2026 15:17:06 -0530");
  EXPECT_EQ(format_date(at, std::chrono::minutes(300)), "Tue, 24 Nov 2026 01:47:06 +0500");
}

}  // namespace
}  // namespace freehold::message

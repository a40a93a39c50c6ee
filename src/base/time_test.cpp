#include "base/time.hpp"

#include <gtest/gtest.h>

namespace freehold {
namespace {

TEST(ParseRfc3339, ReadsWhatIsWritten) {
  const auto moment = from_millis(1'700'000'000'000);
  EXPECT_EQ(rfc3339(moment), "2023-11-14T22:13:20Z");
  EXPECT_EQ(parse_rfc3339(rfc3339(moment)), moment);
}

TEST(ParseRfc3339, ForgivesWhatPeopleLeaveOut) {
  struct {
    const char* text;
    const char* moment;
  } cases[] = {{"2023-11-14", "2023-11-14T00:00:00Z"},
               {"2023-11-14T22:13", "2023-11-14T22:13:00Z"},
               {"2023-11-14 22:13:20", "2023-11-14T22:13:20Z"},
               {"2023-11-14T22:13:20z", "2023-11-14T22:13:20Z"},
               {"2023-11-14T22:13:20+01:00", "2023-11-14T21:13:20Z"},
               {"2023-11-14T22:13-02:30", "2023-11-15T00:43:00Z"}};
  for (const auto& [text, moment] : cases) {
    const auto read = parse_rfc3339(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(rfc3339(*read), moment) << text;
  }
}

TEST(ParseRfc3339, TakesNothingElse) {
  for (const char* text : {"", "2023", "2023-11", "2023-13-01", "2023-02-29", "23-11-14",
                           "2023-11-14T", "2023-11-14T24:00", "2023-11-14T22", "2023-11-14T22:60",
                           "2023-11-14T22:13:61", "2023-11-14T22:13:20X", "2023-11-14T22:13:20+1",
                           "2023-11-14T22:13:20+24:00", "2023-11-14x", "today", "-023-11-14"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace freehold

#include "guard/anomaly.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freehold::guard {
namespace {

using ::testing::HasSubstr;

SendingPicture picture(Counts hour, std::uint32_t days_known = 20, std::uint32_t busiest_hour = 8,
                       std::uint32_t busiest_day = 30) {
  return {hour, hour, days_known, busiest_hour, busiest_day};
}

struct Case {
  const char* what;
  SendingPicture picture;
  bool pause;
};

TEST(Anomaly, StolenAccountsArePausedAndHonestOnesAreNot) {
  // messages, recipients, new recipients, bounces, refused as spam, new networks
  const Case cases[] = {
      {"nothing", picture({}), false},
      {"a usual hour", picture({.messages = 8, .recipients = 12, .new_recipients = 2}), false},
      {"a busy hour", picture({.messages = 60, .recipients = 70, .new_recipients = 10}), false},
      {"a newsletter", picture({.messages = 1, .recipients = 500, .new_recipients = 30}), false},
      {"a first newsletter", picture({.messages = 1, .recipients = 100, .new_recipients = 100}),
       false},
      {"a journey", picture({.messages = 5, .recipients = 6, .new_networks = 2}), false},
      {"a wedding from a hotel",
       picture({.messages = 5, .recipients = 80, .new_recipients = 70, .new_networks = 1}), false},
      {"a stale list", picture({.messages = 2, .recipients = 60, .bounces = 15}), false},
      {"bulk to strangers",
       picture({.messages = 90, .recipients = 90, .new_recipients = 90, .new_networks = 1}), true},
      {"bulk to a bought list",
       picture({.messages = 3, .recipients = 100, .new_recipients = 100, .bounces = 30}), true},
      {"spam that others refuse",
       picture({.messages = 60, .recipients = 60, .new_recipients = 10, .refused_as_spam = 20}),
       true},
      {"from all over the world to strangers",
       picture({.messages = 20, .recipients = 60, .new_recipients = 60, .new_networks = 5}), true},
      {"a newcomer who floods",
       picture({.messages = 60, .recipients = 60, .new_recipients = 60}, 0, 0, 0), true},
      {"a newcomer who writes to friends",
       picture({.messages = 20, .recipients = 30, .new_recipients = 30}, 0, 0, 0), false},
      {"a shop's usual hour",
       picture({.messages = 200, .recipients = 200, .new_recipients = 180}, 20, 150, 900), false},
  };
  for (const auto& one : cases) {
    const auto suspicion = judge(one.picture);
    EXPECT_EQ(suspicion.strong(), one.pause) << one.what << ": " << suspicion.text();
  }
}

TEST(Anomaly, AThiefWhoIsSlowIsSeenByTheDay) {
  SendingPicture slow;
  slow.hour = {.messages = 30, .recipients = 50, .new_recipients = 50};
  slow.day = {.messages = 400, .recipients = 700, .new_recipients = 700};
  slow.days_known = 20;
  slow.usual_busiest_hour = 8;
  slow.usual_busiest_day = 30;
  EXPECT_TRUE(judge(slow).strong());
}

TEST(Anomaly, ItSaysWhy) {
  const auto suspicion =
      judge(picture({.messages = 90, .recipients = 90, .new_recipients = 85, .bounces = 20}));
  EXPECT_THAT(suspicion.text(),
              HasSubstr("90 messages in an hour, where its busiest hour of four weeks had 8"));
  EXPECT_THAT(suspicion.text(), HasSubstr("85 of 90 recipients"));
  EXPECT_THAT(suspicion.text(), HasSubstr("20 recipients in an hour that do not exist"));
}

}  // namespace
}  // namespace freehold::guard

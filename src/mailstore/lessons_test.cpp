#include "mailstore/lessons.hpp"

#include <gtest/gtest.h>

namespace freehold::mailstore {
namespace {

TEST(Lessons, MovesToAndFromJunkSayWhatAMessageIs) {
  EXPECT_EQ(lesson_of_move("inbox", "junk"), Lesson::spam);
  EXPECT_EQ(lesson_of_move("", "junk"), Lesson::spam);
  EXPECT_EQ(lesson_of_move("junk", "inbox"), Lesson::ham);
  EXPECT_EQ(lesson_of_move("junk", ""), Lesson::ham);
  EXPECT_EQ(lesson_of_move("junk", "trash"), std::nullopt);
  EXPECT_EQ(lesson_of_move("junk", "junk"), std::nullopt);
  EXPECT_EQ(lesson_of_move("inbox", "archive"), std::nullopt);
}

TEST(Lessons, FlagsSayWhatAMessageIsWhenTheyAreSet) {
  for (const auto* keyword : {"$junk", "junk", "$notjunk", "nonjunk"})
    EXPECT_EQ(lesson_of_flags({}, {0, {keyword}}, "inbox"), std::nullopt);
  EXPECT_EQ(lesson_of_flags({}, {kAnswered, {}}, "inbox"), Lesson::ham);
  EXPECT_EQ(lesson_of_flags({}, {kAnswered, {}}, "junk"), std::nullopt);
  EXPECT_EQ(lesson_of_flags({}, {kSeen, {}}, "inbox"), std::nullopt);
}

}  // namespace
}  // namespace freehold::mailstore

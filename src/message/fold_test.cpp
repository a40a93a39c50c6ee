#include "message/fold.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

struct Pair {
  const char* a;
  const char* b;
};

TEST(Fold, MakesTextsEqualThatDifferInCaseOrForm) {
  for (const auto& [a, b] : {Pair{"Hello", "hELLO"}, Pair{"STRASSE", "straße"},
                             Pair{"ПРИВЕТ", "привет"}, Pair{"ＡＢＣ１２", "abc12"},
                             Pair{"ﾌﾟﾛｸﾞﾗﾑ", "プログラム"}, Pair{"e\xcc\x81t\xc3\xa9", "été"},
                             Pair{"Rech\xc2\xadnung", "rechnung"}, Pair{"ﬁnal", "final"}}) {
    EXPECT_EQ(fold_text(a), fold_text(b)) << a;
  }
}

TEST(Fold, KeepsDiacriticsApart) {
  EXPECT_NE(fold_text("schon"), fold_text("schön"));
  EXPECT_NE(fold_text("resume"), fold_text("résumé"));
}

TEST(Fold, TakesAnyBytes) {
  EXPECT_EQ(fold_text("\xff"
                      "A"),
            "\xff"
            "a");
  EXPECT_EQ(fold_text(""), "");
}

}  // namespace
}  // namespace freehold::message

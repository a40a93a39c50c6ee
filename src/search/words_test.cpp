#include "search/words.hpp"

#include <gtest/gtest.h>

#include <string>

#include "message/fold.hpp"

namespace freehold::search {
namespace {

std::string split(const std::string& text) {
  const std::string folded = message::fold_text(text);
  std::string out;
  for (const auto& word : words_of(folded, 100)) {
    if (!out.empty()) out += word.joined ? "+" : " ";
    out += word.text;
    if (word.gram) out += "*";
  }
  return out;
}

TEST(Words, AreRunsOfLettersAndDigits) {
  EXPECT_EQ(split("Hello, World! 3.14 foo_bar a@b.example don't"),
            "hello world 3 14 foo bar a b example don t");
  EXPECT_EQ(split("  ... --- !!"), "");
}

TEST(Words, HaveAccentsAndOtherScripts) {
  EXPECT_EQ(split("Überweisung für Müller, Счёт"), "überweisung für müller счёт");
  EXPECT_EQ(split("café cafe\xcc\x81"), "café café");
}

TEST(Words, OfScriptsWithoutSpacesAreSingleCharacters) {
  EXPECT_EQ(split("東京都 in"), "東*+京*+都* in");
  EXPECT_EQ(split("iPhone用のﾃﾞｰﾀ"), "iphone+用*+の*+デ*+ー*+タ*");
}

TEST(Words, OfSymbolsStandAlone) { EXPECT_EQ(split("party🎉🎉"), "party+🎉*+🎉*"); }

TEST(Words, ThatAreVeryLongAreCutBetweenCharacters) {
  std::string lengthy(63, 'a');
  lengthy += "üü";
  EXPECT_EQ(indexed_word(lengthy), std::string(63, 'a'));
}

TEST(Words, PassOverWhatIsNoUtf8) {
  EXPECT_EQ(words_of("a\xff\xfe\x80"
                     "b",
                     10)
                .size(),
            2u);
}

}  // namespace
}  // namespace freehold::search

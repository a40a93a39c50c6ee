#include "filter/base_model.hpp"

#include <gtest/gtest.h>

#include "filter/classifier.hpp"

namespace freehold::filter {
namespace {

double spam_by_seed(std::string_view from, std::string_view subject, std::string_view body) {
  const std::string raw =
      "From: " + std::string(from) +
      "\r\nTo: ann@home.example\r\nSubject: " + std::string(subject) +
      "\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@x.example>\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
      std::string(body) + "\r\n";
  const message::Parsed parsed = message::parse(raw);
  const BaseModel seed = seed_model();
  return judge(seed, {}, read_content(parsed, read_texts(parsed, raw)).tokens).probability;
}

TEST(SeedModel, ComesWithTheProgram) {
  const BaseModel seed = seed_model();
  EXPECT_GT(seed.ham, 0U);
  EXPECT_GT(seed.spam, 0U);
  EXPECT_FALSE(seed.origin.empty());
}

TEST(SeedModel, KnowsBlatantSpamOnAFreshBox) {
  EXPECT_GT(
      spam_by_seed("RX Online <a@x.example>", "Cheap viagra, no prescription",
                   "Buy viagra and cialis at the lowest prices, discreet shipping, order now! "
                   "Click here to claim your discount: http://192.0.2.7/x"),
      0.9);
  EXPECT_GT(
      spam_by_seed("Barrister Cole <a@x.example>", "URGENT BUSINESS PROPOSAL",
                   "I need your assistance to transfer the sum of USD 4,000,000. Kindly reply "
                   "with your bank account details. This transaction is risk free."),
      0.8);
}

TEST(SeedModel, LeavesLettersAndForeignTextsAlone) {
  EXPECT_LT(
      spam_by_seed("Tom Reed <tom@x.example>", "Saturday",
                   "Hi Ann,\r\n\r\nthe neighbours lend us their ladder on Saturday, could you "
                   "bring the paint? Let us have lunch afterwards.\r\n\r\nCheers, Tom"),
      0.3);
  EXPECT_LT(spam_by_seed("Zdenka <z@x.example>", "Zoznam",
                         "Ahoj, posielam zoznam kníh na budúci týždeň. Zdenka"),
            0.7);
}

TEST(BaseModel, ComesBackFromItsRecord) {
  BaseModel model;
  Tokens tokens;
  tokens.add("word", "quxo");
  model.weights.add(tokens.all(), -700);
  model.ham = 3;
  model.origin = "a test";
  const auto again = decode_base(encode_base(model, 10));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->weights.get(tokens.all()[0]), -700);
  EXPECT_EQ(again->ham, 3U);
  EXPECT_EQ(again->origin, "a test");
  EXPECT_FALSE(decode_base("rubbish"));
}

}  // namespace
}  // namespace freehold::filter

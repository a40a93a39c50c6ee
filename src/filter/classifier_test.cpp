#include "filter/classifier.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/hash.hpp"
#include "base/testing/run.hpp"
#include "filter/limits.hpp"
#include "store/keys.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::filter {
namespace {

using freehold::testing::run;

Tokens words(std::string_view text) {
  Tokens tokens(Tokens::Names::kept);
  tokens.add("every", "message");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    tokens.add("word", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tokens;
}

class ClassifierTest : public ::testing::Test {
 protected:
  Result<> learn(AccountId account, const std::string& text, Verdict verdict) {
    return run(classifier_->learn(account, sha256(text), words(text), verdict));
  }
  double spam(AccountId account, const std::string& text) {
    return classifier_->judge(account, words(text)).probability;
  }
  void restart() {
    classifier_.reset();
    store_.reopen();
    classifier_.emplace(store_.engine(), clock_);
  }

  store::testing::TemporaryStore store_;
  ManualClock clock_{from_millis(1'800'000'000'000)};
  std::optional<Classifier> classifier_{std::in_place, store_.engine(), clock_};
  AccountId ann_{1}, bob_{2};
};

TEST_F(ClassifierTest, LearnsFromOneMessageWhatIsLikeIt) {
  const double before = spam(ann_, "quxo zorb pills offer");
  ASSERT_TRUE(learn(ann_, "quxo zorb pills today", Verdict::spam));
  EXPECT_GT(spam(ann_, "quxo zorb pills today"), 0.85);
  EXPECT_GT(spam(ann_, "quxo zorb pills offer"), before);
}

TEST_F(ClassifierTest, KeepsAccountsApart) {
  const double before = spam(bob_, "quxo zorb");
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::spam));
  EXPECT_EQ(spam(bob_, "quxo zorb"), before);
}

TEST_F(ClassifierTest, RemembersAcrossARestart) {
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::spam));
  const double before = spam(ann_, "quxo zorb");
  restart();
  EXPECT_EQ(spam(ann_, "quxo zorb"), before);
  EXPECT_EQ(classifier_->learned_as(ann_, sha256("quxo zorb")), Verdict::spam);
}

TEST_F(ClassifierTest, TakesTheEarlierVerdictBackWhenTheContraryIsTaught) {
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::ham));
  const double ham_only = spam(ann_, "quxo zorb");
  ASSERT_TRUE(run(classifier_->forget(ann_, sha256("quxo zorb"), words("quxo zorb"))));
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::spam));
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::ham));
  EXPECT_EQ(spam(ann_, "quxo zorb"), ham_only);
  const Judgement judged = classifier_->judge(ann_, words("x"));
  EXPECT_EQ(judged.ham, 1U);
  EXPECT_EQ(judged.spam, 0U);
}

TEST_F(ClassifierTest, ForgetsToTheLastBit) {
  ASSERT_TRUE(learn(ann_, "other words", Verdict::ham));
  const double before = spam(ann_, "quxo words");
  ASSERT_TRUE(learn(ann_, "quxo words", Verdict::spam));
  ASSERT_NE(spam(ann_, "quxo words"), before);
  ASSERT_TRUE(run(classifier_->forget(ann_, sha256("quxo words"), words("quxo words"))));
  EXPECT_EQ(spam(ann_, "quxo words"), before);
  EXPECT_EQ(classifier_->learned_as(ann_, sha256("quxo words")), std::nullopt);
}

TEST_F(ClassifierTest, TeachingTheSameTwiceChangesNothing) {
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::spam));
  const double once = spam(ann_, "quxo zorb");
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::spam));
  EXPECT_EQ(spam(ann_, "quxo zorb"), once);
  EXPECT_EQ(classifier_->judge(ann_, words("x")).spam, 1U);
}

TEST_F(ClassifierTest, NamesTheTokensThatSpeakLoudest) {
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::spam));
  ASSERT_TRUE(learn(ann_, "quxo letter", Verdict::spam));
  ASSERT_TRUE(learn(ann_, "zorb friend", Verdict::ham));
  const Tokens tokens = words("nothing quxo");
  const Judgement judged = classifier_->judge(ann_, tokens);
  ASSERT_FALSE(judged.strongest.empty());
  bool named = false;
  for (const auto& c : judged.strongest)
    named |= tokens.name(c.token) == "word:quxo" && c.logit > 0;
  EXPECT_TRUE(named);
  EXPECT_LE(judged.strongest.size(), kMaxReasonTokens);
}

TEST_F(ClassifierTest, ForgetsAllOfARemovedAccount) {
  const double before = spam(ann_, "quxo zorb");
  ASSERT_TRUE(learn(ann_, "quxo zorb", Verdict::spam));
  ASSERT_TRUE(run(classifier_->forget_all(ann_)));
  EXPECT_EQ(spam(ann_, "quxo zorb"), before);
  EXPECT_FALSE(store_.engine().latest().get(store::keys::filter_delta(ann_)));
}

TEST_F(ClassifierTest, UsesABaseModelThatReplacesTheSeedAndSurvivesARestart) {
  BaseModel model;
  const Tokens tokens = words("quxo");
  model.weights.add(tokens.all(), 8000);
  model.origin = "a test";
  ASSERT_TRUE(run(classifier_->replace_base(std::move(model))));
  const double judged = spam(bob_, "quxo");
  EXPECT_GT(judged, 0.9);
  restart();
  EXPECT_EQ(spam(bob_, "quxo"), judged);
  EXPECT_EQ(classifier_->base()->origin, "a test");
}

TEST_F(ClassifierTest, GoesOnWithTheSeedWhenTheStoredBaseIsOfAnotherTokenizer) {
  const std::string origin = classifier_->base()->origin;
  store::Batch batch;
  batch.put(store::keys::filter_base(), std::string("\x20\x63", 2));  // tokenizer: 99
  ASSERT_TRUE(store_.engine().commit_blocking(std::move(batch)));
  restart();
  EXPECT_EQ(classifier_->base()->origin, origin);
}

TEST_F(ClassifierTest, JudgesWhileOthersLearn) {
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) std::ignore = classifier_->judge(ann_, words("quxo 1 2 3"));
    });
  }
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(learn(ann_, "quxo " + std::to_string(i), Verdict::spam));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(classifier_->judge(ann_, words("x")).spam, 20U) << "no stale delta stays in the cache";
}

TEST(Weights, ComeBackFromBytesAsTheyWere) {
  const WeightEntries entries = {{1, -5}, {2, 70'000}, {0xffffffff, -70'000}};
  EXPECT_EQ(decode_weights(encode_weights(entries)), entries);
  EXPECT_EQ(SparseWeights(entries).entries(), entries);
}

TEST(Weights, ThatAreCorruptAreNone) {
  for (const std::string& bytes :
       {std::string("\x01"), std::string("\x80"), std::string("\xff\xff\xff\xff\xff\x01\x01"),
        std::string("\x01\x02\x00\x02", 4)}) {
    EXPECT_EQ(decode_weights(bytes), std::nullopt);
  }
}

TEST(Weights, KeepTheHeaviest) {
  SparseWeights weights(WeightEntries{{1, 1}, {2, -50}, {3, 2}, {4, 60}});
  weights.keep_heaviest(2);
  EXPECT_EQ(weights.entries(), (WeightEntries{{2, -50}, {4, 60}}));
}

}  // namespace
}  // namespace freehold::filter

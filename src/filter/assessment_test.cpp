#include "filter/assessment.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "filter/limits.hpp"

namespace freehold::filter {
namespace {

Judgement words(double logit) {
  Judgement judgement;
  judgement.logit = logit;
  judgement.probability = probability_of(logit);
  return judgement;
}

ListFinding listed(std::string list, double weight, ListSpec::Of of = ListSpec::Of::addresses) {
  return {.list = std::move(list),
          .subject = "x",
          .outcome = ListOutcome::listed,
          .weight = weight,
          .labels = {"bad"},
          .of = of};
}

double weight(const Assessment& of, std::string_view name) {
  for (const Reason& reason : of.reasons) {
    if (reason.name == name) return reason.weight;
  }
  ADD_FAILURE() << "no reason " << name;
  return 0;
}

bool has(const Assessment& of, std::string_view name) {
  return std::ranges::find(of.reasons, name, &Reason::name) != of.reasons.end();
}

// A stranger's mail that all checks approve of.
Facts proper() {
  Facts facts;
  facts.spf = facts.dkim = facts.dmarc = facts.iprev = Check::pass;
  facts.dmarc_policy = DmarcPolicy::reject;
  facts.first_time = true;
  return facts;
}

TEST(Assessment, OfAProperStrangerIsTheInbox) {
  const Assessment of = assess(proper(), {});
  EXPECT_EQ(of.decision, Decision::inbox);
  EXPECT_LT(of.score, 1);
}

TEST(Assessment, SumsItsReasonsTheHeaviestFirst) {
  Facts facts = proper();
  facts.words = words(3 / 3.5);
  facts.lists = {listed("zen.spamhaus.org", 4)};
  const Assessment of = assess(facts, {});
  double sum = 0;
  for (const Reason& reason : of.reasons) sum += reason.weight;
  EXPECT_DOUBLE_EQ(of.score, sum);
  EXPECT_EQ(of.reasons.at(0).name, "dnsbl:zen.spamhaus.org");
  EXPECT_EQ(of.reasons.at(1).name, "words");
}

TEST(Assessment, LetsWordsAloneMakeJunkButNeverARefusal) {
  Facts facts = proper();
  facts.words = words(50);
  EXPECT_EQ(assess(facts, {}).decision, Decision::junk);
  facts.words_trust = 0;
  EXPECT_EQ(assess(facts, {}).decision, Decision::inbox);
}

TEST(Assessment, RefusesWhatAllSpeaksAgainst) {
  Facts facts;
  facts.spf = facts.dmarc = facts.iprev = Check::fail;
  facts.dmarc_policy = DmarcPolicy::reject;
  facts.words = words(6);
  facts.lists = {listed("zen.spamhaus.org", 5)};
  const Assessment of = assess(facts, {});
  EXPECT_EQ(of.decision, Decision::refuse);
  EXPECT_EQ(weight(of, "dmarc_fail"), 6.0);
}

struct Dmarc {
  DmarcPolicy policy;
  double weight;
};
class DmarcWeights : public ::testing::TestWithParam<Dmarc> {};
TEST_P(DmarcWeights, FollowThePolicy) {
  Facts facts;
  facts.dmarc = Check::fail;
  facts.dmarc_policy = GetParam().policy;
  EXPECT_EQ(weight(assess(facts, {}), "dmarc_fail"), GetParam().weight);
}
INSTANTIATE_TEST_SUITE_P(All, DmarcWeights,
                         ::testing::Values(Dmarc{DmarcPolicy::none, 1.0},
                                           Dmarc{DmarcPolicy::quarantine, 4.0},
                                           Dmarc{DmarcPolicy::reject, 6.0}));

TEST(Assessment, ForgivesAForwarderThatIsTrusted) {
  Facts facts;
  facts.dmarc = facts.spf = Check::fail;
  facts.dmarc_policy = DmarcPolicy::reject;
  facts.arc_trusted = true;
  const Assessment of = assess(facts, {});
  EXPECT_FALSE(has(of, "dmarc_fail"));
  EXPECT_FALSE(has(of, "spf_fail"));
  EXPECT_EQ(of.decision, Decision::inbox);
}

TEST(Assessment, DoesNotPunishWhatCouldNotBeChecked) {
  Facts facts = proper();
  facts.dmarc = facts.spf = facts.iprev = Check::temperror;
  facts.lists = {{.list = "zen.spamhaus.org", .outcome = ListOutcome::refused, .weight = 9},
                 {.list = "a", .outcome = ListOutcome::unknown, .weight = 9}};
  EXPECT_LT(assess(facts, {}).score, 1);
}

TEST(Assessment, NeverRefusesAWantedSender) {
  Facts facts;
  facts.iprev = Check::fail;
  facts.helo_is_ours = true;
  facts.words = words(9);
  facts.lists = {listed("a", 6), listed("b", 6)};
  facts.may_greylist = true;
  ASSERT_EQ(assess(facts, {}).decision, Decision::refuse);
  facts.known_contact = true;
  EXPECT_EQ(assess(facts, {.refuse = 1}).decision, Decision::junk);
  facts.rule = Rule{.pattern = "joe@x.example", .allow = true};
  EXPECT_EQ(assess(facts, {.refuse = 1}).decision, Decision::inbox);
}

TEST(Assessment, BelievesNoAllowListForAForgedSender) {
  Facts facts;
  facts.dmarc = Check::fail;
  facts.dmarc_policy = DmarcPolicy::reject;
  facts.known_contact = true;
  facts.rule = Rule{.pattern = "joe@x.example", .allow = true};
  const Assessment of = assess(facts, {});
  EXPECT_EQ(of.decision, Decision::junk);
  EXPECT_FALSE(of.wanted);
  EXPECT_TRUE(has(of, "allowed_unproven"));
}

TEST(Assessment, PutsABlockedSenderIntoJunkHoweverGood) {
  Facts facts = proper();
  facts.known_contact = true;
  facts.answers_our_mail = true;
  facts.words = words(-9);
  facts.rule = Rule{.pattern = "x.example", .allow = false};
  EXPECT_EQ(assess(facts, {}).decision, Decision::junk);
}

TEST(Assessment, GreylistsOnlySuspiciousStrangersOnce) {
  Facts facts = proper();
  facts.may_greylist = true;
  EXPECT_EQ(assess(facts, {}).decision, Decision::inbox) << "nothing against it";
  facts.words = words(1);
  EXPECT_EQ(assess(facts, {}).decision, Decision::greylist);
  facts.has_greylist_passed = true;
  EXPECT_EQ(assess(facts, {}).decision, Decision::inbox);
  facts.has_greylist_passed = false;
  facts.first_time = false;
  EXPECT_EQ(assess(facts, {}).decision, Decision::inbox);
}

TEST(Assessment, BoundsWhatManyListsSayTogether) {
  Facts facts = proper();
  for (int i = 0; i < 20; ++i) facts.lists.push_back(listed("l" + std::to_string(i), 4));
  EXPECT_LE(assess(facts, {}).score, 8.5);
  facts.lists.clear();
  for (int i = 0; i < 20; ++i) {
    facts.lists.push_back(listed("dbl.example", 4, ListSpec::Of::domains));
  }
  EXPECT_EQ(weight(assess(facts, {}), "dnsbl:dbl.example"), 4) << "one reason for a list";
}

TEST(Assessment, NamesTheWordsThatSpokeLoudest) {
  Facts facts = proper();
  facts.words = words(3 / 3.5);
  facts.word_names = {"subject:viagra", "word:pills"};
  const std::string text = explain(assess(facts, {}), {});
  EXPECT_NE(text.find("   3.0  words  probability 70%: subject:viagra, word:pills\n"),
            std::string::npos)
      << text;
}

TEST(SpamField, SaysScoreDecisionAndReasons) {
  Facts facts = proper();
  facts.words = words(-2 / 3.5);
  EXPECT_EQ(spam_field(assess(facts, {}), {}),
            "X-Freehold-Spam: score=-2.0; limit=5.0; decision=inbox; words=-2.0,\r\n"
            " dmarc_pass=-0.5, first_time=0.5\r\n");
}

TEST(SpamField, IsFoldedAndSafeWhateverTheReasons) {
  Assessment of;
  of.score = 1e300;
  for (int i = 0; i < 100; ++i) {
    of.reasons.push_back({"x\r\nBcc: evil" + std::string(300, 'y'), 1e300, "t\r\n"});
  }
  const std::string field = spam_field(of, {});
  EXPECT_EQ(field.find("Bcc:"), field.find("x__Bcc:") + 3);
  for (std::size_t at = 0, end = 0; (end = field.find("\r\n", at)) != std::string::npos;
       at = end + 2) {
    EXPECT_LE(end - at, 110U);
    if (at > 0) EXPECT_EQ(field[at], ' ');
  }
  EXPECT_EQ(std::ranges::count(explain(of, {}), '\n'), 101);
}

}  // namespace
}  // namespace freehold::filter

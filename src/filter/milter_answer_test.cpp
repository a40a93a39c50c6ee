#include "filter/milter_answer.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "filter/milter_negotiation.hpp"
#include "filter/milter_settings.hpp"

namespace freehold::filter::milter {
namespace {

using namespace std::string_literals;
using Kind = Answer::Kind;

std::string numbers(std::initializer_list<std::uint32_t> all) {
  std::string out;
  for (const auto number : all) append_u32(out, number);
  return out;
}

Refusal refusal_of(const std::string& text) {
  const auto answer = read_answer('y', text + '\0');
  return answer && answer->kind == Kind::refuse ? answer->refusal : Refusal{};
}

TEST(MilterAnswer, SimpleAnswersAreTheirLetter) {
  const std::pair<char, Kind> table[] = {
      {'c', Kind::go_on}, {'a', Kind::accept},    {'d', Kind::discard},   {'p', Kind::progress},
      {'s', Kind::skip},  {'+', Kind::unapplied}, {'b', Kind::unapplied}, {'e', Kind::unapplied}};
  for (const auto& [letter, kind] : table) {
    const auto answer = read_answer(letter, "x\0"s);
    ASSERT_TRUE(answer) << letter;
    EXPECT_EQ(answer->kind, kind) << letter;
  }
  EXPECT_FALSE(read_answer('?', ""));
}

TEST(MilterAnswer, RejectAndTempfailHaveARepliesForm) {
  EXPECT_EQ(read_answer('r', "")->refusal.code, 550);
  EXPECT_EQ(read_answer('t', "")->refusal.code, 451);
  EXPECT_EQ(read_answer('t', "")->refusal.status[0], 4);
}

TEST(MilterAnswer, AReplyCodeKeepsCodeStatusAndLines) {
  EXPECT_EQ(refusal_of("554 5.7.9 infected"), (Refusal{554, {5, 7, 9}, {"infected"}}));
  EXPECT_EQ(refusal_of("451-4.3.0 first\r\n451 4.3.0 second"),
            (Refusal{451, {4, 3, 0}, {"first", "second"}}));
  EXPECT_EQ(refusal_of("550 no status, 100%% sure"),
            (Refusal{550, {5, 7, 1}, {"no status, 100% sure"}}));
}

TEST(MilterAnswer, AStatusOfAnotherClassIsTextAndNoStatus) {
  EXPECT_EQ(refusal_of("550 4.7.1 later"), (Refusal{550, {5, 7, 1}, {"4.7.1 later"}}));
}

TEST(MilterAnswer, AReplyThatSaysWeHangUpIsMadeOneThatDoesNot) {
  EXPECT_EQ(refusal_of("421 4.7.0 go away").code, 451);
}

TEST(MilterAnswer, NoReplyIsMadeOfCodesThatAreNoRefusal) {
  for (const auto* text :
       {"250 2.0.0 fine", "354 go on", "999 x", "", "55", "5xx no", "550 one\r\n250 2.0.0 kept"}) {
    EXPECT_FALSE(read_answer('y', text + "\0"s)) << text;
  }
  EXPECT_FALSE(read_answer('y', "550 without an end"));
}

TEST(MilterAnswer, AReplyIsPrintableAndBounded) {
  EXPECT_EQ(refusal_of("550 5.7.1 a\tb\x01").lines, std::vector<std::string>{"a?b?"});
  EXPECT_EQ(refusal_of("550 " + std::string(5000, 'x')).lines.at(0).size(), kMaxMilterReplyText);
  std::string many;
  for (std::size_t i = 0; i <= kMaxMilterReplyLines; ++i) many += "550-x\r\n";
  EXPECT_FALSE(read_answer('y', many + '\0'));
}

TEST(MilterAnswer, HeaderChangesHaveTheirParts) {
  using What = HeaderChange::What;
  EXPECT_EQ(read_answer('h', "X-Spam\0yes\0"s)->header,
            (HeaderChange{What::add, 0, "X-Spam", "yes"}));
  EXPECT_EQ(read_answer('i', numbers({1}) + "X-Spam\0yes\0"s)->header,
            (HeaderChange{What::insert, 1, "X-Spam", "yes"}));
  EXPECT_EQ(read_answer('m', numbers({2}) + "Subject\0\0"s)->header,
            (HeaderChange{What::change, 2, "Subject", ""}));
}

TEST(MilterAnswer, AFieldNameCannotHoldAnotherField) {
  for (const auto& payload : {"X: y\r\nSubject\0v\0"s, "\0v\0"s, "X Y\0v\0"s, "X\0v"s, "X\0v\0z"s,
                              std::string(kMaxMilterFieldName + 1, 'x') + "\0v\0"s}) {
    EXPECT_FALSE(read_answer('h', payload)) << payload;
  }
  EXPECT_FALSE(read_answer('m', "ab"));
}

TEST(MilterNegotiation, WhatIsOfferedIsWhatIsApplied) {
  EXPECT_EQ(offer().substr(0, 8), numbers({6, 0x1 | 0x8 | 0x10 | 0x20 | 0x100}));
}

TEST(MilterNegotiation, UnwantedCommandsAndMissingAnswersAreHeeded) {
  const auto agreement = Agreement::read(numbers({6, 0, 0x02 | 0x80 | 0x400 | 0x100000}));
  ASSERT_TRUE(agreement);
  EXPECT_FALSE(agreement->wants(Command::helo));
  EXPECT_TRUE(agreement->wants(Command::mail));
  EXPECT_FALSE(agreement->answers(Command::header));
  EXPECT_TRUE(agreement->answers(Command::end_of_body));
  EXPECT_TRUE(agreement->may_skip());
  EXPECT_TRUE(agreement->leading_space());
}

TEST(MilterNegotiation, AnOldVersionAnswersToEverything) {
  const auto agreement = Agreement::read(numbers({2, 0, 0x80}));
  ASSERT_TRUE(agreement);
  EXPECT_TRUE(agreement->answers(Command::header));
}

TEST(MilterNegotiation, NonsenseIsRefused) {
  EXPECT_FALSE(Agreement::read(numbers({6, 0})));
  EXPECT_FALSE(Agreement::read(numbers({1, 0, 0})));
  EXPECT_FALSE(Agreement::read(numbers({7, 0, 0})));
  EXPECT_FALSE(Agreement::read(numbers({6, 0, 0, 7}) + "i\0"s));  // there is no stage 7
  EXPECT_FALSE(Agreement::read(numbers({6, 0, 0, 1}) + "without its end"));
  std::string many;
  for (std::size_t i = 0; i <= kMaxMilterMacros; ++i) many += "i ";
  EXPECT_FALSE(Agreement::read(numbers({6, 0, 0, 1}) + many + '\0'));
}

TEST(MilterNegotiation, MacrosAreTheStagesOwn) {
  const Macros macros{{"j", "mx.test"}, {"i", "4711"}, {"rcpt_addr", "a@b.test"}, {"cipher", ""}};
  const auto agreement = Agreement::read(numbers({6, 0, 0}));
  EXPECT_EQ(agreement->macros_for(Command::connect, macros), "Cj\0mx.test\0"s);
  EXPECT_EQ(agreement->macros_for(Command::rcpt, macros), "Ri\0004711\0{rcpt_addr}\0a@b.test\0"s);
  EXPECT_EQ(agreement->macros_for(Command::helo, macros), "");
  EXPECT_EQ(agreement->macros_for(Command::body, macros), "");
}

TEST(MilterNegotiation, AFilterMayNameTheMacrosOfAStage) {
  const Macros macros{{"j", "mx.test"}, {"i", "4711"}, {"auth_type", "PLAIN"}};
  const auto agreement =
      Agreement::read(numbers({6, 0, 0, 0}) + "{auth_type} j, unknown\0"s + numbers({2}) + "\0"s);
  ASSERT_TRUE(agreement);
  EXPECT_EQ(agreement->macros_for(Command::connect, macros), "C{auth_type}\0PLAIN\0j\0mx.test\0"s);
  EXPECT_EQ(agreement->macros_for(Command::mail, macros), "");
}

TEST(MilterSettings, AddressesAreReadAndWritten) {
  for (const auto* text : {"inet:127.0.0.1:11332", "inet:[::1]:11332", "unix:/run/filter.sock"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(text_of(*address), text);
  }
  EXPECT_EQ(text_of(parse_address("inet:localhost:8891").value()), "inet:127.0.0.1:8891");
  for (const auto* text : {"", "127.0.0.1:1", "inet:host.test:1", "inet:127.0.0.1",
                           "inet:127.0.0.1:0", "unix:relative", "unix:"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

}  // namespace
}  // namespace freehold::filter::milter

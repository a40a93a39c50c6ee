#include "smtp/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "directory/sasl_client.hpp"
#include "smtp/testing/conversation.hpp"

namespace freehold::smtp {
namespace {

using testing::Conversation;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::string_literals;

constexpr std::string_view kEnvelope =
    "EHLO client.example\r\nMAIL FROM:<a@there.example>\r\nRCPT TO:<anna@here.example>\r\n";

std::string message(std::string_view text) {
  return std::string(kEnvelope) + "DATA\r\n" + std::string(text);
}

TEST(Server, ReceivesAMessage) {
  Conversation c;
  c.hold(
      "S: 220 mx.here.example ESMTP\n"
      "C: EHLO client.example\n"
      "S: 250-mx.here.example\nS: 250-PIPELINING\nS: 250-SIZE 52428800\nS: 250-8BITMIME\n"
      "S: 250-SMTPUTF8\nS: 250-ENHANCEDSTATUSCODES\nS: 250-CHUNKING\nS: 250-BINARYMIME\n"
      "S: 250-DSN\nS: 250-LIMITS RCPTMAX=1000\nS: 250 HELP\n"
      "C: MAIL FROM:<a@there.example> SIZE=100\nS: 250 2.1.0\n"
      "C: RCPT TO:<anna@here.example>\nS: 250 2.1.5\n"
      "C: DATA\nS: 354\n"
      "C: Subject: hi\nC: \nC: ..dot\nC: .\nS: 250 2.0.0 kept\n"
      "C: QUIT\nS: 221 2.0.0\n");
  ASSERT_EQ(c.backend.messages.size(), 1U);
  const testing::FakeMessage& m = c.backend.messages[0];
  EXPECT_EQ(m.from, "a@there.example");
  EXPECT_EQ(m.to, std::vector<std::string>{"anna@here.example"});
  EXPECT_THAT(m.text, StartsWith("Received: from client.example ([127.0.0.1])\r\n\tby "
                                 "mx.here.example with ESMTP\r\n\tid "));
  EXPECT_THAT(m.text, EndsWith("\r\n\tfor <anna@here.example>;\r\n\tTue, 14 Nov 2023 22:13:20 "
                               "+0000\r\nSubject: hi\r\n\r\n.dot\r\n"));
}

TEST(Server, AnswersAPipelineInFewWrites) {
  Conversation c;
  const std::string out = c.say(std::string(kEnvelope) +
                                "RCPT TO:<nobody@here.example>\r\nDATA\r\nx: y\r\n.\r\n"
                                "MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\nz: y\r\n.\r\n");
  EXPECT_EQ(c.backend.messages.size(), 2U);
  EXPECT_THAT(out, HasSubstr("250 2.1.5 recipient fine\r\n550 5.1.1 no such user\r\n354 "));
  EXPECT_THAT(out, EndsWith("221 2.0.0 goodbye\r\n"));
  EXPECT_LE(c.server->writes, 4);
  EXPECT_EQ(c.backend.messages[1].to, std::vector<std::string>{"postmaster"});
}

TEST(Server, KeepsTheOrderOfCommands) {
  const std::pair<std::string, std::string> table[] = {
      {"MAIL FROM:<a@b>\r\n", "503 5.5.1 say EHLO"},
      {"EHLO x\r\nRCPT TO:<a@b>\r\n", "503 5.5.1 say MAIL"},
      {"EHLO x\r\nDATA\r\n", "503 5.5.1 say MAIL"},
      {"EHLO x\r\nMAIL FROM:<a@b>\r\nDATA\r\n", "554 5.5.1 no valid"},
      {"EHLO x\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n", "503 5.5.1 there is a sender"},
      {"EHLO x\r\nMAIL FROM:<a@b>\r\nRSET\r\nRCPT TO:<a@b>\r\n", "503 5.5.1 say MAIL"},
      {"EHLO x\r\nMAIL FROM:<a@b>\r\nEHLO x\r\nRCPT TO:<a@b>\r\n", "503 5.5.1 say MAIL"},
      {"LHLO x\r\n", "500 5.5.1 this is no LMTP"},
      {"EHLO x\r\nSTARTTLS\r\n", "502 5.5.1"},
      {"EHLO x\r\nAUTH PLAIN\r\n", "502 5.5.1"},
      {"EXPN x\r\n", "502 5.5.1"},
      {"VRFY x\r\n", "252 2.1.5"},
      {"HELP\r\n", "214 2.0.0"},
      {"NOOP\r\n", "250 2.0.0"},
      {"EHLO x\r\nMAIL FROM:<spammer@b>\r\n", "550 5.7.1"},
      {"EHLO x\r\nMAIL FROM:<a@b> SIZE=99999999999\r\n", "552 5.3.4"},
      {"EHLO x\r\nMAIL FROM:<a@b> REQUIRETLS\r\n", "530 5.7.10"},
      {"EHLO x\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\nRCPT TO:<a@b>\r\nDATA\r\n",
       "503 5.5.1 BINARYMIME"},
      {"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<m\xC3\xBC@b>\r\n", "553 5.6.7"},
      {"EHLO x\nNOOP\r\n", "500 5.5.2"},
      {"EH\rLO x\r\n", "500 5.5.2"},
      {std::string(20'000, 'x') + "\r\n", "500 5.5.2"},
  };
  for (const auto& [input, reply] : table) {
    Conversation c;
    EXPECT_THAT(c.say(input), HasSubstr("\r\n" + reply)) << input;
  }
}

TEST(Server, LetsNoSecondMessageBeSmuggledIn) {
  for (const std::string_view mark :
       {"\n.\n", "\r.\r", "\r\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\r", "\n\n.\r\n"}) {
    Conversation c;
    const std::string evil =
        "a: b\r\n\r\nx" + std::string(mark) +
        "MAIL FROM:<evil@b>\r\nRCPT TO:<anna@here.example>\r\nDATA\r\nevil\r\n.\r\n";
    const std::string out = c.say(message(evil));
    EXPECT_THAT(out, HasSubstr("550 5.6.0 CR or LF alone"));
    EXPECT_THAT(out, EndsWith("alone in the message: lines end by CRLF\r\n221 2.0.0 goodbye\r\n"));
    EXPECT_TRUE(c.backend.messages.empty());
  }
}

TEST(Server, RefusesNulInText) {
  Conversation c;
  EXPECT_THAT(c.say(message("a: b\r\n\r\nx\0y\r\n.\r\n"s)), HasSubstr("550 5.6.0 NUL"));
  EXPECT_TRUE(c.backend.messages.empty());
}

TEST(Server, ReadsATooLargeMessageToItsEnd) {
  Conversation c;
  c.settings.max_message_size = 1000;
  std::string text;
  for (int i = 0; i < 18; ++i) text += std::string(98, 'x') + "\r\n";
  const std::string out = c.say(message(text + ".\r\n") + "NOOP\r\n");
  EXPECT_THAT(out, HasSubstr("552 5.3.4 message larger than 1000 bytes\r\n250 2.0.0"));
  EXPECT_TRUE(c.backend.messages.empty());
}

TEST(Server, HangsUpOnAClientThatDoesNotStop) {
  Conversation c;
  c.settings.max_message_size = 1000;
  const std::string out = c.say(message(std::string(300'000, 'x') + "\r\n.\r\n"));
  EXPECT_THAT(out, EndsWith("552 5.3.4 message larger than 1000 bytes\r\n"));
}

TEST(Server, StopsALoop) {
  std::string header;
  for (int i = 0; i < 51; ++i) header += "rEceived: from a\r\n\tby b\r\n";
  Conversation c;
  EXPECT_THAT(c.say(message(header + "\r\n.\r\n")), HasSubstr("554 5.4.6"));
  Conversation d;
  EXPECT_THAT(d.say(message("a: b\r\n\r\n" + header + ".\r\n")), HasSubstr("250 2.0.0 kept"));
}

TEST(Server, CountsRecipients) {
  Conversation c;
  c.settings.max_recipients = 2;
  const std::string out =
      c.say(std::string(kEnvelope) +
            "RCPT TO:<b@here.example>\r\nRCPT TO:<c@here.example>\r\nDATA\r\na: b\r\n.\r\n");
  EXPECT_THAT(out, HasSubstr("452 4.5.3"));
  ASSERT_EQ(c.backend.messages.size(), 1U);
  EXPECT_EQ(c.backend.messages[0].to.size(), 2U);
  EXPECT_THAT(c.backend.messages[0].text, Not(HasSubstr("for <")));
}

TEST(Server, HangsUpAfterTooManyErrors) {
  Conversation c;
  std::string input;
  for (int i = 0; i < 30; ++i) input += "XYZZY\r\n";
  const std::string out = c.say(input);
  EXPECT_THAT(out, EndsWith("500 5.5.1 unknown command\r\n421 4.7.0 too many errors\r\n"));
}

TEST(Server, HangsUpOnAGuesserButNotOnAStaleList) {
  std::string guesses;
  for (int i = 0; i < 100; ++i) guesses += "RCPT TO:<nobody@here.example>\r\n";
  Conversation guesser;
  guesser.settings.unknown_user_delay = std::chrono::milliseconds(0);
  EXPECT_THAT(guesser.say("EHLO x\r\nMAIL FROM:<a@b>\r\n" + guesses),
              EndsWith("421 4.7.0 too many unknown recipients\r\n"));
  Conversation list;
  list.settings.unknown_user_delay = std::chrono::milliseconds(0);
  EXPECT_THAT(list.say(std::string(kEnvelope) + guesses + "DATA\r\na: b\r\n.\r\n"),
              HasSubstr("250 2.0.0 kept"));
}

TEST(Server, DoesNotGreetWhoSpeaksFirst) {
  Conversation c;
  c.backend.pause = std::chrono::seconds(5);
  EXPECT_EQ(c.say("EHLO x\r\n"), "554 mx.here.example you speak before you are greeted\r\n");
  EXPECT_THAT(c.backend.misdeeds, ElementsAre(Misdeed::early_talk));
}

TEST(Server, GreetsWhoWaitsAndWhoIsKnown) {
  Conversation patient;
  patient.backend.pause = std::chrono::milliseconds(1);
  patient.hold("S: 220\nC: HELO x\nS: 250\n");
  EXPECT_TRUE(patient.backend.misdeeds.empty());
  Conversation known;
  EXPECT_THAT(known.say("HELO x\r\n"), StartsWith("220 "));
  Conversation submission;
  submission.backend.pause = std::chrono::seconds(5);
  submission.as_submission();
  EXPECT_THAT(submission.say("EHLO x\r\n"), StartsWith("220 "));
}

TEST(Server, SlowsDownAndHangsUpOnAHarvester) {
  Conversation c;
  c.settings.unknown_user_delay = std::chrono::milliseconds(2);
  std::string guesses;
  for (int i = 0; i < 20; ++i) guesses += "RCPT TO:<nobody@here.example>\r\n";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(c.say("EHLO x\r\nMAIL FROM:<a@b>\r\n" + guesses),
              EndsWith("550 5.1.1 no such user\r\n421 4.7.0 too many unknown recipients\r\n"));
  // 2, 4, … 12 ms for the fourth to the ninth.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(42));
  EXPECT_EQ(std::ranges::count(c.backend.misdeeds, Misdeed::unknown_user), 10);
  EXPECT_EQ(c.backend.misdeeds.back(), Misdeed::harvest);
}

TEST(Server, DoesNotSlowDownATrustedClient) {
  Conversation c;
  c.backend.trusting = true;
  c.settings.unknown_user_delay = std::chrono::hours(1);
  std::string guesses;
  for (int i = 0; i < 20; ++i) guesses += "RCPT TO:<nobody@here.example>\r\n";
  EXPECT_THAT(c.say("EHLO x\r\nMAIL FROM:<a@b>\r\n" + guesses), EndsWith("221 2.0.0 goodbye\r\n"));
  EXPECT_TRUE(c.backend.misdeeds.empty());
}

TEST(Server, TellsOfJunkAndOfGoodDeeds) {
  Conversation c;
  std::string input;
  for (int i = 0; i < 30; ++i) input += "XYZZY\r\n";
  c.say(input);
  EXPECT_THAT(c.backend.misdeeds, ElementsAre(Misdeed::protocol_junk));
  Conversation d;
  d.say(message("a: b\r\n.\r\n"));
  EXPECT_EQ(d.backend.good_deeds, 1);
}

TEST(Server, SaysWhenTheDiskIsLow) {
  Conversation c;
  c.backend.low = true;
  EXPECT_THAT(c.say(kEnvelope), HasSubstr("452 4.3.1"));
}

TEST(Server, PassesOnTheBackendsTroubles) {
  Conversation c;
  c.backend.fail_append_after = 400;
  EXPECT_THAT(c.say(message(std::string(500, 'x') + "\r\n.\r\n")),
              HasSubstr("451 4.3.0 disk trouble"));
  Conversation d;
  d.backend.outcome = {{550, {5, 7, 1}, "spam"}};
  EXPECT_THAT(d.say(message("a: b\r\n.\r\n")), HasSubstr("550 5.7.1 spam"));
}

TEST(Server, ForgetsAMessageThatBreaksOff) {
  Conversation c;
  c.hold(
      "S: 220\nC: HELO x\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250\nC: RCPT TO:<a@b>\nS: 250\nC: "
      "DATA\nS: 354\nC: half\n");
  EXPECT_EQ(c.backend.begun, 1);
  EXPECT_TRUE(c.backend.messages.empty());
  EXPECT_TRUE(c.ended);
}

TEST(Server, EndsAnIdleSession) {
  Conversation c;
  c.settings.command_wait = std::chrono::milliseconds(1);
  c.hold("S: 220\nS: 421 4.4.2\n");
  EXPECT_TRUE(c.ended);
}

TEST(Server, SaysGoodbyeWhenDraining) {
  Conversation c;
  c.hold("S: 220\nC: NOOP\nS: 250\n!drain\nS: 421 4.3.2\n");
  EXPECT_TRUE(c.ended);
}

TEST(Server, FinishesTheMessageInHandWhenDraining) {
  Conversation c;
  c.hold(
      "S: 220\nC: HELO x\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250\nC: RCPT TO:<a@b>\nS: 250\nC: "
      "DATA\nS: 354\n"
      "!drain\nC: a: b\nC: .\nS: 250 2.0.0 kept\nS: 421 4.3.2\n");
  EXPECT_EQ(c.backend.messages.size(), 1U);
}

TEST(StartTls, ForgetsEverythingSaidInPlainText) {
  Conversation c;
  c.offer_tls();
  c.settings.command_wait = std::chrono::milliseconds(20);
  const std::string out = c.say("EHLO x\r\nMAIL FROM:<a@b>\r\nSTARTTLS\r\nNOOP injected\r\n");
  EXPECT_THAT(out, HasSubstr("220 2.0.0 go ahead\r\n421 4.4.2"));
}

TEST(StartTls, BeginsTheDialogueAnew) {
  Conversation c;
  c.offer_tls();
  c.hold(
      "S: 220\nC: EHLO x\n"
      "S: 250-mx\nS: 250-PIP\nS: 250-SIZE\nS: 250-8B\nS: 250-SMTPUTF8\nS: 250-ENH\nS: "
      "250-STARTTLS\nS: 250-CH\nS: 250-BIN\nS: 250-DSN\nS: 250-LIM\nS: 250 HELP\n"
      "C: STARTTLS\nS: 220 2.0.0\n"
      "C: MAIL FROM:<a@b>\nS: 503 5.5.1\n"
      "C: EHLO y\n"
      "S: 250-mx\nS: 250-PIP\nS: 250-SIZE\nS: 250-8B\nS: 250-SMTPUTF8\nS: 250-ENH\nS: 250-CH\nS: "
      "250-BIN\nS: 250-DSN\nS: 250-LIM\nS: 250-REQUIRETLS\nS: 250 HELP\n"
      "C: STARTTLS\nS: 503\n"
      "C: MAIL FROM:<a@b> REQUIRETLS\nS: 250\nC: RCPT TO:<a@b>\nS: 250\nC: DATA\nS: 354\nC: a: "
      "b\nC: .\nS: 250\nC: QUIT\nS: 221\n");
  ASSERT_EQ(c.backend.messages.size(), 1U);
  EXPECT_THAT(c.backend.messages[0].text,
              HasSubstr("with ESMTPS\r\n\t(TLSv1.3 TLS_AES_256_GCM_SHA384, 256 bits)"));
  EXPECT_TRUE(c.backend.messages[0].parameters.require_tls);
}

TEST(StartTls, EndsTheSessionWhenTheHandshakeFails) {
  Conversation c;
  c.offer_tls();
  c.server->fail_handshake = true;
  EXPECT_THAT(c.say("STARTTLS\r\n"), EndsWith("220 2.0.0 go ahead\r\n"));
  EXPECT_TRUE(c.ended);
}

TEST(Bdat, TakesAMessageInChunks) {
  Conversation c;
  const std::string out = c.say(
      std::string(kEnvelope) + "BDAT 6\r\na: b\r\nBDAT 0\r\nBDAT 7 LAST\r\n\r\n.\r\nx\r\nNOOP\r\n");
  EXPECT_THAT(out, HasSubstr("250 2.0.0 6 bytes\r\n250 2.0.0 0 bytes\r\n"));
  // The text lacks its last LF: what is counted is what is sent.
  EXPECT_THAT(out, HasSubstr("550 5.6.0"));
}

TEST(Bdat, KeepsWhatWasCounted) {
  Conversation c;
  const std::string out = c.say(std::string(kEnvelope) +
                                "BDAT 6\r\na: b\r\nBDAT 8 LAST\r\n\r\n.\r\nx\r\nMAIL FROM:<>\r\n");
  EXPECT_THAT(out, HasSubstr("250 2.0.0 6 bytes\r\n250 2.0.0 kept\r\n250 2.1.0"));
  ASSERT_EQ(c.backend.messages.size(), 1U);
  EXPECT_THAT(c.backend.messages[0].text, EndsWith("+0000\r\na: b\r\n\r\n.\r\nx\r\n"));
}

TEST(Bdat, TakesBinaryAsItIs) {
  Conversation c;
  const std::string out = c.say(
      "EHLO x\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\nRCPT TO:<a@b>\r\nBDAT 8 LAST\r\na: b\n\0\r\r"s);
  EXPECT_THAT(out, HasSubstr("250 2.0.0 kept"));
  EXPECT_THAT(c.backend.messages.at(0).text, EndsWith("a: b\n\0\r\r"s));
}

TEST(Bdat, DiscardsChunksThatMayNotCome) {
  Conversation c;
  std::string out = c.say("BDAT 6\r\nQUIT\r\nNOOP\r\n");
  EXPECT_THAT(out, HasSubstr("503 5.5.1 say MAIL first\r\n250 2.0.0 fine"));
  Conversation d;
  out = d.say(
      "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<nobody@b>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 "
      "LAST\r\nQUIT\r\nMAIL FROM:<>\r\n");
  EXPECT_THAT(
      out,
      HasSubstr(
          "554 5.5.1 no valid recipients\r\n503 5.5.1 a chunk was refused; say RSET\r\n250 2.1.0"));
}

TEST(Bdat, DoesNotMixWithOthers) {
  Conversation c;
  const std::string out =
      c.say(std::string(kEnvelope) +
            "BDAT 6\r\na: b\r\nDATA\r\nRCPT TO:<a@b>\r\nMAIL FROM:<>\r\nRSET\r\nNOOP\r\n");
  EXPECT_THAT(out, HasSubstr("503 5.5.1 go on with BDAT\r\n503 5.5.1 the message has begun\r\n503 "
                             "5.5.1 there is a sender"));
  EXPECT_TRUE(c.backend.messages.empty());
}

TEST(Bdat, RefusesWhatIsTooLarge) {
  Conversation c;
  c.settings.max_message_size = 10;
  const std::string out =
      c.say(std::string(kEnvelope) + "BDAT 12\r\na: b\r\nc: d\r\nBDAT 4 LAST\r\nx\r\n\r\nNOOP\r\n");
  EXPECT_THAT(out, HasSubstr("552 5.3.4 message larger than 10 bytes\r\n503 5.5.1"));
  EXPECT_TRUE(c.backend.messages.empty());
  Conversation d;
  EXPECT_THAT(d.say(std::string(kEnvelope) + "BDAT 18446744073709551615 LAST\r\n"),
              EndsWith("552 5.3.4 chunk much too large\r\n"));
  Conversation e;
  EXPECT_THAT(e.say("BDAT 18446744073709551615 LAST\r\n"),
              EndsWith("552 5.3.4 chunk much too large\r\n"));
}

TEST(Lmtp, AnswersForEachRecipient) {
  Conversation c;
  c.settings.role = Role::lmtp;
  c.backend.outcome = {{250, {2, 0, 0}, "kept"}, {452, {4, 2, 2}, "mailbox full"}};
  const std::string out = c.say(
      "EHLO x\r\nLHLO x\r\nMAIL FROM:<a@b>\r\nDATA\r\nRCPT TO:<anna@here.example>\r\nRCPT "
      "TO:<nobody@here.example>\r\n"
      "RCPT TO:<bert@here.example>\r\nDATA\r\na: b\r\n.\r\n");
  EXPECT_THAT(out, HasSubstr("500 5.5.1 say LHLO"));
  EXPECT_THAT(out, HasSubstr("503 5.5.1 no valid recipients"));
  EXPECT_THAT(out, HasSubstr("250 2.0.0 kept\r\n452 4.2.2 mailbox full\r\n221"));
  EXPECT_THAT(c.backend.messages.at(0).text, HasSubstr("with LMTP\r\n"));
}

TEST(Lmtp, RepeatsARefusalOfTheWhole) {
  Conversation c;
  c.settings.role = Role::lmtp;
  const std::string out =
      c.say("LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<b@b>\r\nDATA\r\na\nb\r\n.\r\n");
  EXPECT_THAT(out, HasSubstr("lines end by CRLF\r\n550 5.6.0"));
}

TEST(Submission, NeedsTlsAndALogin) {
  Conversation c;
  c.settings.role = Role::submission;
  const std::string out =
      c.say("EHLO x\r\nAUTH PLAIN AGFubmEAc2VjcmV0\r\nMAIL FROM:<anna@here.example>\r\n");
  EXPECT_THAT(out, Not(HasSubstr("250-AUTH")));
  EXPECT_THAT(out, HasSubstr("538 5.7.11 use STARTTLS first\r\n530 5.7.0 use STARTTLS first"));
  Conversation d;
  d.as_submission();
  EXPECT_THAT(d.say("EHLO x\r\nMAIL FROM:<anna@here.example>\r\n"),
              HasSubstr("530 5.7.0 log in first"));
}

TEST(Submission, CompletesTheHeaderAndTellsNothingOfTheClient) {
  Conversation c;
  c.as_submission();
  const std::string out = c.say(
      "EHLO secret.lan\r\nAUTH PLAIN AGFubmEAc2VjcmV0\r\nMAIL FROM:<anna@here.example>\r\nRCPT "
      "TO:<x@there.example>\r\n"
      "DATA\r\nFrom: Anna\r\n <anna@here.example>\r\nbcc: "
      "hidden@there.example,\r\n\tother@there.example\r\nSubject: hi\r\n\r\nbody\r\n.\r\n");
  EXPECT_THAT(out, HasSubstr("250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN"));
  EXPECT_THAT(out, HasSubstr("235 2.7.0"));
  EXPECT_THAT(out, HasSubstr("250 2.0.0 kept"));
  const std::string& text = c.backend.messages.at(0).text;
  EXPECT_THAT(text, StartsWith("Received: by mx.here.example with ESMTPSA\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("secret.lan")));
  EXPECT_THAT(text, Not(HasSubstr("127.0.0.1")));
  EXPECT_THAT(text, Not(HasSubstr("there.example,")));
  EXPECT_THAT(text,
              HasSubstr("Subject: hi\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\nMessage-ID: <"));
  EXPECT_THAT(text, EndsWith("@mx.here.example>\r\n\r\nbody\r\n"));
  EXPECT_EQ(c.backend.authors, std::vector<std::string>{"Anna <anna@here.example>"});
}

TEST(Submission, ChecksTheAuthor) {
  const std::pair<std::string, std::string> table[] = {
      {"From: boss@here.example\r\n\r\nx\r\n", "550 5.7.1 not your address"},
      {"Subject: hi\r\n\r\nx\r\n", "550 5.6.0 the message needs exactly one From"},
      {"From: anna@here.example\r\nFrom: boss@here.example\r\n\r\n",
       "550 5.6.0 the message needs exactly one From"},
      {"no header at all\r\n", "550 5.6.0 the message needs exactly one From"},
      {"", "550 5.6.0 the message needs exactly one From"},
      {"From: anna@here.example\r\n", "250 2.0.0 kept"},
      {"From: anna@here.example\r\nX: " + std::string(300'000, 'x') + "\r\n\r\n",
       "552 5.3.4 header too large"},
  };
  for (const auto& [text, reply] : table) {
    for (const bool chunks : {false, true}) {
      Conversation c;
      c.as_submission();
      const std::string body = chunks ? "BDAT " + std::to_string(text.size()) + " LAST\r\n" + text
                                      : "DATA\r\n" + text + ".\r\n";
      const std::string out = c.say(
          "EHLO x\r\nAUTH PLAIN AGFubmEAc2VjcmV0\r\nMAIL FROM:<anna@here.example>\r\nRCPT "
          "TO:<x@there.example>\r\n" +
          body);
      EXPECT_THAT(out, HasSubstr("\r\n" + reply)) << text.substr(0, 100);
    }
  }
}

TEST(Auth, HoldsEachMechanismsDialogue) {
  Conversation c;
  c.as_submission();
  c.settings.max_failed_logins = 3;
  c.hold(
      "S: 220\nC: HELO x\nS: 250\n"
      "C: AUTH CRAM-MD5\nS: 504 5.5.4\n"
      "C: AUTH PLAIN !!\nS: 501 5.5.2\n"
      "C: AUTH PLAIN\nS: 334 \nC: *\nS: 501 5.7.0\n"
      "C: AUTH PLAIN\nS: 334 \nC: AGFubmEAd3Jvbmc=\nS: 535 5.7.8\n"
      "C: AUTH PLAIN =\nS: 535 5.7.8\n"
      "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YW5uYQ==\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 "
      "2.7.0\n"
      "C: AUTH LOGIN\nS: 503 5.5.1 you are\n");
  EXPECT_EQ(c.backend.failed_logins, 2);
}

TEST(Auth, HangsUpAfterTooManyFailures) {
  Conversation c;
  c.as_submission();
  c.settings.max_failed_logins = 2;
  const std::string out =
      c.say("EHLO x\r\nAUTH PLAIN AGFubmEAd3Jvbmc=\r\nAUTH PLAIN AGFubmEAd3Jvbmc=\r\nNOOP\r\n");
  EXPECT_THAT(out,
              EndsWith("535 5.7.8 wrong name or password\r\n421 4.7.0 too many failed logins\r\n"));
}

TEST(Auth, AsksUnknownNamesTheSameQuestions) {
  Conversation c;
  c.as_submission();
  const std::string first = base64("n,,n=nobody,r=abc");
  c.hold(
      "S: 220\nC: EHLO x\nS: 250-\nS: 250-\nS: 250-\nS: 250-\nS: 250-\nS: 250-\nS: 250-\nS: "
      "250-\nS: 250-\nS: 250-\nS: 250-\nS: 250-AUTH\nS: 250 HELP\nC: AUTH SCRAM-SHA-256 " +
      first + "\nS: 334 cj1hYm\nC: Yz1iaXdzLHI9YWJjLHA9YWJj\nS: 535 5.7.8\n");
  EXPECT_EQ(c.backend.failed_logins, 1);
}

}  // namespace
}  // namespace freehold::smtp

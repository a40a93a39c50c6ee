#include "pop3/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pop3/testing/conversation.hpp"

namespace freehold::pop3 {
namespace {

using testing::Conversation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kLogin = "anna@here.example";
// PLAIN with the right password.
constexpr const char* kPlain = "AGFubmFAaGVyZS5leGFtcGxlAGNvcnJlY3QgaG9yc2U=";

// With two messages in the inbox.
class Pop3Session : public ::testing::Test {
 protected:
  Pop3Session() {
    c.deliver(Conversation::mail("one"));
    c.deliver(Conversation::mail("two"));
  }

  Conversation c;
};

TEST_F(Pop3Session, LogsIn) {
  c.hold(
      "S= +OK pop.here.example Freehold ready\nC: STAT\nS: -ERR log in first\n"
      "C: PASS correct horse\nS: -ERR USER comes first\n"
      "C: USER anna@here.example\nS: +OK\nC: PASS wrong\nS: -ERR [AUTH]\n"
      "C: PASS correct horse\nS: -ERR USER comes first\n"
      "C: USER anna@here.example\nS: +OK\nC: PASS correct horse\nS: +OK logged in, messages: 2\n"
      "C: USER bert\nS: -ERR you are logged in already\nC: QUIT\nS: +OK\nE:\n");
  c.hold("S: +OK\nC: QUIT\nS: +OK\nE:\n");
}

TEST_F(Pop3Session, AuthenticatesBySasl) {
  const std::string plain = kPlain;
  c.hold("S: +OK\nC: AUTH PLAIN " + plain + "\nS: +OK\nC: STAT\nS: +OK 2\n");
  c.hold("S: +OK\nC: AUTH plain\nS= + \nC: " + plain + "\nS: +OK\n");
  c.hold(
      "S: +OK\nC: AUTH PLAIN\nS: + \nC: *\nS: -ERR authentication cancelled\n"
      "C: AUTH PLAIN !\nS: -ERR the response\nC: AUTH PLAIN AGEAYg==\nS: -ERR [AUTH]\n"
      "C: AUTH NONE\nS: -ERR this mechanism\nC: AUTH\nS: -ERR\nC: CAPA\nS: +OK\n");
}

TEST_F(Pop3Session, HangsUpOnGuessers) {
  c.hold(
      "S: +OK\nC: USER anna@here.example\nS: +OK\nC: PASS a\nS: -ERR [AUTH]\n"
      "C: USER nobody@here.example\nS: +OK\nC: PASS b\nS: -ERR [AUTH]\n"
      "C: AUTH PLAIN AGEAYg==\nS: -ERR [AUTH]\nE:\n");
}

TEST_F(Pop3Session, TakesNoPasswordInTheOpen) {
  c.settings.allow_plain_login = false;
  c.hold(
      "S: +OK\nC: USER anna@here.example\nS: -ERR use TLS\nC: PASS correct horse\nS: -ERR use TLS\n"
      "C: AUTH PLAIN AGEAYg==\nS: -ERR use TLS\nC: STLS\nS: -ERR TLS is not set up\n"
      "C: CAPA\nS: +OK\nS= TOP\nS= UIDL\nS= RESP-CODES\nS= AUTH-RESP-CODE\nS= PIPELINING\n"
      "S= EXPIRE NEVER\nS= UTF8 USER\nS= IMPLEMENTATION Freehold\nS= .\n");
}

TEST_F(Pop3Session, TellsWhatItCan) {
  c.hold(
      "S: +OK\nC: CAPA\nS: +OK\nS= TOP\nS= UIDL\nS= RESP-CODES\nS= AUTH-RESP-CODE\n"
      "S= PIPELINING\nS= EXPIRE NEVER\nS= UTF8 USER\nS= IMPLEMENTATION Freehold\nS= USER\n"
      "S= SASL SCRAM-SHA-256 PLAIN LOGIN\nS= .\nC: UTF8\nS: +OK\nC: NOOP\nS: -ERR log in first\n");
}

TEST_F(Pop3Session, OnlyAnAppPasswordForPop3LogsIn) {
  using directory::Scope;
  auto& directory = c.house.directory;
  const auto imap = c.house.run(directory.add_app_password(kLogin, "a", {Scope::imap}));
  const auto pop3 = c.house.run(directory.add_app_password(kLogin, "b", {Scope::pop3}));
  ASSERT_TRUE(imap && pop3);
  c.hold("S: +OK\nC: USER anna@here.example\nS: +OK\nC: PASS " + *imap +
         "\nS: -ERR [AUTH]\nC: USER anna@here.example\nS: +OK\nC: PASS " + *pop3 + "\nS: +OK\n");
}

TEST_F(Pop3Session, ADisabledAccountDoesNotLogIn) {
  ASSERT_TRUE(c.house.run(c.house.directory.set_disabled(kLogin, true)));
  c.hold("S: +OK\nC: USER anna@here.example\nS: +OK\nC: PASS correct horse\nS: -ERR [AUTH]\n");
}

TEST_F(Pop3Session, Lists) {
  c.hold_logged_in(
      "C: STAT\nS= +OK 2 118\nC: LIST\nS: +OK messages: 2, octets: 118\nS= 1 59\nS= 2 59\nS= .\n"
      "C: LIST 2\nS= +OK 2 59\nC: LIST 3\nS: -ERR\nC: LIST 0\nS: -ERR\n"
      "C: UIDL\nS: +OK\nS= 1 1700000000-1\nS= 2 1700000000-2\nS= .\nC: UIDL 1\nS= +OK 1 "
      "1700000000-1\n"
      "C: NOOP\nS: +OK\nC: CAPA\nS: +OK\n");
}

TEST_F(Pop3Session, SendsMessages) {
  c.deliver("Subject: dots\r\n\r\n.\r\n..two\r\nlast", "Return-Path: <>\r\n");
  c.hold_logged_in(
      "C: RETR 1\nS= +OK 59 octets\nS= From: Bert <bert@away.example>\nS= Subject: one\nS= \n"
      "S= Hello one\nS= .\n"
      "C: RETR 3\nS: +OK\nS= Return-Path: <>\nS= Subject: dots\nS= \nS= ..\nS= ...two\nS= last\n"
      "S= .\nC: RETR 4\nS: -ERR\n"
      "C: TOP 3 0\nS: +OK\nS= Return-Path: <>\nS= Subject: dots\nS= \nS= .\n"
      "C: TOP 3 2\nS: +OK\nS= Return-Path: <>\nS= Subject: dots\nS= \nS= ..\nS= ...two\nS= .\n"
      "C: TOP 3 99\nS: +OK\nS= Return-Path: <>\nS= Subject: dots\nS= \nS= ..\nS= ...two\nS= last\n"
      "S= .\nC: TOP 4 1\nS: -ERR\n");
}

// In a store where lines end by LF, none that looks like the end may be one.
TEST_F(Pop3Session, SendsLoneLineEndsAsCrlf) {
  c.deliver("Subject: bare\n\none\n.\nQUIT\rtwo");
  c.hold_logged_in(
      "C: RETR 3\nS: +OK\nS= Subject: bare\nS= \nS= one\nS= ..\nS= QUIT\nS= two\nS= .\n"
      "C: NOOP\nS: +OK\n");
}

TEST_F(Pop3Session, SendsALargeMessageInPieces) {
  std::string text = "Subject: large\r\n\r\n";
  std::string script = "C: RETR 3\nS: +OK\nS= Subject: large\nS= \n";
  const std::string line(1'000, 'x');
  for (int i = 0; i < 700; ++i) {
    text += "." + line + "\r\n";
    script += "S= .." + line + "\n";
  }
  c.deliver(text);
  c.hold_logged_in(script + "S= .\nC: TOP 3 1\nS: +OK\nS= Subject: large\nS= \nS= .." + line +
                   "\nS= .\n");
}

TEST_F(Pop3Session, DeletesWhenItQuits) {
  c.hold_logged_in(
      "C: DELE 1\nS: +OK\nC: DELE 1\nS: -ERR\nC: RETR 1\nS: -ERR\nC: LIST 1\nS: -ERR\n"
      "C: STAT\nS= +OK 1 59\nC: LIST\nS: +OK\nS= 2 59\nS= .\n"
      "C: RSET\nS: +OK\nC: STAT\nS= +OK 2 118\nC: DELE 2\nS: +OK\n");
  EXPECT_THAT(c.uids(), ElementsAre(Uid(1), Uid(2)));  // it went without QUIT
  c.hold_logged_in("C: DELE 2\nS: +OK\nC: QUIT\nS: +OK\nE:\n");
  EXPECT_THAT(c.uids(), ElementsAre(Uid(1)));
}

TEST_F(Pop3Session, HidesInsteadWhereTheAccountWantsIt) {
  ASSERT_TRUE(c.house.run(c.house.directory.set_pop_delete_hides(kLogin, true)));
  c.hold_logged_in("C: DELE 1\nS: +OK\nC: QUIT\nS: +OK\nE:\n");
  EXPECT_THAT(c.uids(), ElementsAre(Uid(1), Uid(2)));
  c.hold_logged_in("C: STAT\nS= +OK 1 59\nC: UIDL\nS: +OK\nS= 1 1700000000-2\nS= .\n");
}

TEST_F(Pop3Session, SeesTheInboxAsItWasAtLogin) {
  c.hold_logged_in(
      "!deliver\nC: STAT\nS= +OK 2 118\n!expunge\nC: STAT\nS= +OK 2 118\n"
      "C: DELE 1\nS: +OK\nC: QUIT\nS: +OK\nE:\n");
  EXPECT_THAT(c.uids(), IsEmpty());
}

TEST_F(Pop3Session, AnswersPipelinedCommandsInOrder) {
  c.hold(
      "S: +OK\nC& USER anna@here.example\nC& PASS correct horse\nC& STAT\nC& DELE 1\nC& TOP 2 0\n"
      "C: QUIT\nS: +OK\nS: +OK\nS= +OK 2 118\nS: +OK\nS: +OK\nS: From\nS: Subject\nS= \nS= .\n"
      "S: +OK\nE:\n");
  EXPECT_THAT(c.uids(), ElementsAre(Uid(2)));
}

TEST_F(Pop3Session, BearsNonsense) {
  c.hold_logged_in("C: \nS: -ERR\nC: NONSENSE\nS: -ERR no such command\nC: RETR\nS: -ERR\nC: " +
                   std::string(10'000, 'x') + "\nS: -ERR\nC: NOOP\nS: +OK\n");
  std::string script = "S: +OK\n";
  for (int i = 0; i < 20; ++i) script += "C: NONSENSE\nS: -ERR no such command\n";
  c.hold(script + "S: -ERR too many wrong commands\nE:\n");
}

TEST_F(Pop3Session, SaysGoodbyeWhenTheServerStops) {
  c.hold_logged_in("C: DELE 1\nS: +OK\n!drain\nS: -ERR [SYS/TEMP]\nE:\n");
  EXPECT_THAT(c.uids(), ElementsAre(Uid(1), Uid(2)));
}

TEST_F(Pop3Session, MakesTheInboxOfAnAccountThatHasNoneYet) {
  c.house.add_account("new@here.example");
  c.hold(
      "S: +OK\nC: USER new@here.example\nS: +OK\nC: PASS correct horse\nS: +OK\n"
      "C: STAT\nS= +OK 0 0\nC: LIST\nS: +OK\nS= .\nC: UIDL 1\nS: -ERR\n");
}

}  // namespace
}  // namespace freehold::pop3

#include "imap/session.hpp"

#include <gtest/gtest.h>

#include "imap/testing/conversation.hpp"

namespace freehold::imap {
namespace {

using testing::Conversation;

constexpr const char* kSelect =
    "C: s SELECT INBOX\nS: * FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)\n"
    "S: * OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft \\*)]\n"
    "S: * 2 EXISTS\nS: * 0 RECENT\nS: * OK [UNSEEN 1]\nS: * OK [UIDVALIDITY 1700000000]\n"
    "S: * OK [UIDNEXT 3]\nS: * OK [MAILBOXID (M\n"
    "S: * OK [HIGHESTMODSEQ 3]\nS: s OK [READ-WRITE]\n";

// With two messages in the inbox.
class Session : public ::testing::Test {
 protected:
  Session() {
    c.deliver("one");
    c.deliver("two");
  }
  void selected(const std::string& script) { c.hold_logged_in(kSelect + script); }

  Conversation c;
};

TEST_F(Session, LogsIn) {
  c.hold(
      "S: * OK [CAPABILITY IMAP4rev2 IMAP4rev1 SASL-IR LITERAL+ ID ENABLE AUTH=\n"
      "C: a SELECT INBOX\nS: a BAD log in first\n"
      "C: b LOGIN anna@here.example wrong\nS: b NO [AUTHENTICATIONFAILED]\n"
      "C: c LOGIN {17}\nS: + \nC~ anna@here.example\nC:  \"correct horse\"\n"
      "S: c OK [CAPABILITY\n"
      "C: d LOGIN anna@here.example \"correct horse\"\nS: d BAD not in this state\n"
      "C: e LOGOUT\nS: * BYE\nS: e OK\n");
  c.hold(
      "S: * OK\n"
      "C: a AUTHENTICATE PLAIN AGFubmFAaGVyZS5leGFtcGxlAGNvcnJlY3QgaG9yc2U=\nS: a OK\n");
  c.hold(
      "S: * OK\nC: a AUTHENTICATE PLAIN\nS: + \n"
      "C: AGFubmFAaGVyZS5leGFtcGxlAGNvcnJlY3QgaG9yc2U=\nS: a OK\n");
  c.hold("S: * OK\nC: a AUTHENTICATE PLAIN\nS: + \nC: *\nS: a BAD\nC: b NOOP\nS: b OK\n");
}

TEST_F(Session, SendsNoPasswordInTheOpen) {
  c.settings.allow_plain_login = false;
  c.hold(
      "S: * OK [CAPABILITY IMAP4rev2 IMAP4rev1 SASL-IR LITERAL+ ID ENABLE LOGINDISABLED]\n"
      "C: a LOGIN anna@here.example \"correct horse\"\nS: a NO [PRIVACYREQUIRED]\n"
      "C: b AUTHENTICATE PLAIN AGEAYg==\nS: b NO [PRIVACYREQUIRED]\n"
      "C: c STARTTLS\nS: c NO\n");
}

TEST_F(Session, SelectsAndLeaves) {
  selected(
      "C: b UNSELECT\nS: b OK\nC: c FETCH 1 FLAGS\nS: c BAD not in this state\n"
      "C: d EXAMINE INBOX\nS: * FLAGS\nS: * OK [PERMANENTFLAGS ()]\nS: * 2 EXISTS\n"
      "S: * 0 RECENT\nS: * OK [UNSEEN 1]\nS: * OK [UIDVALIDITY\nS: * OK [UIDNEXT\n"
      "S: * OK [MAILBOXID\nS: * OK [HIGHESTMODSEQ\nS: d OK [READ-ONLY]\n"
      "C: e STORE 1 +FLAGS (\\Seen)\nS: e NO [NOPERM]\n"
      "C: f EXPUNGE\nS: f NO [NOPERM]\n"
      "C: g SELECT Nowhere\nS: g NO [NONEXISTENT]\n"
      "C: h CHECK\nS: h BAD not in this state\n");
}

TEST_F(Session, FetchesParts) {
  selected(
      "C: b FETCH 1:2 (UID FLAGS RFC822.SIZE)\n"
      "S: * 1 FETCH (UID 1 FLAGS () RFC822.SIZE 59)\n"
      "S: * 2 FETCH (UID 2 FLAGS () RFC822.SIZE 59)\nS: b OK\n"
      "C: c FETCH 1 BODY.PEEK[HEADER.FIELDS (subject)]\n"
      "S: * 1 FETCH (BODY[HEADER.FIELDS (subject)] {16}\nS: Subject: one\nS: \nS: )\nS: c OK\n"
      "C: d UID FETCH 2 BODY[TEXT]\nS: * 2 FETCH (UID 2 FLAGS (\\Seen) BODY[TEXT] {11}\n"
      "S: Hello two\nS: )\nS: d OK\n"
      "C: e FETCH 1 (BODY.PEEK[]<6.4> INTERNALDATE)\n"
      "S: * 1 FETCH (BODY[]<6> {4}\nS: Bert INTERNALDATE \"14-Nov-2023 22:13:20 +0000\")\nS: e OK\n"
      "C: f FETCH 1 (ENVELOPE BODY)\n"
      "S: * 1 FETCH (ENVELOPE (NIL \"one\" ((\"Bert\" NIL \"bert\" \"away.example\"))\n"
      "S: f OK\n"
      "C: g FETCH 3 FLAGS\nS: g BAD\nC: h UID FETCH 9 FLAGS\nS: h OK\n"
      "C: i FETCH 1 NONSENSE\nS: i BAD\nC: j FETCH 1 BODY.PEEK[2]\n"
      "S: * 1 FETCH (BODY[2] NIL)\nS: j OK\n");
}

TEST_F(Session, StoresFlags) {
  selected(
      "C: b STORE 1 FLAGS (\\Flagged Work)\nS: * 1 FETCH (FLAGS (\\Flagged work))\nS: b OK\n"
      "C: c STORE 1 +FLAGS \\Seen\nS: * 1 FETCH (FLAGS (\\Seen \\Flagged work))\nS: c OK\n"
      "C: d STORE 1:2 -FLAGS.SILENT (work)\nS: d OK\n"
      "C: e FETCH 1 FLAGS\nS: * 1 FETCH (FLAGS (\\Seen \\Flagged))\nS: e OK\n"
      "C: f STORE 1 FLAGS.LOUD (x)\nS: f BAD\n"
      "C: g STORE 2 (UNCHANGEDSINCE 1) +FLAGS (x)\nS: g OK [MODIFIED 2]\n"
      "C: h STORE 9 +FLAGS (x)\nS: h BAD\n");
}

// What a command has answered itself is not told once more behind it.
TEST_F(Session, TellsItsOwnChangesOnce) {
  selected(
      "C: b UID STORE 1 +FLAGS (\\Seen)\nS: * 1 FETCH (UID 1 FLAGS (\\Seen))\nS: b OK\n"
      "C: c UID STORE 1 +FLAGS.SILENT (\\Flagged)\nS: c OK\n"
      "C: d NOOP\nS: d OK\n"
      "C: e UID FETCH 2 BODY[TEXT]\nS: * 2 FETCH (UID 2 FLAGS (\\Seen) BODY[TEXT] {11}\n"
      "S: Hello two\nS: )\nS: e OK\nC: f NOOP\nS: f OK\n");
}

TEST_F(Session, Searches) {
  selected(
      "C: b SEARCH ALL\nS: * SEARCH 1 2\nS: b OK\n"
      "C: c SEARCH SUBJECT two\nS: * SEARCH 2\nS: c OK\n"
      "C: d UID SEARCH NOT SUBJECT TWO\nS: * SEARCH 1\nS: d OK\n"
      "C: e SEARCH RETURN (MIN MAX COUNT) UNSEEN\nS: * ESEARCH (TAG \"e\") MIN 1 MAX 2 COUNT 2\n"
      "S: e OK\n"
      "C: f SEARCH BODY hello OR FROM nobody SUBJECT one\nS: * SEARCH 1\nS: f OK\n"
      "C: g SEARCH SINCE 14-Nov-2023 BEFORE 15-Nov-2023\nS: * SEARCH 1 2\nS: g OK\n"
      "C: h SEARCH CHARSET KOI8-R SUBJECT x\nS: h NO [BADCHARSET\n"
      "C: i SEARCH SUBJECT {3}\nS: + \nC: two\nS: * SEARCH 2\nS: i OK\n"
      "C: j SEARCH RETURN (SAVE) SUBJECT two\nS: j OK\n"
      "C: k FETCH $ UID\nS: * 2 FETCH (UID 2)\nS: k OK\n"
      "C: l SEARCH NONSENSE\nS: l BAD\nC: m SEARCH SUBJECT absent\nS: * SEARCH\nS: m OK\n");
}

TEST_F(Session, Appends) {
  selected(
      "C: b APPEND Sent (\\Seen Own) \" 1-Feb-2020 10:00:00 +0000\" {14}\nS: + \n"
      "C: Subject: x\nC: \nC: \nS: b OK [APPENDUID 1700000002 1]\n"
      "C: c APPEND INBOX {14+}\nC: Subject: y\nC: \nC: \n"
      "S: * 3 EXISTS\nS: * 3 FETCH (FLAGS ())\nS: c OK [APPENDUID 1700000000 3]\n"
      "C: d APPEND Nowhere {14}\nS: d NO [TRYCREATE]\n"
      "C: e APPEND Nowhere {2+}\nC: xy\nS: e NO [TRYCREATE]\n"
      "C: f APPEND INBOX {99999}\nS: f NO [TOOBIG]\n"
      "C: g APPEND INBOX {0}\nS: g NO [CANNOT]\n"
      "C: h APPEND INBOX\nS: h BAD\n"
      "C: i STATUS Sent (MESSAGES UNSEEN)\nS: * STATUS Sent (MESSAGES 1 UNSEEN 0)\nS: i OK\n");
}

TEST_F(Session, CopiesMovesAndExpunges) {
  selected(
      "C: b COPY 1:2 Archive\nS: b OK [COPYUID 1700000003 1:2 1:2]\n"
      "C: c COPY 1 Nowhere\nS: c NO [TRYCREATE]\n"
      "C: d UID COPY 99 Archive\nS: d OK\n"
      "C: e UID MOVE 1 Trash\nS: * OK [COPYUID 1700000005 1 1]\nS: * 1 EXPUNGE\nS: e OK\n"
      "C: f STORE 1 +FLAGS.SILENT (\\Deleted)\nS: f OK\n"
      "C: g UID EXPUNGE 1\nS: g OK\n"
      "C: h EXPUNGE\nS: * 1 EXPUNGE\nS: h OK\n"
      "C: i CLOSE\nS: i OK\n"
      "C: j STATUS Archive (MESSAGES UIDNEXT)\nS: * STATUS Archive (MESSAGES 2 UIDNEXT 3)\n"
      "S: j OK\n");
}

TEST_F(Session, TellsNewsWhileItIdles) {
  selected(
      "C: b IDLE\nS: + idling\n!deliver\nS: * 3 EXISTS\nS: * 3 FETCH (FLAGS ())\n"
      "C: DONE\nS: b OK\nC: c IDLE\nS: + idling\nC: NOT DONE\nS: c BAD\n"
      "!deliver\nC: d NOOP\nS: * 4 EXISTS\nS: * 4 FETCH (FLAGS ())\nS: d OK\n"
      "C: e IDLE\nS: + idling\n!drain\nS: * BYE\n");
}

TEST_F(Session, ListsAndChangesMailboxes) {
  c.hold_logged_in(
      "C: b CREATE Work/2026\nS: b OK\nC: c LIST \"\" *\n"
      "S: * LIST (\\HasNoChildren \\Archive) \"/\" Archive\n"
      "S: * LIST (\\HasNoChildren \\Drafts) \"/\" Drafts\n"
      "S: * LIST (\\HasNoChildren) \"/\" INBOX\nS: * LIST (\\HasNoChildren \\Junk) \"/\" Junk\n"
      "S: * LIST (\\HasNoChildren \\Sent) \"/\" Sent\n"
      "S: * LIST (\\HasNoChildren \\Trash) \"/\" Trash\n"
      "S: * LIST (\\HasChildren) \"/\" Work\nS: * LIST (\\HasNoChildren) \"/\" Work/2026\n"
      "S: c OK\n"
      "C: d LIST \"\" %\nS: * LIST\nS: * LIST\nS: * LIST\nS: * LIST\nS: * LIST\nS: * LIST\n"
      "S: * LIST (\\HasChildren) \"/\" Work\nS: d OK\n"
      "C: e LIST Work/ *\nS: * LIST (\\HasNoChildren) \"/\" Work/2026\nS: e OK\n"
      "C: f LIST \"\" \"\"\nS: * LIST (\\Noselect) \"/\" \"\"\nS: f OK\n"
      "C: g CREATE Entw&APw-rfe\nS: g OK\nC: h LIST \"\" Entw*\n"
      "S: * LIST (\\HasNoChildren) \"/\" \"Entw&APw-rfe\"\nS: h OK\n"
      "C: i ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: i OK\nC: j LIST \"\" Entw*\n"
      "S: * LIST (\\HasNoChildren) \"/\" \"Entw\xC3\xBCrfe\"\nS: j OK\n"
      "C: k DELETE Work\nS: k NO\nC: l RENAME Work Past\nS: l OK\n"
      "C: m STATUS Past/2026 (MESSAGES)\nS: * STATUS Past/2026 (MESSAGES 0)\nS: m OK\n"
      "C: n DELETE INBOX\nS: n NO\nC: o CREATE Sent\nS: o NO [ALREADYEXISTS]\n");
}

TEST_F(Session, AnswersPipelinedCommandsInOrder) {
  const std::string answers = kSelect;
  c.hold_logged_in(
      "C& s SELECT INBOX\nC& b FETCH 1 UID\nC& c STORE 1 +FLAGS.SILENT (\\Deleted)\n"
      "C& d EXPUNGE\nC: e LOGOUT\n" +
      answers.substr(answers.find('\n') + 1) +
      "S: * 1 FETCH (UID 1)\nS: b OK\nS: c OK\nS: * 1 EXPUNGE\nS: d OK\n"
      "S: * BYE\nS: e OK\n");
}

TEST_F(Session, TellsOfTheProgressOfALongSearch) {
  for (int i = 0; i < 70; ++i) c.deliver("more");
  c.settings.progress_every = std::chrono::milliseconds(0);
  c.hold_logged_in(
      "C: s EXAMINE INBOX\nS: * FLAGS\nS: * OK\nS: * 72 EXISTS\nS: * 0 RECENT\nS: * OK\nS: * OK\n"
      "S: * OK\nS: * OK\nS: * OK\nS: s OK\n"
      "C: b SEARCH SUBJECT one\nS: * OK [INPROGRESS (\"b\" 63 72)] \nS: * SEARCH 1\nS: b OK\n");
}

TEST_F(Session, BearsNonsense) {
  c.hold(
      "S: * OK\nC: \nS: * BAD\nC: a\nS: a BAD\nC: a NONSENSE\nS: a BAD no such command\n"
      "C: a UID NOOP\nS: a BAD\nC: (\nS: * BAD\nC: a LOGIN {999999}\nS: a BAD\n"
      "C: a LOGIN \"x\nS: a BAD\nC: a NOOP extra\nS: a BAD\nC: b NOOP\nS: b OK\n");
}

}  // namespace
}  // namespace freehold::imap

#include "smtp/command.hpp"

#include <gtest/gtest.h>

#include "smtp/limits.hpp"

namespace freehold::smtp {
namespace {

using namespace std::string_literals;

TEST(Command, TakesWhatTheRfcAllows) {
  for (const std::string& line : {
           "EHLO client.example"s,
           "ehlo [192.0.2.1]"s,
           "EHLO [IPv6:2001:db8::1]"s,
           "HELO a"s,
           "LHLO unix_box"s,
           "EHLO -bad-.but.harmless"s,
           "NOOP"s,
           "NOOP anything at all"s,
           "QUIT"s,
           "QUIT  "s,
           "RSET"s,
           "DATA"s,
           "HELP"s,
           "HELP MAIL"s,
           "VRFY anna"s,
           "EXPN list"s,
           "STARTTLS"s,
           "AUTH PLAIN"s,
           "AUTH PLAIN ="s,
           "AUTH SCRAM-SHA-256 biws"s,
           "BDAT 0 LAST"s,
           "BDAT 100"s,
           "bdat 18446744073709551615 last"s,
           "MAIL FROM:<>"s,
           "mail from:<a@b.example>"s,
           "MAIL FROM: <a@b.example>"s,
           "MAIL FROM:<a@b>"s,
           "MAIL FROM:<a@[192.0.2.1]>"s,
           "MAIL FROM:<a@[IPv6:::1]>"s,
           "MAIL FROM:<\"a b\"@c.example>"s,
           "MAIL FROM:<\"a\\\"b\\\\c\"@d.example>"s,
           "MAIL FROM:<\"a@b\"@c.example>"s,
           "MAIL FROM:<\">\"@c.example>"s,
           "MAIL FROM:<!#$%&'*+-/=?^_`{|}~@b.example>"s,
           "MAIL FROM:<a.b.c@d.example>"s,
           "MAIL FROM:<@x.example,@y.example:a@b.example>"s,
           "MAIL FROM:<@x.example:a@b.example>"s,
           "MAIL FROM:<a@b_c.example>"s,
           "MAIL FROM:<m\xC3\xBC@b.example> SMTPUTF8"s,
           "MAIL FROM:<a@m\xC3\xBC.example> SMTPUTF8"s,
           "MAIL FROM:<\"\xE2\x98\x83 x\"@b.example> SMTPUTF8"s,
           "MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME"s,
           "MAIL FROM:<a@b.example> body=7bit"s,
           "MAIL FROM:<a@b.example> BODY=BINARYMIME SMTPUTF8"s,
           "MAIL FROM:<a@b.example> RET=HDRS"s,
           "MAIL FROM:<a@b.example> RET=FULL ENVID=QQ314159"s,
           "MAIL FROM:<a@b.example> ENVID=a+2Bb"s,
           "MAIL FROM:<a@b.example> REQUIRETLS"s,
           "MAIL FROM:<a@b.example> AUTH=<>"s,
           "MAIL FROM:<a@b.example> AUTH=e+3Dmc2@example.com"s,
           "MAIL FROM:<a@b.example>  SIZE=1"s,
           "RCPT TO:<a@b.example>"s,
           "rcpt to:<Postmaster>"s,
           "RCPT TO: <a@b.example>"s,
           "RCPT TO:<m\xC3\xBC@b.example>"s,
           "RCPT TO:<a@b.example> NOTIFY=NEVER"s,
           "RCPT TO:<a@b.example> NOTIFY=SUCCESS,FAILURE,DELAY"s,
           "RCPT TO:<a@b.example> ORCPT=rfc822;a+2Bb@c.example"s,
           "RCPT TO:<a@b.example> ORCPT=utf-8;m\\x{FC}@c.example NOTIFY=delay"s,
           "RCPT TO:<a@b.example> ORCPT=utf-8;m\xC3\xBC@c.example"s,
           "RCPT TO:<"s + std::string(64, 'a') + "@b.example>",
       }) {
    const auto command = parse_command(line);
    EXPECT_TRUE(command) << line << ": " << command.error().full_text();
  }
}

struct Bad {
  std::string line;
  int code;
};

TEST(Command, NamesWhatIsWrong) {
  const Bad table[] = {
      {"", 500},
      {" ", 500},
      {"XYZZY", 500},
      {"EHLOclient", 500},
      {"GET / HTTP/1.1", 500},
      {"MAILFROM:<a@b.example>", 500},
      {"\xFF\xFE", 500},
      {"NOOP\0x"s, 500},
      {"MAIL\tFROM:<a@b>", 500},
      {"EHLO", 501},
      {"EHLO ", 501},
      {"HELO two names", 501},
      {"EHLO (x)", 501},
      {"EHLO m\xC3\xBC", 501},
      {"EHLO " + std::string(256, 'a'), 501},
      {"DATA now", 501},
      {"QUIT now", 501},
      {"RSET x", 501},
      {"STARTTLS x", 501},
      {"VRFY", 501},
      {"EXPN", 501},
      {"AUTH", 501},
      {"AUTH PL@IN", 501},
      {"AUTH " + std::string(21, 'A'), 501},
      {"BDAT", 501},
      {"BDAT x", 501},
      {"BDAT -1", 501},
      {"BDAT 1 FIRST", 501},
      {"BDAT 1 LAST LAST", 501},
      {"BDAT 18446744073709551616", 501},
      {"BDAT +1", 501},
      {"MAIL", 501},
      {"MAIL FROM", 501},
      {"MAIL FROM:", 501},
      {"MAIL TO:<a@b>", 501},
      {"MAIL FROM:a@b.example", 501},
      {"MAIL FROM:<a@b.example", 501},
      {"MAIL FROM:<a>", 501},
      {"MAIL FROM:<a@>", 501},
      {"MAIL FROM:<@b>", 501},
      {"MAIL FROM:<@x.example:>", 501},
      {"MAIL FROM:<@x.example,a@b>", 501},
      {"MAIL FROM:<@-:a@b>", 501},
      {"MAIL FROM:<.a@b>", 501},
      {"MAIL FROM:<a.@b>", 501},
      {"MAIL FROM:<a..b@c>", 501},
      {"MAIL FROM:<a b@c>", 501},
      {"MAIL FROM:<a@b c>", 501},
      {"MAIL FROM:<a@b..c>", 501},
      {"MAIL FROM:<a@-b>", 501},
      {"MAIL FROM:<a@b->", 501},
      {"MAIL FROM:<a@.b>", 501},
      {"MAIL FROM:<a@b.>", 501},
      {"MAIL FROM:<a@[1.2.3]>", 501},
      {"MAIL FROM:<a@[IPv6:1.2.3.4]>", 501},
      {"MAIL FROM:<a@[::1]>", 501},
      {"MAIL FROM:<a@[192.0.2.1>", 501},
      {"MAIL FROM:<\"a@b>", 501},
      {"MAIL FROM:<\"\"@b>", 501},
      {"MAIL FROM:<\"a\"b@c>", 501},
      {"MAIL FROM:<\"a\\\">", 501},
      {"MAIL FROM:<\"a\x01\"@b>", 501},
      {"MAIL FROM:<a\xC3@b> SMTPUTF8", 501},
      {"MAIL FROM:<\xED\xA0\x80@b> SMTPUTF8", 501},
      {"MAIL FROM:<a@b><c@d>", 501},
      {"MAIL FROM:<a@b>SIZE=1", 501},
      {"MAIL FROM:<" + std::string(65, 'a') + "@b>", 501},
      {"MAIL FROM:<a@" + std::string(64, 'b') + ">", 501},
      {"MAIL FROM:<Postmaster>", 501},
      {"MAIL FROM:<m\xC3\xBC@b.example>", 553},
      {"MAIL FROM:<a@b> SIZE", 501},
      {"MAIL FROM:<a@b> SIZE=", 501},
      {"MAIL FROM:<a@b> SIZE=x", 501},
      {"MAIL FROM:<a@b> SIZE=-1", 501},
      {"MAIL FROM:<a@b> SIZE=99999999999999999999999", 501},
      {"MAIL FROM:<a@b> SIZE=1 SIZE=1", 501},
      {"MAIL FROM:<a@b> BODY=9BIT", 501},
      {"MAIL FROM:<a@b> BODY", 501},
      {"MAIL FROM:<a@b> SMTPUTF8=yes", 501},
      {"MAIL FROM:<a@b> REQUIRETLS=1", 501},
      {"MAIL FROM:<a@b> RET=NONE", 501},
      {"MAIL FROM:<a@b> ENVID=a+2", 501},
      {"MAIL FROM:<a@b> ENVID=a+0Ab", 501},
      {"MAIL FROM:<a@b> ENVID=" + std::string(101, 'x'), 501},
      {"MAIL FROM:<a@b> =1", 501},
      {"MAIL FROM:<a@b> -X=1", 501},
      {"MAIL FROM:<a@b> A=b=c", 501},
      {"MAIL FROM:<a@b> MT-PRIORITY=3", 555},
      {"MAIL FROM:<a@b> NOTIFY=NEVER", 555},
      {"RCPT TO:<>", 501},
      {"RCPT TO:<a>", 501},
      {"RCPT TO:a@b", 501},
      {"RCPT FROM:<a@b>", 501},
      {"RCPT TO:<a@b> SIZE=1", 555},
      {"RCPT TO:<a@b> NOTIFY=", 501},
      {"RCPT TO:<a@b> NOTIFY=NEVER,SUCCESS", 501},
      {"RCPT TO:<a@b> NOTIFY=SUCCESS,", 501},
      {"RCPT TO:<a@b> NOTIFY=SOMETIMES", 501},
      {"RCPT TO:<a@b> ORCPT=a@b", 501},
      {"RCPT TO:<a@b> ORCPT=rfc822;", 501},
      {"RCPT TO:<a@b> ORCPT=;a@b", 501},
      {"RCPT TO:<a@b> ORCPT=rfc822;a+zz", 501},
      {"RCPT TO:<a@b> ORCPT=utf-8;\\x{D800}", 501},
      {"RCPT TO:<a@b> ORCPT=utf-8;\\x{110000}", 501},
      {"RCPT TO:<a@b> ORCPT=utf-8;\\x41", 501},
      {"RCPT TO:<a@b> ORCPT=rfc822;" + std::string(500, 'x'), 501},
      {"RCPT TO:<a@b> ORCPT=rfc822;m\xC3\xBC@b", 501},
      {"NOOP " + std::string(4096, 'x'), 500},
  };
  for (const Bad& bad : table) {
    const auto command = parse_command(bad.line);
    ASSERT_FALSE(command) << bad.line;
    EXPECT_EQ(command.error().code, bad.code) << bad.line << ": " << command.error().full_text();
    EXPECT_FALSE(command.error().text().empty());
  }
}

TEST(Command, DecodesItsArguments) {
  const auto mail = parse_command(
      "MAIL FROM:<@relay.example:\"john q\"@b.example> SIZE=12 BODY=8BITMIME RET=HDRS ENVID=x+2By");
  ASSERT_TRUE(mail);
  const Mail& m = std::get<Mail>(*mail);
  EXPECT_EQ(m.reverse_path.local_part, "john q");
  EXPECT_EQ(m.reverse_path.text(), "\"john q\"@b.example");
  EXPECT_EQ(m.parameters.size, 12U);
  EXPECT_EQ(m.parameters.body, BodyType::eight_bit);
  EXPECT_EQ(m.parameters.ret, DsnReturn::headers);
  EXPECT_EQ(m.parameters.envid, "x+y");

  const auto rcpt = parse_command("RCPT TO:<a@b> NOTIFY=FAILURE,DELAY ORCPT=UTF-8;m\\x{fc}@b");
  ASSERT_TRUE(rcpt);
  const Rcpt& r = std::get<Rcpt>(*rcpt);
  EXPECT_EQ(r.parameters.notify, (DsnNotify{false, true, true}));
  EXPECT_EQ(r.parameters.orcpt_type, "utf-8");
  EXPECT_EQ(r.parameters.orcpt, "m\xC3\xBC@b");
}

TEST(Command, LetsAuthBeLongerThanOthers) {
  EXPECT_TRUE(parse_command("AUTH PLAIN " + std::string(8000, 'A')));
}

TEST(Path, QuotesOnlyWhereItMust) {
  const std::pair<std::string, std::string> table[] = {
      {"\"plain\"@b.example", "plain@b.example"},
      {"\"a..b\"@b.example", "\"a..b\"@b.example"},
      {"\"a\\\"b\"@b.example", "\"a\\\"b\"@b.example"},
      {"\"a\\b\"@b.example", "ab@b.example"},
  };
  for (const auto& [in, out] : table) {
    const auto path = parse_mailbox(in);
    ASSERT_TRUE(path) << in;
    EXPECT_EQ(path->text(), out);
    EXPECT_EQ(parse_mailbox(path->text()), path);
  }
  EXPECT_FALSE(parse_mailbox("postmaster"));
  EXPECT_FALSE(parse_mailbox("a@b>"));
  EXPECT_FALSE(parse_mailbox("a@b\r\nRSET"));
}

}  // namespace
}  // namespace freehold::smtp

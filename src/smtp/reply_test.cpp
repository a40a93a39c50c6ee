#include "smtp/reply.hpp"

#include <gtest/gtest.h>

#include "smtp/capabilities.hpp"

namespace freehold::smtp {
namespace {

std::string written(const Reply& reply) {
  std::string out;
  append_reply(out, reply);
  return out;
}

TEST(Reply, IsWrittenLineByLine) {
  EXPECT_EQ(written({250, {2, 1, 0}, "fine"}), "250 2.1.0 fine\r\n");
  EXPECT_EQ(written({354, {}, "go"}), "354 go\r\n");
  Reply many(550, {5, 7, 1}, "one");
  many.lines.emplace_back("two");
  EXPECT_EQ(written(many), "550-5.7.1 one\r\n550 5.7.1 two\r\n");
}

TEST(Reply, CannotBeMadeIntoTwo) {
  EXPECT_EQ(written({550, {}, "no\r\n250 yes"}), "550 no??250 yes\r\n");
  EXPECT_EQ(written({550, {5, 0, 0}, std::string(2000, 'x')}).size(), 512U);
}

std::optional<Reply> read(std::initializer_list<std::string_view> lines) {
  ReplyParser parser;
  auto state = ReplyParser::State::more;
  for (const std::string_view line : lines) {
    if (state != ReplyParser::State::more) return std::nullopt;
    state = parser.add_line(line);
  }
  if (state != ReplyParser::State::complete) return std::nullopt;
  return parser.take();
}

TEST(ReplyParser, PutsLinesTogether) {
  const auto reply = read({"550-5.7.1 one", "550-5.7.1 two", "550 5.7.1"});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, (Status{5, 7, 1}));
  EXPECT_EQ(reply->full_text(), "550 5.7.1 one two ");
  EXPECT_EQ(read({"250"})->code, 250);
  EXPECT_EQ(read({"250 "})->text(), "");
}

TEST(ReplyParser, TakesAStatusOnlyWhereItFits) {
  EXPECT_EQ(read({"250 5.1.1 odd"})->text(), "5.1.1 odd");
  EXPECT_EQ(read({"250 2.1 x"})->text(), "2.1 x");
  EXPECT_EQ(read({"250 2.1.5x"})->text(), "2.1.5x");
  EXPECT_EQ(read({"220 2.0.0.1 host"})->text(), "2.0.0.1 host");
  EXPECT_EQ(read({"354 3.0.0 x"})->text(), "3.0.0 x");
}

TEST(ReplyParser, RefusesWhatIsNoReply) {
  for (const std::string_view line :
       {"", "2", "25", "250x", "hello", "150 x", "650 x", "2x0 x", " 250 x", "999 x"}) {
    ReplyParser parser;
    EXPECT_EQ(parser.add_line(line), ReplyParser::State::malformed) << line;
  }
  EXPECT_FALSE(read({"250-a", "550 b"}));
  ReplyParser endless;
  auto state = ReplyParser::State::more;
  for (int i = 0; i < 1000 && state == ReplyParser::State::more; ++i)
    state = endless.add_line("250-x");
  EXPECT_EQ(state, ReplyParser::State::malformed);
}

TEST(Capabilities, AreReadFromTheReplyToEhlo) {
  Reply reply(250, {}, "SIZE.example");
  for (const char* line : {"PIPELINING", "size 1000", "AUTH PLAIN LOGIN", "AUTH=CRAM-MD5",
                           "LIMITS MAILMAX=5 RCPTMAX=20", "CHUNKING", "XYZ", ""}) {
    reply.lines.emplace_back(line);
  }
  const Capabilities c = read_capabilities(reply);
  EXPECT_TRUE(c.pipelining && c.size && c.chunking);
  EXPECT_FALSE(c.starttls || c.dsn);
  EXPECT_EQ(c.max_size, 1000U);
  EXPECT_EQ(c.max_recipients, 20U);
  EXPECT_EQ(c.auth, (std::vector<std::string>{"PLAIN", "LOGIN", "CRAM-MD5"}));
}

}  // namespace
}  // namespace freehold::smtp

#include "message/thread.hpp"

#include <gtest/gtest.h>

#include "message/envelope.hpp"

namespace freehold::message {
namespace {

TEST(BaseSubject, IsWhatRfc5256Says) {
  struct Case {
    std::string subject, base;
    bool is_reply;
  };
  const Case cases[] = {
      {"Hello", "Hello", false},
      {"Re: Hello", "Hello", true},
      {"RE: re: Fwd: Hello", "Hello", true},
      {"Re [2]: Hello", "Hello", true},
      {"Re[2]: Hello", "Hello", true},
      {"Fw: Hello", "Hello", true},
      {"[list] Hello", "Hello", false},
      {"[list] Re: Hello", "Hello", true},
      {"Re: [list] Re: Hello", "Hello", true},
      {"Hello (fwd)", "Hello", true},
      {"Hello (FWD) (fwd)", "Hello", true},
      {"[fwd: Hello]", "Hello", true},
      {"[Fwd: Re: Hello]", "Hello", true},
      {"[list]", "[list]", false},
      {"Re: [list]", "[list]", true},
      {"  much   space ", "much space", false},
      {"Regarding: x", "Regarding: x", false},
      {"Re", "Re", false},
      {"", "", false},
      {"Re:", "", true},
      {"[a [b] c", "[a [b] c", false},
  };
  for (const Case& c : cases) {
    const BaseSubject base = base_subject(c.subject);
    EXPECT_EQ(base.text, c.base) << c.subject;
    EXPECT_EQ(base.is_reply, c.is_reply) << c.subject;
  }
}

TEST(MessageIds, AreReadWithoutBracketsCommentsAndNeedlessQuotes) {
  using Ids = std::vector<std::string>;
  const std::pair<std::string, Ids> cases[] = {
      {"<a@x.example>", {"a@x.example"}},
      {"<a@x.example> <b@x.example>", {"a@x.example", "b@x.example"}},
      {"<a@x.example><b@x.example>", {"a@x.example", "b@x.example"}},
      {"<a@x.example>\r\n\t<b@x.example>", {"a@x.example", "b@x.example"}},
      {"(c <no@x.example>) <a@x.example>", {"a@x.example"}},
      {"<\"a\"@x.example>", {"a@x.example"}},
      {"< a@x.example >", {"a@x.example"}},
      {"<a@x.example> <a@x.example>", {"a@x.example"}},
      {"Your message of Monday <a@x.example>", {"a@x.example"}},
      {"a@x.example", {"a@x.example"}},
      {"Your message", {}},
      {"<a@x.example", {"a@x.example"}},
      {"<>", {}},
      {"", {}},
  };
  for (const auto& [raw, expected] : cases) EXPECT_EQ(parse_message_ids(raw, 10), expected) << raw;
}

TEST(MessageIds, KeepTheNearestAncestors) {
  EXPECT_EQ(parse_message_ids("<1@x> <2@x> <3@x>", 2), (std::vector<std::string>{"2@x", "3@x"}));
}

TEST(ThreadKeys, BeginWithTheMessageItselfAndGoUp) {
  const Header header(
      "Message-ID: <4@x>\r\nIn-Reply-To: <3@x>\r\nReferences: <1@x> <2@x> <3@x>\r\n\r\n");
  EXPECT_EQ(thread_keys(make_envelope(header)),
            (std::vector<std::string>{"4@x", "3@x", "2@x", "1@x"}));
}

TEST(ThreadKeys, AreBounded) {
  std::string references;
  for (int i = 0; i < 500; ++i) references += "<" + std::to_string(i) + "@x>\r\n ";
  const auto keys = thread_keys(make_envelope(Header("References: " + references + "\r\n\r\n")));
  ASSERT_EQ(keys.size(), 20U);
  EXPECT_EQ(keys.front(), "499@x");
}

}  // namespace
}  // namespace freehold::message

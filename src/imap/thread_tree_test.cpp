#include "imap/thread_tree.hpp"

#include <gtest/gtest.h>

namespace freehold::imap {
namespace {

using Messages = std::vector<ThreadedMessage>;

// "3<1,2" is message 3 with the references 1 and 2, sent at 3, without a subject.
ThreadedMessage message(std::uint32_t number, std::vector<std::string> references) {
  return {number, number, {}, false, std::to_string(number), std::move(references)};
}

TEST(ThreadTree, BuildsBranches) {
  const struct {
    Messages messages;
    const char* text;
  } cases[] = {
      {{}, ""},
      {{message(1, {})}, "(1)"},
      {{message(1, {}), message(2, {"1"}), message(3, {"1", "2"})}, "(1 2 3)"},
      {{message(1, {}), message(2, {"1"}), message(3, {"1"})}, "(1 (2)(3))"},
      {{message(1, {}), message(2, {"1"}), message(3, {"2"}), message(4, {"2"})}, "(1 2 (3)(4))"},
      // Of a parent that is not here.
      {{message(2, {"1"}), message(3, {"1"}), message(4, {"3"})}, "((2)(3 4))"},
      // A missing one between two that are here.
      {{message(1, {}), message(3, {"1", "2"})}, "(1 3)"},
      // A truncated list of references is mended by the message itself.
      {{message(4, {"1", "3"}), message(3, {"1", "2"}), message(1, {})}, "(1 3 4)"},
      // Itself, and one another.
      {{message(1, {"1"})}, "(1)"},
      {{message(1, {"2"}), message(2, {"1"})}, "(2 1)"},
  };
  for (const auto& c : cases) EXPECT_EQ(thread_by_references(c.messages, true), c.text);
}

TEST(ThreadTree, JoinsThreadsOfOneSubject) {
  auto first = message(1, {}), reply = message(2, {}), second = message(3, {});
  first.subject = reply.subject = second.subject = "a";
  reply.is_reply = true;
  EXPECT_EQ(thread_by_references({first, reply}, false), "(1 2)");
  EXPECT_EQ(thread_by_references({reply, first}, false), "(1 2)");
  EXPECT_EQ(thread_by_references({first, second}, false), "((1)(3))");
  EXPECT_EQ(thread_by_references({first, second, reply}, false), "((1 2)(3))");
}

TEST(ThreadTree, IsQuickAndSafeWithAThreadAsDeepAsTheMailbox) {
  Messages chain, backwards;
  constexpr std::uint32_t kCount = 50'000;
  for (std::uint32_t i = 1; i <= kCount; ++i) {
    chain.push_back(message(
        i, i == 1 ? std::vector<std::string>{} : std::vector<std::string>{std::to_string(i - 1)}));
  }
  backwards.assign(chain.rbegin(), chain.rend());
  const auto text = thread_by_references(chain, false);
  EXPECT_EQ(text.substr(0, 10), "(1 2 3 4 5");
  EXPECT_EQ(thread_by_references(backwards, false).substr(0, 6), "(1 2 3");
}

TEST(ThreadTree, OrdersSubjects) {
  Messages messages;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    messages.push_back(message(i, {}));
    messages.back().subject = i % 2 == 0 ? "even" : "odd";
  }
  EXPECT_EQ(thread_by_subject(messages), "(1 (3)(5))(2 4)");
}

}  // namespace
}  // namespace freehold::imap

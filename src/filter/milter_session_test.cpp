#include "filter/milter_session.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "filter/limits.hpp"
#include "filter/testing/scripted_filter.hpp"

namespace freehold::filter::milter {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::packet;
using testing::ScriptedFilter;
using Kind = Verdict::Kind;

class Text final : public Body {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  void rewind() override { at_ = 0; }
  awaitable<std::string> next() override {
    std::string piece = text_.substr(at_, 200'000);
    at_ += piece.size();
    co_return piece;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

std::string number(std::uint32_t value) {
  std::string out;
  append_u32(out, value);
  return out;
}

// A session with one filter, which a test tells what to answer.
class MilterSession : public ::testing::Test {
 public:
  MilterSession() { settings.name = "scripted"; }

  using Story = std::function<awaitable<void>(MilterSession&, Session&)>;

  void run(const Story& story) {
    boost::asio::io_context loop;
    Session session(settings, "s1", [&](Address, net::Deadline) { return connect(loop); });
    boost::asio::co_spawn(loop, tell(session, story), rethrow);
    loop.run();
  }

  awaitable<IoResult<std::unique_ptr<net::Stream>>> connect(boost::asio::io_context& loop) {
    if (away) co_return make_error_code(boost::system::errc::connection_refused);
    auto [ours, theirs] = net::memory_streams();
    boost::asio::co_spawn(loop, filter.serve(std::move(theirs)), rethrow);
    co_return std::move(ours);
  }

  awaitable<void> tell(Session& session, const Story& story) {
    co_await story(*this, session);
    co_await session.leave();
  }

  awaitable<Verdict> mail(Session& session) {
    co_return co_await session.mail(client, {"<a@b.test>", "SIZE=10"}, macros);
  }
  awaitable<MessageVerdict> whole(Session& session) {
    Text body("line\r\n");
    co_return co_await session.message(edits, body, macros);
  }
  // MAIL, RCPT, DATA and the message.
  awaitable<MessageVerdict> all(Session& session) {
    MessageVerdict outcome;
    outcome.verdict = co_await mail(session);
    if (outcome.verdict.kind != Kind::go_on) co_return outcome;
    outcome.verdict = co_await session.rcpt({"<c@here.test>"}, macros);
    if (outcome.verdict.kind != Kind::go_on) co_return outcome;
    outcome.verdict = co_await session.data(macros);
    if (outcome.verdict.kind != Kind::go_on) co_return outcome;
    co_return co_await whole(session);
  }
  MessageVerdict run_all() {
    run([](MilterSession& t, Session& session) -> awaitable<void> {
      t.last = co_await t.all(session);
    });
    return last;
  }

  MessageVerdict last;
  ScriptedFilter filter;
  Settings settings;
  bool away = false;
  Client client{"mx.b.test", {net::IpAddress::v4({192, 0, 2, 1}), 4711}, "mx.b.test", false};
  Macros macros{{"i", "4711"}, {"j", "mx.here.test"}};
  HeaderEdits edits{"Subject: x\r\nX-Long: one\r\n\ttwo\r\n"};
};

TEST_F(MilterSession, TheFilterHearsOfEveryStageInOrder) {
  EXPECT_EQ(run_all().verdict.kind, Kind::go_on);
  EXPECT_EQ(filter.letters(), "ODCHDMDRDTLLDNBDEQ");
  EXPECT_EQ(filter.payload('C'), "mx.b.test\0"s + '4' + "\x12\x67" + "192.0.2.1\0"s);
  EXPECT_EQ(filter.payload('H'), "mx.b.test\0"s);
  EXPECT_EQ(filter.payload('M'), "<a@b.test>\0SIZE=10\0"s);
  EXPECT_EQ(filter.payload('R'), "<c@here.test>\0"s);
  EXPECT_EQ(filter.payload('L'), "Subject\0x\0"s);
  EXPECT_EQ(filter.heard[11].second, "X-Long\0one\n\ttwo\0"s);
  EXPECT_EQ(filter.payload('B'), "line\r\n");
}

TEST_F(MilterSession, OnlyWhatIsWantedIsSaidAndOnlyWhatIsAnsweredIsWaitedFor) {
  filter.steps = 0x02 | 0x40 | 0x80 | 0x1000 | 0x80000;  // no HELO, no EOH; silent: L, C, B
  for (const char letter : {'L', 'C', 'B'}) filter.answers[letter] = "";
  EXPECT_EQ(run_all().verdict.kind, Kind::go_on);
  EXPECT_EQ(filter.letters(), "ODCDMDRDTLLBDEQ");
}

TEST_F(MilterSession, ARefusalIsTheAnswerToItsStage) {
  for (const char letter : {'C', 'H', 'M', 'R', 'T', 'L', 'N', 'B', 'E'}) {
    filter = {};
    filter.answers[letter] = packet('y', "554 5.7.9 no\0"s);
    const auto outcome = run_all();
    EXPECT_EQ(outcome.verdict.kind, Kind::refuse) << letter;
    EXPECT_EQ(outcome.verdict.refusal, (Refusal{554, {5, 7, 9}, {"no"}})) << letter;
  }
}

TEST_F(MilterSession, ARefusedClientStaysRefusedWithoutBeingAskedAgain) {
  filter.answers['H'] = packet('r');
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    const auto first = co_await t.mail(session);
    const auto second = co_await t.mail(session);
    EXPECT_EQ(first.kind, Kind::refuse);
    EXPECT_EQ(second.kind, Kind::refuse);
  });
  EXPECT_EQ(filter.letters(), "ODCHQ");
}

TEST_F(MilterSession, ANewHelloIsANewClient) {
  filter.answers['H'] = packet('r');
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    const auto first = co_await t.mail(session);
    EXPECT_EQ(first.kind, Kind::refuse);
    t.filter.answers.clear();
    t.client.tls = true;
    const auto second = co_await t.mail(session);
    EXPECT_EQ(second.kind, Kind::go_on);
  });
  EXPECT_EQ(filter.connections, 2);
}

TEST_F(MilterSession, WhatIsAcceptedIsNotAskedAboutAgain) {
  filter.answers['M'] = packet('a');
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    const auto first = co_await t.all(session);
    EXPECT_EQ(first.verdict.kind, Kind::go_on);
    t.filter.answers.clear();
    co_await t.all(session);
  });
  EXPECT_EQ(filter.letters(), "ODCHDMADMDRDTLLDNBDEQ");
}

TEST_F(MilterSession, AnAcceptedClientCostsNothingMore) {
  filter.answers['C'] = packet('a');
  EXPECT_EQ(run_all().verdict.kind, Kind::go_on);
  EXPECT_EQ(filter.letters(), "ODCQ");
}

TEST_F(MilterSession, AMessageMayBeLetGo) {
  filter.answers['B'] = packet('d');
  EXPECT_EQ(run_all().verdict.kind, Kind::discard);
}

TEST_F(MilterSession, TheConnectionIsKeptForTheNextMessage) {
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    co_await t.all(session);
    co_await t.all(session);
  });
  EXPECT_EQ(filter.connections, 1);
  EXPECT_EQ(filter.letters(), "ODCHDMDRDTLLDNBDEDMDRDTLLDNBDEQ");
}

TEST_F(MilterSession, AMessageThatEndsEarlyIsForgotten) {
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    co_await t.mail(session);
    co_await t.mail(session);
  });
  EXPECT_EQ(filter.letters(), "ODCHDMADMQ");
}

TEST_F(MilterSession, ABigBodyGoesInPieces) {
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    Text body(std::string(150'000, 'x'));
    co_await t.mail(session);
    co_await session.message(t.edits, body, t.macros);
  });
  std::vector<std::size_t> sizes;
  for (const auto& [letter, payload] : filter.heard) {
    if (letter == 'B') sizes.push_back(payload.size());
  }
  EXPECT_EQ(sizes,
            (std::vector<std::size_t>{kMilterChunk, kMilterChunk, 150'000 - 2 * kMilterChunk}));
}

TEST_F(MilterSession, AFilterMaySkipTheRestOfTheBody) {
  filter.steps = 0x400;
  filter.answers['B'] = packet('s');
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    Text body(std::string(150'000, 'x'));
    co_await t.mail(session);
    const auto outcome = co_await session.message(t.edits, body, t.macros);
    EXPECT_EQ(outcome.verdict.kind, Kind::go_on);
  });
  EXPECT_EQ(filter.letters(), "ODCHDMLLDNBDEQ");
}

TEST_F(MilterSession, ChangesComeBeforeTheLastAnswer) {
  filter.answers['E'] = packet('h', "X-Spam\0no\0"s) + packet('p') +
                        packet('m', number(1) + "Subject\0y\0"s) + packet('q', "odd\0"s) +
                        packet('-', "<c@here.test>\0"s) + packet('+', "<d@here.test>\0"s) +
                        packet('c');
  const auto outcome = run_all();
  EXPECT_EQ(outcome.verdict.kind, Kind::go_on);
  EXPECT_EQ(outcome.quarantine, "odd");
  EXPECT_EQ(outcome.removed, std::vector<std::string>{"<c@here.test>"});
  EXPECT_EQ(edits.whole(), "X-Spam: no\r\nSubject: y\r\nX-Long: one\r\n\ttwo\r\n");
}

TEST_F(MilterSession, ALeadingSpaceIsKeptForWhoWantsIt) {
  filter.steps = 0x100000;
  filter.answers['E'] = packet('h', "X-Spam\0no\0"s) + packet('c');
  EXPECT_EQ(run_all().verdict.kind, Kind::go_on);
  EXPECT_EQ(filter.payload('L'), "Subject\0 x\0"s);
  EXPECT_EQ(edits.added(), "X-Spam:no\r\n");
}

TEST_F(MilterSession, ChangesOfAFilterThatFailsAreForgotten) {
  settings.fail_open = true;
  filter.answers['E'] = packet('h', "X-Spam\0no\0"s) + packet('q', "odd\0"s) + packet('?');
  const auto outcome = run_all();
  EXPECT_EQ(outcome.verdict.kind, Kind::go_on);
  EXPECT_EQ(outcome.quarantine, "");
  EXPECT_EQ(edits.added(), "");
}

// What a filter does wrong, each of it a failure.
TEST_F(MilterSession, AFilterThatMakesNoSenseHasFailed) {
  std::string many;
  for (std::size_t i = 0; i <= kMaxMilterChanges; ++i) many += packet('q', "x\0"s);
  const std::pair<char, std::string> table[] = {
      {'O', packet('c')},
      {'O', packet('O', number(99) + number(0) + number(0))},
      {'C', packet('d')},
      {'M', packet('h', "X\0y\0"s)},
      {'M', packet('s')},
      {'R', packet('y', "250 2.0.0 fine\0"s)},
      {'L', number(0)},
      {'B', number(0xffffffff)},
      {'E', packet('h', "X: y\0z\0"s)},
      {'E', many + packet('c')},
  };
  for (const auto& [letter, answer] : table) {
    for (const bool open : {false, true}) {
      filter = {};
      filter.answers[letter] = answer;
      settings.fail_open = open;
      const auto outcome = run_all();
      EXPECT_EQ(outcome.verdict.kind, open ? Kind::go_on : Kind::refuse) << letter << answer;
      if (!open) EXPECT_EQ(outcome.verdict.refusal.code, 451) << letter;
    }
  }
}

TEST_F(MilterSession, ASilentFilterIsNotWaitedForLongerThanItsTime) {
  settings.timeout = 20ms;
  settings.message_timeout = 40ms;
  for (const char letter : {'M', 'E'}) {
    filter = {};
    filter.answers[letter] = "";
    EXPECT_EQ(run_all().verdict.kind, Kind::refuse) << letter;
  }
}

TEST_F(MilterSession, WithoutItsFilterMailWaitsOrPassesAsTheOwnerWants) {
  away = true;
  EXPECT_EQ(run_all().verdict.kind, Kind::refuse);
  settings.fail_open = true;
  EXPECT_EQ(run_all().verdict.kind, Kind::go_on);
}

TEST_F(MilterSession, AFilterThatHasFailedIsTriedAgainWithTheNextMail) {
  away = true;
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    const auto first = co_await t.mail(session);
    EXPECT_EQ(first.kind, Kind::refuse);
    t.away = false;
    const auto second = co_await t.all(session);
    EXPECT_EQ(second.verdict.kind, Kind::go_on);
  });
}

TEST_F(MilterSession, WhatWasRefusedForAFailureStaysSoForTheMessage) {
  filter.answers['M'] = packet('?');
  run([](MilterSession& t, Session& session) -> awaitable<void> {
    co_await t.mail(session);
    const auto rcpt = co_await session.rcpt({"<c@here.test>"}, t.macros);
    EXPECT_EQ(rcpt.kind, Kind::refuse);
    const auto message = co_await t.whole(session);
    EXPECT_EQ(message.verdict.kind, Kind::refuse);
  });
}

}  // namespace
}  // namespace freehold::filter::milter

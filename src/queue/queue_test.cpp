#include "queue/queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/testing/fake_world.hpp"

namespace freehold::queue {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::IsEmpty;
using testing::outcome;
using Action = Report::Action;
using Came = Outcome::State;

Envelope envelope(std::vector<std::string> to, std::uint32_t notify = kNotifyDefault,
                  std::string sender = "anna@example.org") {
  Envelope out;
  out.sender = std::move(sender);
  for (auto& address : to) out.recipients.push_back({std::move(address), {}, notify});
  return out;
}

auto always(Came state) {
  return [state](const Job&, const std::string&) { return outcome(state); };
}

TEST(Queue, DeliversAndForgets) {
  FakeWorld world;
  world.play([&]() -> awaitable<void> {
    (void)world.enqueue(envelope({"bert@away.example"}), "Subject: hi\r\n\r\n");
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  EXPECT_THAT(world.transport.bodies, ElementsAre("Subject: hi\r\n\r\n"));
  EXPECT_EQ(world.transport.attempts.at(0).first, "mx away.example");
  EXPECT_EQ(world.transport.closed, world.transport.opened);
  EXPECT_THAT(world.reports, IsEmpty());
  EXPECT_EQ(store::collect_unlinked(world.house.store.engine(), 10), 1U);
}

TEST(Queue, AnAttemptIsWrittenBeforeItIsMade) {
  FakeWorld world;
  std::optional<MessageView> during;
  world.transport.looked = [&](const Job& job) { during = world.queue->show(job.id); };
  world.play([&]() -> awaitable<void> {
    (void)world.enqueue(envelope({"bert@away.example"}));
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  ASSERT_TRUE(during);
  ASSERT_EQ(during->recipients.size(), 1U);
  EXPECT_EQ(during->recipients[0].attempts, 1U);
  EXPECT_GT(during->recipients[0].next_attempt, world.house.clock.now());
}

TEST(Queue, TriesAgainWhenItsTimeHasCome) {
  FakeWorld world;
  world.transport.answer = always(Came::deferred);
  world.play([&]() -> awaitable<void> {
    const auto id = world.enqueue(envelope({"bert@away.example"}));
    const auto recipient = [&world, id] { return world.queue->show(id)->recipients.at(0); };
    const auto first = world.house.clock.now();
    co_await world.until([&] { return recipient().last_reply == "450 4.2.0 try later"; });
    EXPECT_GE(recipient().next_attempt, first + 96s);
    EXPECT_LE(recipient().next_attempt, first + 144s);
    EXPECT_EQ(recipient().last_host, "mx.away.example");
    world.advance(90s);
    EXPECT_EQ(world.transport.attempts.size(), 1U);
    world.advance(60s);
    co_await world.until([&] { return world.transport.attempts.size() == 2; });
    EXPECT_EQ(recipient().attempts, 2U);
    world.transport.answer = always(Came::delivered);
    world.advance(10min);
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  EXPECT_EQ(world.transport.attempts.size(), 3U);
}

TEST(Queue, EachRecipientHasItsOwnOutcome) {
  FakeWorld world;
  world.transport.answer = [](const Job&, const std::string& address) {
    if (address.starts_with("fine")) return outcome(Came::delivered);
    return outcome(address.starts_with("bad") ? Came::failed : Came::deferred);
  };
  world.play([&]() -> awaitable<void> {
    const auto id = world.enqueue(
        envelope({"fine@a.example", "later@a.example", "bad@a.example", "fine@b.example"}));
    co_await world.until([&] {
      const auto view = world.queue->show(id);
      return view && view->recipients.size() == 1 && !view->recipients[0].last_reply.empty();
    });
    EXPECT_EQ(world.queue->show(id)->recipients[0].address, "later@a.example");
    EXPECT_EQ(world.queue->show(id)->recipients[0].number, 1U);
  });
  EXPECT_EQ(world.transport.attempts.size(), 2U);  // one for each destination
  ASSERT_EQ(world.reports.size(), 1U);
  ASSERT_EQ(world.reports[0].reports.size(), 1U);
  EXPECT_EQ(world.reports[0].reports[0].recipient.address, "bad@a.example");
  EXPECT_EQ(world.reports[0].reports[0].action, Action::failed);
}

// The next time comes while the attempt is still being made, or somebody asks for a retry: a
// second attempt beside it would deliver twice.
TEST(Queue, ASlowAttemptIsNotMadeTwice) {
  FakeWorld world;
  world.transport.busy = true;
  world.play([&]() -> awaitable<void> {
    const auto id = world.enqueue(envelope({"bert@away.example"}));
    co_await world.until([&] { return world.transport.attempts.size() == 1; });
    for (int i = 0; i < 3; ++i) {
      const auto due = world.queue->show(id)->recipients[0].next_attempt;
      world.advance(due - world.house.clock.now() + 1s);
      co_await world.until([&] { return world.queue->show(id)->recipients[0].next_attempt > due; });
    }
    const auto retried = co_await world.queue->act(Act::retry, id);
    EXPECT_TRUE(retried);
    (void)world.enqueue(envelope({"bert@b.example"}));
    co_await world.until([&] { return world.transport.attempts.size() >= 2; });
    EXPECT_EQ(world.queue->show(id)->recipients[0].attempts, 1U);
    world.transport.go();
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  EXPECT_EQ(world.transport.attempts.size(), 2U);
}

TEST(Queue, IsHeldReleasedRetriedAndRemoved) {
  FakeWorld world;
  world.transport.answer = always(Came::deferred);
  world.play([&]() -> awaitable<void> {
    auto& queue = *world.queue;
    const auto id = world.enqueue(envelope({"bert@away.example"}));
    co_await world.until([&] { return !queue.show(id)->recipients[0].last_reply.empty(); });
    const auto held = co_await queue.act(Act::hold, id);
    EXPECT_TRUE(held);
    EXPECT_TRUE(queue.show(id)->held);
    const auto refused = co_await queue.act(Act::retry, id);
    EXPECT_EQ(refused.error().kind, Problem::Kind::denied);
    world.advance(24h * 30);  // held mail does not expire
    (void)world.enqueue(envelope({"other@b.example"}));
    co_await world.until([&] { return world.transport.attempts.size() == 2; });
    EXPECT_EQ(queue.show(id)->recipients[0].attempts, 1U);
    const auto removed = co_await queue.act(Act::remove, id);
    EXPECT_TRUE(removed);
    EXPECT_FALSE(queue.show(id));

    const auto next = world.enqueue(envelope({"bert@away.example"}));
    co_await world.until([&] { return world.transport.attempts.size() == 3; });
    co_await world.until([&] { return !queue.show(next)->recipients[0].last_reply.empty(); });
    const auto again = co_await queue.act(Act::retry, next);
    EXPECT_TRUE(again);
    co_await world.until([&] { return queue.show(next)->recipients[0].attempts == 2; });
    const auto held_again = co_await queue.act(Act::hold, next);
    EXPECT_TRUE(held_again);
    world.transport.answer = always(Came::delivered);
    const auto released = co_await queue.act(Act::release, next);
    EXPECT_TRUE(released);
    co_await world.until([&] {
      world.advance(1min);  // if the attempt before was still being made
      return !queue.show(next);
    });
    for (const auto missing : {id, QueueId(1)}) {
      const auto held_nothing = co_await queue.act(Act::hold, missing);
      EXPECT_EQ(held_nothing.error().kind, Problem::Kind::not_found);
      const auto removed_nothing = co_await queue.act(Act::remove, missing);
      EXPECT_EQ(removed_nothing.error().kind, Problem::Kind::not_found);
      const auto released_nothing = co_await queue.act(Act::release, missing);
      EXPECT_EQ(released_nothing.error().kind, Problem::Kind::not_found);
    }
  });
}

TEST(Queue, GivesUpInTheEndAndSaysSo) {
  FakeWorld world;
  world.transport.answer = always(Came::deferred);
  world.play([&]() -> awaitable<void> {
    const auto id = world.enqueue(envelope({"bert@away.example"}));
    co_await world.until([&] { return !world.queue->show(id)->recipients[0].last_reply.empty(); });
    world.advance(24h * 5 + 1s);
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  EXPECT_EQ(world.transport.attempts.size(), 1U);
  ASSERT_EQ(world.reports.size(), 1U);
  EXPECT_EQ(world.reports[0].reports.at(0).action, Action::failed);
  EXPECT_EQ(world.reports[0].reports.at(0).outcome.status, "4.4.7");
}

TEST(Queue, TellsOfADelayOnce) {
  FakeWorld world;
  world.transport.answer = always(Came::deferred);
  world.play([&]() -> awaitable<void> {
    const auto id = world.enqueue(envelope({"bert@away.example"}));
    for (std::size_t attempts = 1; attempts <= 4; ++attempts) {
      co_await world.until([&] {
        return world.transport.attempts.size() == attempts &&
               world.queue->show(id)->recipients[0].attempts == attempts;
      });
      EXPECT_EQ(world.reports.size(), attempts <= 1 ? 0U : 1U);
      // The outcome is written when the next attempt can be taken.
      world.advance(5h);
    }
    co_await world.until([&] { return world.transport.attempts.size() == 5; });
  });
  ASSERT_EQ(world.reports.size(), 1U);
  const auto& report = world.reports[0].reports.at(0);
  EXPECT_EQ(report.action, Action::delayed);
  EXPECT_EQ(report.will_retry_until, world.reports[0].message.expires_at);
}

TEST(Queue, ReportsWhatWasAskedFor) {
  constexpr auto kSuccess = static_cast<std::uint32_t>(kNotifySuccess);
  constexpr auto kFailure = static_cast<std::uint32_t>(kNotifyFailure);
  constexpr auto kDelay = static_cast<std::uint32_t>(kNotifyDelay);
  constexpr auto kNever = static_cast<std::uint32_t>(kNotifyNever);
  const struct {
    Came came;
    std::uint32_t notify;
    std::optional<Action> told;
  } table[] = {
      {Came::delivered, kNotifyDefault, {}},
      {Came::delivered, kSuccess, {}},  // the next host tells
      {Came::relayed, kNotifyDefault, {}},
      {Came::relayed, kSuccess, Action::relayed},
      {Came::relayed, kFailure, {}},
      {Came::relayed, kNever, {}},
      {Came::failed, kNotifyDefault, Action::failed},
      {Came::failed, kFailure, Action::failed},
      {Came::failed, kFailure | kDelay, Action::failed},
      {Came::failed, kSuccess, {}},
      {Came::failed, kDelay, {}},
      {Came::failed, kNever, {}},
  };
  FakeWorld world;
  Came came = Came::delivered;
  world.transport.answer = [&came](const Job&, const std::string&) { return outcome(came); };
  world.play([&]() -> awaitable<void> {
    for (const auto& row : table) {
      for (const std::string sender : {"anna@example.org", ""}) {
        came = row.came;
        world.reports.clear();
        (void)world.enqueue(envelope({"bert@away.example"}, row.notify, sender));
        co_await world.until([&] { return world.queue->size() == 0; });
        const bool wanted = row.told && !sender.empty();  // RFC 5321, 6.1: never to <>
        EXPECT_EQ(world.reports.size(), wanted ? 1U : 0U) << row.notify;
        if (wanted && !world.reports.empty()) {
          EXPECT_EQ(world.reports[0].reports.at(0).action, *row.told) << row.notify;
        }
      }
    }
  });
}

TEST(Queue, AFailureThatCannotBeReportedIsNotForgotten) {
  FakeWorld world;
  world.takes_reports = false;
  world.transport.answer = always(Came::failed);
  world.play([&]() -> awaitable<void> {
    const auto id = world.enqueue(envelope({"bert@away.example"}));
    co_await world.until([&] { return !world.queue->show(id)->recipients[0].last_reply.empty(); });
    world.takes_reports = true;
    world.advance(5min);
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  EXPECT_EQ(world.reports.size(), 2U);
}

TEST(Queue, AnUnreachableDestinationDefersAllThatWaitsForIt) {
  QueueSettings settings;
  settings.channels_per_destination = 1;
  FakeWorld world(settings);
  world.transport.answer = [](const Job&, const std::string&) {
    return outcome(Came::deferred, "");
  };
  std::vector<QueueId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(world.enqueue(envelope({"bert@away.example"})));
  world.play([&]() -> awaitable<void> {
    co_await world.until([&] {
      return std::ranges::all_of(ids, [&](QueueId id) {
        return !world.queue->show(id)->recipients[0].last_reply.empty();
      });
    });
  });
  EXPECT_EQ(world.transport.attempts.size(), 1U);
  for (const auto id : ids) EXPECT_EQ(world.queue->show(id)->recipients[0].attempts, 1U);
}

TEST(Queue, AChannelCarriesOneJobAfterTheOther) {
  FakeWorld world;
  world.play([&]() -> awaitable<void> {
    for (std::size_t i = 1; i <= 4; ++i) {
      (void)world.enqueue(envelope({"bert@away.example"}));
      co_await world.until([&] { return world.queue->size() == 0; });
    }
  });
  EXPECT_EQ(world.transport.attempts.size(), 4U);
  EXPECT_EQ(world.transport.opened, 1);
  EXPECT_EQ(world.transport.closed, 1);
}

TEST(Queue, GivesBackWhatItHasNotBegunWhenItDrains) {
  QueueSettings settings;
  settings.channels_per_destination = 1;
  FakeWorld world(settings);
  world.transport.busy = true;
  std::vector<QueueId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(world.enqueue(envelope({"bert@away.example"})));
  world.transport.looked = [&](const Job&) { world.transport.go(); };
  world.play([&]() -> awaitable<void> {
    co_await world.until([&] { return !world.transport.attempts.empty(); });
  });
  const auto left = world.queue->list(10);
  for (const auto& message : left) {
    EXPECT_LE(message.recipients.at(0).attempts, 0U);
    EXPECT_EQ(message.recipients.at(0).next_attempt, world.house.clock.now());
  }
  EXPECT_EQ(left.size() + world.transport.attempts.size(), 3U);
  world.transport.looked = {};
  world.play(
      [&]() -> awaitable<void> { co_await world.until([&] { return world.queue->size() == 0; }); });
  EXPECT_EQ(world.transport.attempts.size(), 3U);
}

TEST(Queue, FindsEverythingAfterARestart) {
  FakeWorld world;
  const auto first = world.enqueue(envelope({"bert@a.example", "bert@b.example"}));
  world.house.clock.advance(1s);
  world.restart();
  const auto second = world.enqueue(envelope({"bert@c.example"}));
  EXPECT_LT(first, second);
  EXPECT_EQ(world.queue->size(), 2U);
  EXPECT_EQ(world.queue->list(10).at(0).id, first);
  EXPECT_EQ(world.queue->list(1).size(), 1U);
  world.play(
      [&]() -> awaitable<void> { co_await world.until([&] { return world.queue->size() == 0; }); });
  EXPECT_EQ(world.transport.attempts.size(), 3U);
}

TEST(Queue, GoesThroughTheRelayOfTheSender) {
  FakeWorld world;
  const auto set = world.house.run(world.house.directory.set_relay(
      {{}, "relay.example", 587, directory::RelayTls::starttls, {}, {}}));
  ASSERT_TRUE(set);
  world.play([&]() -> awaitable<void> {
    (void)world.enqueue(envelope({"bert@a.example", "bert@b.example"}));
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  ASSERT_EQ(world.transport.attempts.size(), 1U);  // both in one transaction
  EXPECT_TRUE(world.transport.attempts[0].first.starts_with("relay  relay.example:587 "));
  EXPECT_EQ(world.transport.attempts[0].second.envelope.recipients.size(), 2U);
}

TEST(Queue, HoldsAndReleasesTheMailOfOneAccount) {
  FakeWorld world;
  auto of_anna = envelope({"bert@a.example"});
  of_anna.account = AccountId(1);
  auto of_carl = of_anna;
  of_carl.account = AccountId(2);
  const auto first = world.enqueue(of_anna);
  const auto second = world.enqueue(of_anna);
  const auto other = world.enqueue(of_carl);
  const auto act = [&](Act what) {
    return *world.house.run(world.queue->act_on_account(what, AccountId(1)));
  };
  EXPECT_EQ(act(Act::hold), 2U);
  EXPECT_EQ(act(Act::hold), 0U);  // they are held already
  EXPECT_TRUE(world.queue->show(first)->held);
  EXPECT_TRUE(world.queue->show(second)->held);
  EXPECT_FALSE(world.queue->show(other)->held);
  EXPECT_EQ(act(Act::release), 2U);
  EXPECT_FALSE(world.queue->show(first)->held);
}

TEST(Queue, TellsOfOutcomesBeforeTheyAreWritten) {
  std::vector<std::pair<AccountId, std::string>> heard;
  QueueSettings settings;
  settings.on_outcomes = [&heard](const Job& job, const std::vector<Outcome>& outcomes) {
    heard.emplace_back(job.envelope.account, outcomes.at(0).status);
  };
  FakeWorld world(settings);
  world.transport.answer = always(Came::failed);
  auto message = envelope({"bert@a.example"});
  message.account = AccountId(7);
  world.play([&]() -> awaitable<void> {
    (void)world.enqueue(message);
    co_await world.until([&] { return world.queue->size() == 0; });
  });
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].first, AccountId(7));
  EXPECT_EQ(heard[0].second, "5.1.1");
}

TEST(Queue, IdsAreReadAsTheyAreShown) {
  FakeWorld world;
  const auto id = world.enqueue(envelope({"bert@a.example"}));
  EXPECT_EQ(parse_queue_id(text(id)), id);
  for (const auto* wrong : {"", "xyz", "12", "00000000000000000000"}) {
    EXPECT_FALSE(parse_queue_id(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace freehold::queue

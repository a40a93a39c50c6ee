#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/signal.hpp"
#include "base/testing/run.hpp"
#include "directory/testing/house.hpp"
#include "net/server.hpp"
#include "queue/queue.hpp"

namespace freehold::queue::testing {

// A net::Session whose draining begins when the test says so.
class FakeSession final : public net::Session {
 public:
  std::string_view id() const override { return "test"; }
  bool draining() const override { return draining_; }
  void on_drain(std::function<void()> hook) override {
    hook_ = std::move(hook);
    if (draining_ && hook_) hook_();
  }
  void drain() {
    draining_ = true;
    if (hook_) hook_();
  }

 private:
  bool draining_ = false;
  std::function<void()> hook_;
};

[[nodiscard]] inline Outcome outcome(Outcome::State state, std::string host = "mx.away.example") {
  switch (state) {
    case Outcome::State::delivered:
    case Outcome::State::relayed:
      return {state, "2.0.0", "250 2.0.0 fine", std::move(host), "TLSv1.3"};
    case Outcome::State::deferred:
      return {state, "4.2.0", "450 4.2.0 try later", std::move(host), "TLSv1.3"};
    case Outcome::State::failed:
      break;
  }
  return {state, "5.1.1", "550 5.1.1 no such user", std::move(host), "TLSv1.3"};
}

// The world's mail hosts: each attempt is recorded and answered as the test wants it.
class FakeTransport final : public Transport {
 public:
  std::function<Outcome(const Job&, const std::string& address)> answer =
      [](const Job&, const std::string&) { return outcome(Outcome::State::delivered); };
  std::function<void(const Job&)> looked;             // called while the attempt is made
  bool busy = false;                                  // attempts do not end until go() is called
  std::vector<std::pair<std::string, Job>> attempts;  // with the route's key
  std::vector<std::string> bodies;
  int opened = 0;
  int closed = 0;

  void go() {
    busy = false;
    gate_.notify();
  }
  std::unique_ptr<Channel> open(const Route& route) override {
    ++opened;
    return std::make_unique<FakeChannel>(*this, route.key());
  }

 private:
  class FakeChannel final : public Channel {
   public:
    FakeChannel(FakeTransport& world, std::string key) : world_(world), key_(std::move(key)) {}
    awaitable<std::vector<Outcome>> deliver(const Job& job,
                                            const store::BodyReader& body) override {
      world_.attempts.emplace_back(key_, job);
      world_.bodies.push_back(body.all());
      if (world_.looked) world_.looked(job);
      while (world_.busy) co_await world_.gate_.wait(std::chrono::seconds(1));
      std::vector<Outcome> outcomes;
      for (const auto& recipient : job.envelope.recipients) {
        outcomes.push_back(world_.answer(job, recipient.address));
      }
      co_return outcomes;
    }
    awaitable<void> close() override {
      ++world_.closed;
      co_return;
    }

   private:
    FakeTransport& world_;
    std::string key_;
  };

  Signal gate_;  // one attempt at a time waits at it
};

struct SentReport {
  MessageView message;
  Envelope envelope;
  std::vector<Report> reports;
};

// A queue over a store of its own, at a time that stands still, with the world it sends to.
class FakeWorld {
 public:
  explicit FakeWorld(QueueSettings s = {}) : settings(s) { restart(); }

  directory::testing::House house;
  FakeTransport transport;
  QueueSettings settings;
  std::unique_ptr<Queue> queue;
  std::vector<SentReport> reports;
  bool takes_reports = true;

  // As after the server was killed and started again.
  void restart() {
    queue = std::make_unique<Queue>(house.store.engine(), house.directory, transport, house.clock,
                                    settings);
  }

  QueueId enqueue(const Envelope& envelope, const std::string& text = "Subject: x\r\n\r\nhello") {
    store::Transaction tx(house.store.engine().latest());
    const auto id = queue->enqueue(tx, envelope, store::incoming_body(text));
    EXPECT_TRUE(house.store.engine().commit_blocking(tx.take()));
    queue->wake();
    return id;
  }

  // Runs the queue beside a story; when the story ends, the server drains.
  void play(std::function<awaitable<void>()> story) {
    auto loop = freehold::testing::Loops::instance().take();
    std::vector<std::shared_ptr<FakeSession>> sessions{std::make_shared<FakeSession>()};
    const auto spawn = [&](const std::string&, std::function<awaitable<void>(net::Session&)> task) {
      auto session = std::make_shared<FakeSession>();
      if (sessions.front()->draining()) session->drain();
      sessions.push_back(session);
      boost::asio::co_spawn(*loop, run_task(std::move(task), session), rethrow);
    };
    boost::asio::co_spawn(*loop, run_queue(*sessions.front(), spawn), rethrow);
    boost::asio::co_spawn(*loop, run_story(story, sessions), rethrow);
    loop->run();
    freehold::testing::Loops::instance().put(std::move(loop));
  }

  // For stories: goes on when it is so. Fails the test when that takes too long.
  awaitable<void> until(std::function<bool()> so) {
    Signal never;
    for (int i = 0; i < 5'000 && !so(); ++i) co_await never.wait(std::chrono::milliseconds(1));
    EXPECT_TRUE(so());
  }
  // Time passes, and the queue looks at its clock.
  void advance(std::chrono::milliseconds by) {
    house.clock.advance(by);
    queue->wake();
  }

 private:
  using Sessions = std::vector<std::shared_ptr<FakeSession>>;

  static void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  }
  static awaitable<void> run_task(std::function<awaitable<void>(net::Session&)> task,
                                  std::shared_ptr<FakeSession> session) {
    co_await task(*session);
  }
  static awaitable<void> run_story(const std::function<awaitable<void>()>& story,
                                   Sessions& sessions) {
    co_await story();
    const auto all = sessions;  // a drained queue may still start a channel
    for (const auto& session : all) session->drain();
  }
  awaitable<void> run_queue(net::Session& session, Queue::Spawn spawn) {
    co_await queue->run(
        session, std::move(spawn),
        [this](const MessageView& message, const Envelope& envelope, const BlobHash&,
               std::vector<Report> made) { return take_report(message, envelope, made); });
  }
  awaitable<bool> take_report(MessageView message, Envelope envelope, std::vector<Report> made) {
    reports.push_back({std::move(message), std::move(envelope), std::move(made)});
    co_return takes_reports;
  }
};

}  // namespace freehold::queue::testing

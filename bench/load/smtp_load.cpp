#include "smtp_load.hpp"

#include <stdexcept>

#include "base/bytes.hpp"
#include "crew.hpp"

namespace freehold::bench {

namespace {

// Reads one reply, all its lines; throws unless its first digit is `wanted`. True when a line names
// `keyword`.
awaitable<bool> expect(Connection& connection, char wanted, std::string_view keyword = {}) {
  bool named = false;
  for (;;) {
    const auto line = co_await connection.line();
    if (line.size() < 3 || line[0] != wanted) {
      throw std::runtime_error("unexpected reply: " + std::string(line));
    }
    named = named || (!keyword.empty() && line.size() > 4 && line.substr(4) == keyword);
    if (line.size() == 3 || line[3] != '-') co_return named;
  }
}

struct Session {
  std::unique_ptr<Connection> connection;
  bool pipelining = false;
};

awaitable<Session> open(const SmtpLoad& load) {
  Session session;
  session.connection = co_await connect(load.target);
  co_await expect(*session.connection, '2');
  co_await session.connection->write("EHLO load.sender.example\r\n");
  const bool offered = co_await expect(*session.connection, '2', "PIPELINING");
  session.pipelining = load.pipeline && offered;
  if (!load.user.empty()) {
    const std::string nul(1, '\0');
    const auto response = base64(nul + load.user + nul + load.password);
    co_await session.connection->write("AUTH PLAIN " + response + "\r\n");
    co_await expect(*session.connection, '2');
  }
  co_return session;
}

awaitable<> close(Connection& connection) {
  co_await connection.write("QUIT\r\n");
  co_await expect(connection, '2');
}

// The commands before the message, each with the first digit of its reply.
struct Step {
  std::string command;
  char reply;
};

std::vector<Step> envelope(const SmtpLoad& load, std::size_t number) {
  std::vector<Step> steps;
  steps.push_back({"MAIL FROM:<" + load.from + ">\r\n", '2'});
  for (std::size_t i = 0; i < load.recipients; ++i) {
    const auto& to = load.to[(number * load.recipients + i) % load.to.size()];
    steps.push_back({"RCPT TO:<" + to + ">\r\n", '2'});
  }
  steps.push_back({"DATA\r\n", '3'});
  return steps;
}

awaitable<> send(Session& session, const std::vector<Step>& steps, const std::string& message) {
  if (session.pipelining) {
    std::string all;
    for (const auto& step : steps) all += step.command;
    co_await session.connection->write(all);
    for (const auto& step : steps) co_await expect(*session.connection, step.reply);
  } else {
    for (const auto& step : steps) {
      co_await session.connection->write(step.command);
      co_await expect(*session.connection, step.reply);
    }
  }
  co_await session.connection->write(message);
  co_await expect(*session.connection, '2');
}

struct Run {
  const SmtpLoad& load;
  MessageMaker& maker;
  Outcome& outcome;
  std::size_t next = 0;  // message to send
};

awaitable<> work(Run& run) {
  Session session;
  while (run.next < run.load.messages) {
    const auto steps = envelope(run.load, run.next++);
    const auto message = run.maker.make(run.load.size) + ".\r\n";
    const auto since = Outcome::Clock::now();
    if (!session.connection) session = co_await open(run.load);
    co_await send(session, steps, message);
    run.outcome.acknowledged(since);
    if (!run.load.reuse) {
      co_await close(*session.connection);
      session.connection.reset();
    }
  }
  if (session.connection) co_await close(*session.connection);
}

}  // namespace

void run_smtp(const SmtpLoad& load, std::chrono::seconds limit, MessageMaker& maker,
              Outcome& outcome) {
  Run run{load, maker, outcome};
  Crew crew(limit, outcome);
  outcome.begin();
  crew.run(load.sessions, [&run](std::size_t) { return work(run); });
  outcome.end();
}

}  // namespace freehold::bench

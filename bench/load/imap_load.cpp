#include "imap_load.hpp"

#include <algorithm>
#include <iostream>
#include <vector>

#include "crew.hpp"

namespace freehold::bench {

namespace {

// Logging in costs the server a password hash each: more at once would only wait for each other.
constexpr std::size_t kOpeners = 8;

struct Work {
  std::size_t next = 0;
  std::vector<ImapSession> sessions;
};

awaitable<> open_some(Work& work, const ImapAccounts& accounts) {
  while (work.next < work.sessions.size()) {
    const auto number = work.next++;
    auto session = co_await ImapSession::open(accounts, number);
    work.sessions[number] = std::move(session);
  }
}

bool open_all(Crew& crew, Work& work, const ImapAccounts& accounts) {
  return crew.run(std::min(kOpeners, work.sessions.size()),
                  [&](std::size_t) { return open_some(work, accounts); });
}

awaitable<> append_some(Work& work, ImapSession& session, const AppendLoad& load,
                        MessageMaker& maker, Outcome& outcome) {
  while (work.next < load.messages) {
    std::vector<std::string> messages;
    for (; messages.size() < load.batch && work.next < load.messages; ++work.next)
      messages.push_back(maker.make(load.size != 0 ? load.size : maker.mailbox_size()));
    const auto since = Outcome::Clock::now();
    co_await session.append(load.mailbox, messages);
    for (std::size_t i = 0; i < messages.size(); ++i) outcome.acknowledged(since);
  }
}

awaitable<> log_in_some(Work& work, const LoginLoad& load, Outcome& outcome) {
  while (work.next < load.logins) {
    const auto number = work.next++;
    const auto since = Outcome::Clock::now();
    auto session = co_await ImapSession::open(load.accounts, number);
    outcome.acknowledged(since);
    co_await session.command("LOGOUT");
  }
}

awaitable<> settle(ImapSession& session, bool idle) {
  co_await session.command("SELECT INBOX");
  if (idle) co_await session.idle();
}

}  // namespace

void run_append(const AppendLoad& load, std::chrono::seconds limit, MessageMaker& maker,
                Outcome& outcome) {
  Crew crew(limit, outcome);
  Work work;
  work.sessions.resize(load.connections);
  if (!open_all(crew, work, load.accounts)) return;
  work.next = 0;
  outcome.begin();
  crew.run(load.connections, [&](std::size_t i) {
    return append_some(work, work.sessions[i], load, maker, outcome);
  });
  outcome.end();
}

void run_logins(const LoginLoad& load, std::chrono::seconds limit, Outcome& outcome) {
  Crew crew(limit, outcome);
  Work work;
  outcome.begin();
  crew.run(load.connections, [&](std::size_t) { return log_in_some(work, load, outcome); });
  outcome.end();
}

void run_idle(const IdleLoad& load, std::chrono::seconds limit, Outcome& outcome) {
  Crew crew(limit, outcome);
  Work work;
  work.sessions.resize(load.sessions);
  outcome.begin();
  if (!open_all(crew, work, load.accounts)) return;
  const auto since = Outcome::Clock::now();
  crew.run(load.sessions, [&](std::size_t i) { return settle(work.sessions[i], load.idle); });
  for (std::size_t i = 0; i < load.sessions; ++i) outcome.acknowledged(since);
  outcome.end();
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
}

}  // namespace freehold::bench

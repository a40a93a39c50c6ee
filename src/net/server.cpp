#include "net/server.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "net/conversation.hpp"
#include "net/session_gate.hpp"

namespace freehold::net {

namespace asio = boost::asio;

namespace {

// How long sessions may go on as if nothing were.
constexpr std::chrono::milliseconds kUnhurried{3'000};
// What sessions have for their goodbye after their streams were cancelled.
constexpr std::chrono::seconds kLastWords{2};

// One thread and what runs in it.
struct Loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  LoopSessions sessions;  // before the thread starts, and after, untouched from outside
  std::thread thread;

  void start(const std::string& name) {
    thread = std::thread([this, name] {
      pthread_setname_np(pthread_self(), name.c_str());
      run();
    });
  }

  void run() {
    while (true) {
      try {
        context.run();
        return;
      } catch (const std::exception& e) {  // a session's own are caught before: a bug in a handler
        log::error("net.handler_failed", {{"error", e.what()}});
      }
    }
  }
};

// Short, and in order of time; the start differs from run to run, so that two runs' logs do not
// mix.
std::string session_id(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id;
  for (; number != 0; number >>= 5) id.insert(id.begin(), kDigits[number & 31]);
  return id;
}

std::uint64_t first_session() {
  constexpr std::uint64_t kSevenDigits = std::uint64_t{1} << 30;
  return kSevenDigits | (random_u64() % kSevenDigits);
}

awaitable<void> run_task(House house, std::string name,
                         std::function<awaitable<void>(Session&)> task) {
  ServerSession session(std::move(name), house.draining, house.sessions, nullptr);
  co_await task(session);
}

void report(const std::string& id, const std::exception_ptr& thrown) {
  static metrics::Counter& failures = metrics::counter(
      "freehold_net_session_failures_total", "Sessions and tasks that an exception ended.");
  failures.add();
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    log::error("net.session_failed", {{"session", id}, {"error", e.what()}});
  } catch (...) {
    log::error("net.session_failed", {{"session", id}, {"error", "unknown"}});
  }
}

}  // namespace

struct Server::State {
  const ServerSettings settings;
  ConnectionLimits limits;
  SessionGate gate;
  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> next_session = first_session();
  std::atomic<std::size_t> next_loop = 0;
  std::mutex life;  // guards the two below
  bool running = false;
  bool drained = false;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  std::vector<std::unique_ptr<Loop>> loops;  // last: what is left in them refers to all above

  explicit State(const ServerSettings& s)
      : settings(s), limits(s.max_connections, s.max_connections_per_prefix) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned threads = settings.threads == 0 ? cores : settings.threads;
    for (unsigned i = 0; i < threads; ++i) loops.push_back(std::make_unique<Loop>());
  }

  Loop& choose_loop() { return *loops[next_loop++ % loops.size()]; }
  House house(Loop& loop) { return {limits, settings.is_banned, draining, loop.sessions}; }

  void launch(Loop& loop, std::string id, awaitable<void> coroutine) {
    gate.enter();
    asio::co_spawn(loop.context, std::move(coroutine),
                   [this, id = std::move(id)](std::exception_ptr thrown) {
                     if (thrown) report(id, thrown);
                     gate.leave();
                   });
  }

  void launch_task(std::string name, std::function<awaitable<void>(Session&)> task) {
    Loop& loop = choose_loop();
    launch(loop, name, run_task(house(loop), name, std::move(task)));
  }

  void take(const Acceptor& acceptor, Accepted accepted) {
    std::optional<ConnectionLimits::Ticket> ticket;
    if (!acceptor.is_proxy(accepted.peer.address)) {
      if (settings.is_banned && settings.is_banned(accepted.peer.address)) {
        acceptor.refuse(accepted.descriptor.get(), accepted.peer,
                        ConnectionLimits::Refusal::banned);
        return;
      }
      auto admission = limits.admit(accepted.peer.address);
      if (const auto* refusal = std::get_if<ConnectionLimits::Refusal>(&admission)) {
        acceptor.refuse(accepted.descriptor.get(), accepted.peer, *refusal);
        return;
      }
      ticket.emplace(std::get<ConnectionLimits::Ticket>(std::move(admission)));
    }
    Loop& loop = choose_loop();
    const std::string id = session_id(next_session++);
    launch(loop, id, converse(acceptor, house(loop), id, std::move(accepted), std::move(ticket)));
  }

  // In every loop's own thread.
  void tell_sessions(void (ServerSession::*what)()) {
    for (const auto& loop : loops) {
      asio::post(loop->context, [&sessions = loop->sessions, what] {
        for (ServerSession* session : sessions) (session->*what)();
      });
    }
  }

  void wait_for_sessions(const std::function<void()>& hurry) {
    draining = true;
    tell_sessions(&ServerSession::begin_draining);
    const auto unhurried = std::min<std::chrono::milliseconds>(kUnhurried, settings.drain_limit);
    if (gate.wait_until_empty(unhurried)) return;
    if (hurry) hurry();
    if (gate.wait_until_empty(settings.drain_limit - unhurried)) return;
    log::warning("net.drain_limit_over", {{"sessions", gate.inside()}});
    tell_sessions(&ServerSession::cancel);
    if (gate.wait_until_empty(kLastWords)) return;
    log::warning("net.sessions_cut_off", {{"sessions", gate.inside()}});
  }

  // The one place that stops the loops.
  void end_loops() {
    for (const auto& loop : loops) loop->context.stop();
    for (const auto& loop : loops) loop->thread.join();
  }
};

Server::Server(const ServerSettings& settings) : state_(std::make_unique<State>(settings)) {}

Server::~Server() { drain(); }

Result<> Server::listen(ListenerSettings settings, Serve serve) {
  Result<OpenListener> open = open_listener(settings);
  if (!open) return open.error();
  const auto* path = std::get_if<std::string>(&settings.at);
  log::info("net.listening", {{"listener", settings.name}, {"at", path ? *path : open->at.text()}});
  state_->acceptors.push_back(
      std::make_unique<Acceptor>(std::move(settings), std::move(serve), std::move(*open)));
  Acceptor& acceptor = *state_->acceptors.back();
  state_->launch_task("listener " + acceptor.settings().name,
                      [state = state_.get(), &acceptor](Session& session) {
                        return acceptor.run(session, [state, &acceptor](Accepted accepted) {
                          state->take(acceptor, std::move(accepted));
                        });
                      });
  return {};
}

std::optional<Endpoint> Server::bound(std::string_view listener) const {
  for (const auto& acceptor : state_->acceptors) {
    if (acceptor->settings().name == listener) return acceptor->at();
  }
  return {};
}

void Server::spawn(std::string name, std::function<awaitable<void>(Session&)> task) {
  state_->launch_task(std::move(name), std::move(task));
}

void Server::start() {
  const std::lock_guard lock(state_->life);
  if (state_->running || state_->drained) return;
  state_->running = true;
  for (std::size_t i = 0; i < state_->loops.size(); ++i) {
    state_->loops[i]->start("loop-" + std::to_string(i));
  }
}

void Server::drain(const std::function<void()>& hurry) {
  const std::lock_guard lock(state_->life);
  if (state_->drained) return;
  state_->drained = true;
  if (!state_->running) return;
  state_->wait_for_sessions(hurry);
  state_->end_loops();
  state_->running = false;
}

}  // namespace freehold::net

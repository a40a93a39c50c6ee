#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/address.hpp"
#include "net/stream.hpp"

namespace freehold::net {

class TlsContext;

// Tells a session that the server is draining: asked between commands, and given a hook that ends a
// wait.
class Session {
 public:
  virtual ~Session() = default;
  [[nodiscard]] virtual std::string_view id()
      const = 0;  // for log lines; unique while the server runs
  [[nodiscard]] virtual bool draining() const = 0;
  // Called once in the session's thread when draining begins (at once if it has begun); replaced by
  // the next call, and dropped when the session ends. Usually [&] { stream.interrupt(); }.
  virtual void on_drain(std::function<void()> hook) = 0;
};

// A protocol's dialogue over one connection; returning ends it.
using Serve = std::function<awaitable<void>(Stream&, Session&)>;

struct ListenerSettings {
  std::string name;  // "smtp", "imaps": in logs, metrics, and systemd's FileDescriptorName
  std::variant<Endpoint, std::string> at;    // TCP, or the path of a unix socket
  const TlsContext* implicit_tls = nullptr;  // handshake before the first byte
  std::vector<Network> proxies;              // these speak PROXY protocol v2, and only these may
  std::string goodbye_when_full;  // sent (plain) before hanging up on a connection over a limit
  std::string unix_group;         // may open the unix socket beside our own user; empty: nobody
  std::string goodbye_when_banned = {};  // the same to those who may not come in
};

struct ServerSettings {
  unsigned threads = 0;  // 0: one per core
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_prefix =
      100;  // per IPv4 /32, IPv6 /64; loopback and unix sockets are not limited
  std::chrono::seconds drain_limit{30};
  // Asked for every connection, also of those that a proxy speaks for, from every thread; true:
  // hung up on. Empty: all may come in.
  std::function<bool(const IpAddress&)> is_banned = {};
};

// The event loops, the listeners and the sessions. One loop per thread, a session never leaves its
// own. Owned by the wiring. What sessions may be waiting for (resolver, pool, committer) is
// destroyed after drain() and before this: it holds the coroutines of those that were cut off.
class Server {
 public:
  explicit Server(const ServerSettings& settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before start(). Binds (or takes over from systemd, sd_listen_fds(3)) and accepts from start()
  // on. The Problem names the address.
  [[nodiscard]] Result<> listen(ListenerSettings settings, Serve serve);
  // The real port of each listener, when port 0 was asked for.
  [[nodiscard]] std::optional<Endpoint> bound(std::string_view listener) const;

  // Runs a background coroutine on one of the loops. It has to end when its Session says draining.
  void spawn(std::string name, std::function<awaitable<void>(Session&)> task);

  // Starts the threads; returns at once.
  void start();
  // From any thread but the loops' own; a second call waits for the first. Stops accepting, tells
  // the sessions, waits until they have ended or the limit is over, and then ends the loops.
  // `hurry` is called when some are still there after the first seconds: it ends what they may be
  // waiting for outside.
  void drain(const std::function<void()>& hurry = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A pause in the calling coroutine, one at a time in a session; false: it was ended early by the
// session's draining.
awaitable<bool> sleep(Session& session, std::chrono::milliseconds time);

// "READY=1", "STOPPING=1", "RELOADING=1" for systemd; nothing happens without it.
void notify_systemd(const char* state);

}  // namespace freehold::net

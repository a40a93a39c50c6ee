#include "cli/serve.hpp"

#include <atomic>
#include <csignal>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/version.hpp"
#include "cli/care.hpp"
#include "cli/house.hpp"
#include "cli/listeners.hpp"
#include "net/resolver.hpp"
#include "net/server.hpp"
#include "store/bodies.hpp"

namespace freehold::cli {

namespace {

// Blocks the signals that end or reload the program, so that wait() gets them.
class Signals {
 public:
  Signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  int wait() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t set_{};
};

net::ServerSettings server_settings(const Config& config,
                                    const std::atomic<const guard::Bans*>& known_bans) {
  net::ServerSettings settings;
  settings.threads = config.limits.threads;
  settings.max_connections = config.limits.connections;
  settings.max_connections_per_prefix = config.limits.connections_per_prefix;
  settings.is_banned = [&known_bans](const net::IpAddress& address) {
    const auto* bans = known_bans.load();
    return bans != nullptr && bans->is_banned(address);
  };
  return settings;
}

Result<std::unique_ptr<store::Engine>> open_store(const Config& config) {
  store::EngineSettings settings;
  settings.folder = config.data / "store";
  settings.low_disk_bytes = config.limits.low_disk_bytes;
  auto engine = store::open_rocksdb(settings, true);
  if (engine) store::collect_abandoned(**engine);
  return engine;
}

void reload(const Tls& tls) {
  net::notify_systemd("RELOADING=1");
  if (tls.server) {
    const auto reloaded = tls.server->reload();
    if (reloaded) {
      log::info("server.certificates_reloaded");
    } else {
      log::error("server.certificates_not_reloaded", {{"error", reloaded.error().text()}});
    }
  }
  net::notify_systemd("READY=1");
}

}  // namespace

Result<> serve(const Config& config) {
  Signals signals;
  log::configure(config.log_level, config.log_format);
  const auto tls = make_tls(config);
  if (!tls) return tls.error();
  // The server asks the bans, which are made later: they need the store, which has to go before it.
  std::atomic<const guard::Bans*> known_bans = nullptr;
  net::Server server(server_settings(config, known_bans));
  const auto engine = open_store(config);
  if (!engine) return engine.error();
  const auto resolver = net::make_resolver(
      {config.dns.forwarders, config.dns.trust_anchor, std::chrono::seconds(10)});
  if (!resolver) return resolver.error();

  House house(config, *tls, **engine, **resolver);
  Listeners listeners(server, config, *tls, house);
  if (auto opened = listeners.open(); !opened) return opened;
  const metrics::Exposer exposer(config.listen.metrics);
  spawn_care(server, house);
  if (config.abuse.ban) known_bans = &house.bans;
  server.start();
  log::info("server.started", {{"version", kVersion}, {"hostname", config.hostname}});
  net::notify_systemd("READY=1");
  while (signals.wait() == SIGHUP) reload(*tls);
  net::notify_systemd("STOPPING=1");
  log::info("server.stopping");
  server.drain([&resolver] { (*resolver)->stop(); });
  known_bans = nullptr;
  log::info("server.stopped");
  return {};
}

}  // namespace freehold::cli

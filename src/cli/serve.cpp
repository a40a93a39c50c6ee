#include "cli/serve.hpp"

#include <malloc.h>

#include <atomic>
#include <csignal>
#include <deque>

#include "api/api.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/pool.hpp"
#include "base/version.hpp"
#include "directory/directory.hpp"
#include "guard/guards.hpp"
#include "imap/session.hpp"
#include "mailstore/mailstore.hpp"
#include "net/https_client.hpp"
#include "net/resolver.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"
#include "queue/daily_reports.hpp"
#include "queue/dispatch.hpp"
#include "queue/queue.hpp"
#include "smtp/paused_mail.hpp"
#include "smtp/reception.hpp"
#include "smtp/server.hpp"
#include "smtp/transport.hpp"
#include "store/bodies.hpp"
#include "store/engine.hpp"
#include "store/secret.hpp"
#include "trust/disposition.hpp"
#include "trust/dmarc_tally.hpp"
#include "trust/key_ring.hpp"
#include "trust/return_paths.hpp"
#include "trust/transport_security.hpp"

// The wiring: what is made, in which order, and who is given to whom. What is made first goes last.
namespace freehold::cli {

namespace {

constexpr std::size_t kPoolThreads = 4;  // also bounds the argon2 runs at once
constexpr std::chrono::seconds kHousekeeping{5};
constexpr std::size_t kCollectAtOnce = 2'000;
constexpr std::chrono::seconds kGuardRounds{5};

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

struct Tls {
  std::unique_ptr<net::TlsContext> server;  // null: no certificate is set
  std::unique_ptr<net::TlsContext> client;
};

Result<Tls> make_tls(const Config& config) {
  Tls tls;
  if (!config.certificate.empty()) {
    auto server = net::TlsContext::server(config.certificate.string(), config.key.string());
    if (!server) return server.error();
    tls.server = std::move(*server);
  }
  auto client = net::TlsContext::client(config.outbound.ca_file);
  if (!client) return client.error();
  tls.client = std::move(*client);
  return tls;
}

// The services with their ports.
class Listeners {
 public:
  Listeners(net::Server& server, const Config& config, const Tls& tls, smtp::Reception& reception,
            const imap::House& imap, const api::Services& api)
      : server_(server),
        config_(config),
        tls_(tls),
        reception_(reception),
        imap_(imap),
        api_(api) {}

  Result<> open() {
    const auto& listen = config_.listen;
    for (const auto& at : listen.smtp) smtp("smtp", at, smtp::Role::mx, false);
    for (const auto& at : listen.submission) smtp("submission", at, smtp::Role::submission, false);
    for (const auto& at : listen.submissions) smtp("submissions", at, smtp::Role::submission, true);
    if (!listen.lmtp.empty()) smtp("lmtp", listen.lmtp.string(), smtp::Role::lmtp, false);
    for (const auto& at : listen.imap) imap("imap", at, false);
    for (const auto& at : listen.imaps) imap("imaps", at, true);
    add({"control", config_.control.string(), nullptr, {}, {}, {}},
        [this](net::Stream& stream, net::Session& session) {
          return api::serve(stream, session, api_);
        });
    return outcome_;
  }

 private:
  using At = std::variant<net::Endpoint, std::string>;

  void smtp(std::string name, At at, smtp::Role role, bool implicit) {
    auto& settings = smtp_settings_.emplace_back();
    settings.role = role;
    settings.hostname = config_.hostname;
    settings.max_message_size = config_.limits.message_bytes;
    settings.tls = role == smtp::Role::lmtp ? nullptr : tls_.server.get();
    add({std::move(name), std::move(at), implicit ? tls_.server.get() : nullptr, config_.proxies,
         "421 4.3.2 too many connections, try later\r\n",
         role == smtp::Role::lmtp ? config_.listen.lmtp_group : std::string(),
         "421 4.7.0 too many errors from your address, try later\r\n"},
        [this, &settings](net::Stream& stream, net::Session& session) {
          return smtp::serve(stream, session, reception_, settings);
        });
  }

  void imap(std::string name, At at, bool implicit) {
    add({std::move(name),
         std::move(at),
         implicit ? tls_.server.get() : nullptr,
         config_.proxies,
         "* BYE too many connections, try later\r\n",
         {},
         "* BYE too many errors from your address, try later\r\n"},
        [this](net::Stream& stream, net::Session& session) {
          return imap::serve(stream, session, imap_);
        });
  }

  void add(net::ListenerSettings settings, net::Serve serve) {
    if (!outcome_) return;
    outcome_ = server_.listen(std::move(settings), std::move(serve));
  }

  net::Server& server_;
  const Config& config_;
  const Tls& tls_;
  smtp::Reception& reception_;
  const imap::House& imap_;
  const api::Services& api_;
  std::deque<smtp::ServerSettings> smtp_settings_;  // sessions refer to them
  Result<> outcome_;
};

// Bodies that nobody names any more go in the background. So does memory that a rush of sessions
// has left: the allocator keeps it otherwise.
awaitable<void> keep_house(net::Session& session, store::Engine& engine, Pool& pool) {
  while (co_await net::sleep(session, kHousekeeping)) {
    std::size_t gone = 0;
    do {
      gone =
          co_await pool.run([&engine] { return store::collect_unlinked(engine, kCollectAtOnce); });
    } while (gone == kCollectAtOnce && !session.draining());
    malloc_trim(0);
  }
}

// What proves our mail and judges others' is looked after now and then.
struct TrustCare {
  directory::Directory& directory;
  trust::KeyRing& keys;
  trust::TransportSecurity& security;
  trust::DmarcTally& tally;
  queue::DailyReports& reports;
};

awaitable<void> care_for_trust(net::Session& session, TrustCare care) {
  constexpr int kMinute = 12;  // rounds of kHousekeeping
  constexpr int kHour = 60 * kMinute;
  for (int round = 0; co_await net::sleep(session, kHousekeeping); ++round) {
    co_await care.tally.flush();
    if (round % kMinute == 0) co_await care.security.refresh_policies();
    if (round % kHour == 0) {
      for (const auto& domain : care.directory.domains()) {
        const auto tended = co_await care.keys.tend(domain.name);
        if (!tended) {
          log::warning("trust.keys_not_tended",
                       {{"domain", domain.name}, {"error", tended.error().text()}});
        }
      }
    }
    if (round % (5 * kMinute) == 0) {
      const auto sent = co_await care.reports.send_due();
      if (sent > 0) log::info("reports.sent", {{"count", sent}});
    }
  }
  co_await care.tally.flush();
}

// A domain of ours that reports come from; the host itself while there is none.
std::string postmaster(const directory::Directory& directory, const Config& config) {
  const auto domains = directory.domains();
  return "postmaster@" + (domains.empty() ? config.hostname : domains.front().name);
}

// What the guards remember goes to disk, and accounts are looked at for what came back of their
// mail.
awaitable<void> keep_guards(net::Session& session, guard::Guards& guards) {
  co_await guards.brake.resume();
  bool on = true;
  while (on) {
    on = co_await net::sleep(session, kGuardRounds);
    co_await guards.brake.check_all();
    co_await guards.bans.save();
    co_await guards.sending.save();
  }
}

queue::QueueSettings queue_settings(const Config& config) {
  queue::QueueSettings settings;
  settings.schedule.first_retry = std::chrono::seconds(config.queue.first_retry_seconds);
  settings.schedule.expire_after = std::chrono::hours(config.queue.expire_hours);
  settings.schedule.delay_notice_after = std::chrono::minutes(config.queue.delay_notice_minutes);
  return settings;
}

}  // namespace

Result<> serve(const Config& config) {
  Signals signals;
  log::configure(config.log_level, config.log_format);
  auto tls = make_tls(config);
  if (!tls) return tls.error();
  net::ServerSettings server_settings;
  server_settings.threads = config.limits.threads;
  server_settings.max_connections = config.limits.connections;
  server_settings.max_connections_per_prefix = config.limits.connections_per_prefix;
  // The server asks the bans that are made later: they need the store, which has to go before it.
  std::atomic<guard::Bans*> known_bans = nullptr;
  server_settings.is_banned = [&known_bans](const net::IpAddress& address) {
    const auto* bans = known_bans.load();
    return bans != nullptr && bans->is_banned(address);
  };
  net::Server server(server_settings);

  store::EngineSettings engine_settings;
  engine_settings.folder = config.data / "store";
  engine_settings.low_disk_bytes = config.limits.low_disk_bytes;
  auto engine = store::open_rocksdb(engine_settings, true);
  if (!engine) return engine.error();
  store::collect_abandoned(**engine);
  auto resolver = net::make_resolver(
      {config.dns.forwarders, config.dns.trust_anchor, std::chrono::seconds(10)});
  if (!resolver) return resolver.error();

  Pool pool(kPoolThreads);
  const auto& clock = system_clock();
  directory::Directory directory(**engine, pool, clock);
  mailstore::Mailstore mailstore(**engine, pool, clock);
  smtp::TransportSettings outbound{config.hostname, config.outbound.smtp_port,
                                   config.outbound.prefer_ipv4};
  const auto https =
      net::make_https_client(**resolver, *tls->client, {config.outbound.private_addresses});
  trust::TransportSecurity security(**resolver, *https, **engine, clock);
  trust::KeyRing keys(**engine, **resolver, pool, clock);
  const trust::ReturnPaths return_paths({store::stored_secret(**engine, "return-path")}, clock);
  trust::DmarcTally tally(**engine, clock);
  smtp::SmtpTransport transport(**resolver, *tls->client, security, return_paths, outbound);
  guard::Bans bans(**engine, {config.abuse.allow, config.proxies}, clock);
  guard::LoginGuard logins(directory, bans, clock);
  guard::KnownClients clients(clock);
  guard::Sending sending(**engine, directory, clock);
  auto of_queue = queue_settings(config);
  of_queue.on_outcomes = [&sending](const queue::Job& job, const auto& outcomes) {
    smtp::note_outcomes(sending, job, outcomes);
  };
  queue::Queue queue(**engine, directory, transport, clock, of_queue);
  queue::Dispatch dispatch(mailstore, directory, queue, keys, config.hostname, clock);
  queue::DailyReports reports(**engine, **resolver, *https, dispatch, clock,
                              {config.hostname, config.hostname, postmaster(directory, config)});
  smtp::QueuedPausedMail paused_mail(queue, dispatch, mailstore, directory, config.hostname, clock);
  guard::Brake brake(directory, sending, paused_mail);
  guard::Guards guards{bans,    logins,
                       clients, sending,
                       brake,   std::chrono::milliseconds(config.abuse.greeting_pause_millis)};
  smtp::Reception reception({directory, mailstore, dispatch, **resolver, keys, return_paths, tally,
                             guards, clock, config.hostname, trust::known_sealers()});
  const imap::House imap{
      mailstore,
      directory,
      logins,
      {config.hostname, config.limits.message_bytes, tls->server.get(), config.allow_plain_login}};
  const api::Services api{
      directory,
      mailstore,
      queue,
      guards,
      config.hostname,
      [&transport](directory::RelayInfo relay) { return transport.test_login(std::move(relay)); },
      keys,
      reports};

  Listeners listeners(server, config, *tls, reception, imap, api);
  if (auto opened = listeners.open(); !opened) return opened;
  metrics::Exposer exposer(config.listen.metrics);
  server.spawn("queue", [&](net::Session& session) {
    return queue.run(
        session,
        [&server](std::string name, auto task) { server.spawn(std::move(name), std::move(task)); },
        [&dispatch](const queue::MessageView& message, const queue::Envelope& envelope,
                    const BlobHash& body, std::vector<queue::Report> reports) {
          return dispatch.send_report(message, envelope, body, std::move(reports));
        });
  });
  server.spawn("housekeeping",
               [&](net::Session& session) { return keep_house(session, **engine, pool); });
  server.spawn("trust", [&](net::Session& session) {
    return care_for_trust(session, {directory, keys, security, tally, reports});
  });
  server.spawn("guards", [&](net::Session& session) { return keep_guards(session, guards); });
  if (config.abuse.ban) known_bans = &bans;
  server.start();
  log::info("server.started", {{"version", kVersion}, {"hostname", config.hostname}});
  net::notify_systemd("READY=1");
  while (signals.wait() == SIGHUP) {
    net::notify_systemd("RELOADING=1");
    if (tls->server) {
      const auto reloaded = tls->server->reload();
      if (reloaded)
        log::info("server.certificates_reloaded");
      else
        log::error("server.certificates_not_reloaded", {{"error", reloaded.error().text()}});
    }
    net::notify_systemd("READY=1");
  }
  net::notify_systemd("STOPPING=1");
  log::info("server.stopping");
  server.drain();
  known_bans = nullptr;
  log::info("server.stopped");
  return {};
}

}  // namespace freehold::cli

#include "cli/house.hpp"

#include <chrono>

#include "http/mta_sts_page.hpp"
#include "store/secret.hpp"
#include "trust/disposition.hpp"

// The wiring: who is given to whom.
namespace freehold::cli {

namespace {

constexpr std::size_t kPoolThreads = 4;  // also bounds the argon2 runs at once

// A domain of ours that reports come from; the host itself while there is none.
std::string postmaster(const directory::Directory& directory, const Config& config) {
  const auto domains = directory.domains();
  return "postmaster@" + (domains.empty() ? config.hostname : domains.front().name);
}

std::vector<std::string_view> believed_sealers(const Config& config) {
  std::vector<std::string_view> all(config.trust.sealers.begin(), config.trust.sealers.end());
  all.insert(all.end(), trust::known_sealers().begin(), trust::known_sealers().end());
  return all;
}

queue::QueueSettings queue_settings(const Config& config, guard::Sending& sending) {
  queue::QueueSettings settings;
  settings.schedule.first_retry = std::chrono::seconds(config.queue.first_retry_seconds);
  settings.schedule.expire_after = std::chrono::hours(config.queue.expire_hours);
  settings.schedule.delay_notice_after = std::chrono::minutes(config.queue.delay_notice_minutes);
  settings.on_outcomes = [&sending](const queue::Job& job, const auto& outcomes) {
    smtp::note_outcomes(sending, job, outcomes);
  };
  return settings;
}

filter::ScreenSettings screen_settings(const Config& config) {
  filter::ScreenSettings settings;
  settings.limits = {config.filter.junk, config.filter.refuse, config.filter.greylist_from};
  settings.greylist = config.filter.greylist;
  settings.first_time_delay = std::chrono::seconds(config.filter.first_time_delay_seconds);
  settings.lists.clear();
  if (config.filter.lists) settings.lists = filter::default_lists(config.filter.spamhaus_key);
  return settings;
}

std::unique_ptr<filter::Screen> make_screen(const Config& config, House& house,
                                            net::Resolver& resolver) {
  if (!config.filter.enabled) return nullptr;
  return std::make_unique<filter::Screen>(
      house.mailstore, house.directory, resolver, system_clock(), config.hostname,
      [&sending = house.sending](AccountId account, std::string_view address) {
        return account && !sending.is_new(account, address);
      },
      screen_settings(config));
}

imap::ServerSettings imap_settings(const Config& config, const net::TlsContext* tls) {
  imap::ServerSettings settings;
  settings.hostname = config.hostname;
  settings.max_message = config.limits.message_bytes;
  settings.tls = tls;
  settings.allow_plain_login = config.allow_plain_login;
  settings.message_limit = config.limits.imap_messages;
  return settings;
}

std::unique_ptr<search::Search> make_search(const Config& config, mailstore::Mailstore& mailstore) {
  if (!config.search.enabled) return nullptr;
  return std::make_unique<search::Search>(
      mailstore, search::Settings{config.data / "search", config.search.extractors});
}

// What the web server shows to everyone.
http::Router public_pages(const directory::Directory& directory, const Config& config) {
  http::Router pages;
  pages.add("GET", http::kMtaStsPath, http::mta_sts_page(directory, config.hostname));
  return pages;
}

}  // namespace

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

House::House(const Config& config, const Tls& tls, store::Engine& of_engine,
             net::Resolver& resolver)
    : engine(of_engine),
      pool(kPoolThreads),
      directory(engine, pool, system_clock()),
      mailstore(engine, pool, system_clock(), std::chrono::days(config.mail.undelete_days)),
      https(net::make_https_client(resolver, *tls.client, {config.outbound.private_addresses})),
      security(resolver, *https, engine, system_clock()),
      keys(engine, resolver, pool, system_clock()),
      return_paths({store::stored_secret(engine, "return-path")}, system_clock()),
      tally(engine, system_clock()),
      sealers(believed_sealers(config)),
      bans(engine, {config.abuse.allow, config.proxies}, system_clock()),
      logins(directory, bans, system_clock()),
      imap_sessions(config.limits.imap_sessions_per_account),
      clients(system_clock()),
      sending(engine, directory, system_clock()),
      transport(resolver, *tls.client, security, return_paths,
                {config.hostname, config.outbound.smtp_port, config.outbound.prefer_ipv4}),
      queue(engine, directory, transport, system_clock(), queue_settings(config, sending)),
      dispatch(mailstore, directory, queue, keys, config.hostname, system_clock()),
      reports(engine, resolver, *https, dispatch, system_clock(),
              {config.hostname, config.hostname, postmaster(directory, config)}),
      paused_mail(queue, dispatch, mailstore, directory, config.hostname, system_clock()),
      brake(directory, sending, paused_mail),
      guards{bans,    logins, clients,
             sending, brake,  std::chrono::milliseconds(config.abuse.greeting_pause_millis)},
      screen(make_screen(config, *this, resolver)),
      search(make_search(config, mailstore)),
      reception({directory, mailstore, dispatch, resolver, keys, return_paths, tally, guards,
                 screen.get(), system_clock(), config.hostname, sealers, config.milters}),
      imap{mailstore,    directory,     logins, imap_settings(config, tls.server.get()),
           search.get(), &imap_sessions},
      pop3{mailstore, logins, {config.hostname, tls.server.get(), config.allow_plain_login}},
      web(public_pages(directory, config)),
      api{directory,
          mailstore,
          queue,
          guards,
          config.hostname,
          [this](directory::RelayInfo relay) { return transport.test_login(std::move(relay)); },
          keys,
          reports,
          screen.get(),
          search.get(),
          !config.listen.https.empty()} {}

}  // namespace freehold::cli

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "base/pool.hpp"
#include "cli/config.hpp"
#include "directory/directory.hpp"
#include "filter/screen.hpp"
#include "guard/guards.hpp"
#include "http/router.hpp"
#include "imap/session.hpp"
#include "mailstore/mailstore.hpp"
#include "net/https_client.hpp"
#include "net/resolver.hpp"
#include "net/tls.hpp"
#include "pop3/session.hpp"
#include "queue/daily_reports.hpp"
#include "queue/dispatch.hpp"
#include "queue/queue.hpp"
#include "search/search.hpp"
#include "smtp/paused_mail.hpp"
#include "smtp/reception.hpp"
#include "smtp/transport.hpp"
#include "store/engine.hpp"
#include "trust/dmarc_tally.hpp"
#include "trust/key_ring.hpp"
#include "trust/return_paths.hpp"
#include "trust/transport_security.hpp"

namespace freehold::cli {

struct Tls {
  std::unique_ptr<net::TlsContext> server;  // null: no certificate is set
  std::unique_ptr<net::TlsContext> client;
};
[[nodiscard]] Result<Tls> make_tls(const Config& config);

// All that the services work with, in the order in which it is made: what is made first goes last,
// and each is given what stands above it. Owned by serve(); what it is given outlives it.
struct House {
  House(const Config& config, const Tls& tls, store::Engine& engine, net::Resolver& resolver);

  store::Engine& engine;
  Pool pool;
  directory::Directory directory;
  mailstore::Mailstore mailstore;

  std::unique_ptr<net::HttpsClient> https;
  trust::TransportSecurity security;
  trust::KeyRing keys;
  const trust::ReturnPaths return_paths;
  trust::DmarcTally tally;
  const std::vector<std::string_view> sealers;

  guard::Bans bans;
  guard::LoginGuard logins;
  guard::AccountSessions imap_sessions;
  guard::KnownClients clients;
  guard::Sending sending;

  smtp::SmtpTransport transport;
  queue::Queue queue;
  queue::Dispatch dispatch;
  queue::DailyReports reports;

  smtp::QueuedPausedMail paused_mail;
  guard::Brake brake;
  guard::Guards guards;
  const std::unique_ptr<filter::Screen> screen;  // null: the spam filter is off

  const std::unique_ptr<search::Search> search;  // null: there is no full-text index

  smtp::Reception reception;
  const imap::House imap;
  const pop3::House pop3;
  const http::Router web;
  const api::Services api;
};

}  // namespace freehold::cli

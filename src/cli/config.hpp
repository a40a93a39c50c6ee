#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "filter/milter_settings.hpp"
#include "net/address.hpp"
#include "search/extractor.hpp"

namespace freehold::cli {

// The TOML file: what is needed to open the store and the ports. Everything else lives in the
// store.
struct Config {
  std::filesystem::path file;
  std::string hostname;
  std::filesystem::path data;     // the store's folder
  std::filesystem::path control;  // the control socket; by default in `data`

  std::filesystem::path certificate;  // PEM chain
  std::filesystem::path key;

  // Addresses to listen at; an empty list: the service is off.
  struct Listen {
    std::vector<net::Endpoint> smtp, submission, submissions, imap, imaps, pop3, pop3s, https;
    std::filesystem::path lmtp;  // a unix socket
    std::string lmtp_group;      // that may open it, beside our own user
    std::uint16_t metrics = 0;   // on 127.0.0.1; 0: off
  } listen;

  struct Limits {
    std::uint64_t message_bytes = std::uint64_t{50} << 20;
    std::uint64_t low_disk_bytes = std::uint64_t{512} << 20;
    std::size_t connections = 10'000;
    std::size_t connections_per_prefix = 100;
    std::size_t imap_sessions_per_account = 100;
    unsigned threads = 0;
    std::size_t imap_messages = 0;  // that one IMAP command may work on; 0: any number
  } limits;

  struct Dns {
    std::vector<net::Endpoint> forwarders;
    std::string trust_anchor;
  } dns;

  struct Outbound {
    std::uint16_t smtp_port = 25;  // other than 25 only for tests
    std::string ca_file;           // trusted for relays and MX hosts; empty: the system's
    bool prefer_ipv4 = false;
    bool private_addresses = false;  // MTA-STS policies may be fetched from them: only for tests
  } outbound;

  struct Queue {
    std::int64_t first_retry_seconds = 120;
    std::int64_t expire_hours = 120;
    std::int64_t delay_notice_minutes = 240;
  } queue;

  struct Mail {
    std::int64_t undelete_days = 14;  // that expunged mail can be restored; 0: it goes at once
  } mail;

  struct Abuse {
    std::vector<net::Network> allow;            // the owner's addresses: never banned
    std::int64_t greeting_pause_millis = 1000;  // for SMTP clients that are not known; 0: none
    bool ban = true;
  } abuse;

  struct Trust {
    std::vector<std::string>
        sealers;  // domains whose ARC seals are believed, beside the known ones
  } trust;

  struct Filter {
    bool enabled = true;
    // Points; see freehold-filter in the manual.
    double junk = 5;
    double refuse = 15;
    double greylist_from = 2.5;
    bool greylist = true;
    std::int64_t first_time_delay_seconds = 10;
    bool lists = true;         // ask the public lists in the DNS
    std::string spamhaus_key;  // a subscriber's, for lists that refuse hosts without one
  } filter;

  struct Search {
    bool enabled = true;
    search::Extractors extractors;  // MIME type to program and arguments
  } search;

  std::vector<filter::milter::Settings> milters;  // in the order in which they are asked

  std::vector<net::Network> proxies;  // these speak PROXY protocol v2
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::text;
  bool allow_plain_login = false;  // IMAP and POP3 logins without TLS; only with loopback listeners
};

// Reads and checks the file; the Problem says the line. An unknown key is an error: a misspelt
// setting must not be silently without effect.
[[nodiscard]] Result<Config> read_config(const std::filesystem::path& file);

// The file that is used when none is named: $FREEHOLD_CONFIG, else /etc/freehold/freehold.toml.
[[nodiscard]] std::filesystem::path default_config();

}  // namespace freehold::cli

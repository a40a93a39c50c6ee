#pragma once

#include <string>

#include "base/awaitable.hpp"
#include "base/time.hpp"
#include "net/https_client.hpp"
#include "net/resolver.hpp"
#include "queue/dispatch.hpp"
#include "store/engine.hpp"
#include "store/keys.hpp"

namespace freehold::queue {

// Tells other domains what became of mail that says to be theirs (DMARC, RFC 9990) and of the TLS
// of mail to them (RFC 8460): once a day, for the day before, spread over the hour. Owned by the
// wiring; the others outlive it.
class DailyReports {
 public:
  struct Settings {
    std::string hostname;      // who reports
    std::string organization;  // in words
    std::string contact;       // "postmaster@example.org"; its domain signs
  };
  DailyReports(store::Engine& engine, net::Resolver& resolver, net::HttpsClient& https,
               Dispatch& dispatch, const Clock& clock, Settings settings);

  // Sends what is due now and was not sent yet, of the last days. `at_once` does not wait for the
  // hour. The number of reports that left.
  awaitable<std::size_t> send_due(bool at_once = false);

  // Erases results that are too old to be sent, and what others reported long ago.
  awaitable<void> erase_old();

 private:
  using Day = store::keys::Day;
  [[nodiscard]] bool is_due(std::string_view domain, Day day, bool at_once) const;
  awaitable<bool> send_dmarc(Day day, std::string domain);
  awaitable<bool> send_tls(Day day, std::string domain);
  awaitable<void> forget(Day day, std::string domain, bool dmarc);

  store::Engine& engine_;
  net::Resolver& resolver_;
  net::HttpsClient& https_;
  Dispatch& dispatch_;
  const Clock& clock_;
  Settings settings_;
};

}  // namespace freehold::queue

#include "queue/daily_reports.hpp"

#include <chrono>

#include "base/log.hpp"
#include "queue/route.hpp"
#include "store/transaction.hpp"
#include "trust/dmarc_report_mail.hpp"
#include "trust/dmarc_results.hpp"
#include "trust/dmarc_tree.hpp"
#include "trust/limits.hpp"
#include "trust/packing.hpp"
#include "trust/report_days.hpp"
#include "trust/tls_report.hpp"
#include "trust/tls_results.hpp"

namespace freehold::queue {

namespace {

using Scheme = trust::ReportUri::Scheme;

constexpr std::chrono::seconds kSpread{3600};
constexpr std::chrono::seconds kPostWait{60};
constexpr std::size_t kErasedAtOnce = 1'000;

// Where a report may go: outside of the policy's organization only to who says so (RFC 9990, 4).
awaitable<std::vector<trust::ReportUri>> allowed(net::Resolver& resolver, std::string domain,
                                                 std::vector<trust::ReportUri> wanted) {
  std::vector<trust::ReportUri> out;
  trust::DmarcTree tree(resolver);
  const auto home = co_await tree.walk(domain);
  for (auto& uri : wanted) {
    const auto there = co_await tree.walk(uri.host);
    if (there.organizational_domain == home.organizational_domain) {
      out.push_back(std::move(uri));
      continue;
    }
    auto permission = co_await trust::ask_report_permission(resolver, domain, uri.host);
    if (permission.status != trust::ReportPermission::Status::granted) continue;
    if (!permission.instead) {
      out.push_back(std::move(uri));
    } else {
      for (auto& other : *permission.instead) out.push_back(std::move(other));
    }
  }
  co_return out;
}

}  // namespace

DailyReports::DailyReports(store::Engine& engine, net::Resolver& resolver, net::HttpsClient& https,
                           Dispatch& dispatch, const Clock& clock, Settings settings)
    : engine_(engine),
      resolver_(resolver),
      https_(https),
      dispatch_(dispatch),
      clock_(clock),
      settings_(std::move(settings)) {}

bool DailyReports::is_due(std::string_view domain, Day day, bool at_once) const {
  const auto ended = day + std::chrono::days(1);
  return at_once ||
         clock_.now() >= ended + trust::report_delay(domain, settings_.hostname, kSpread);
}

awaitable<std::size_t> DailyReports::send_due(bool at_once) {
  const auto today = std::chrono::floor<std::chrono::days>(clock_.now());
  const auto& latest = engine_.latest();
  std::size_t sent = 0;
  for (Day day = today - trust::kResultsKept; day < today + std::chrono::days(at_once ? 1 : 0);
       day += std::chrono::days(1)) {
    for (const auto& domain : trust::dmarc_result_domains(latest, day)) {
      if (!is_due(domain, day, at_once)) continue;
      const bool left = co_await send_dmarc(day, domain);
      sent += left ? 1 : 0;
      co_await forget(day, domain, true);
    }
    for (const auto& domain : trust::tls_result_domains(latest, day)) {
      if (!is_due(domain, day, at_once)) continue;
      const bool left = co_await send_tls(day, domain);
      sent += left ? 1 : 0;
      co_await forget(day, domain, false);
    }
  }
  co_return sent;
}

awaitable<void> DailyReports::forget(Day day, std::string domain, bool dmarc) {
  store::Transaction tx(engine_.latest());
  if (dmarc) {
    trust::forget_dmarc_results(tx, day, domain);
  } else {
    trust::forget_tls_results(tx, day, domain);
  }
  const Result<> done = co_await engine_.commit(tx.take());
  if (!done) log::warning("reports.not_forgotten", {{"error", done.error().text()}});
}

awaitable<void> DailyReports::erase_old() {
  std::size_t erased = kErasedAtOnce;
  while (erased == kErasedAtOnce) {
    store::Transaction tx(engine_.latest());
    erased = trust::erase_old_reports(tx, clock_.now(), kErasedAtOnce);
    if (erased == 0) co_return;
    const Result<> done = co_await engine_.commit(tx.take());
    if (done) continue;
    log::warning("reports.not_erased", {{"error", done.error().text()}});
    co_return;
  }
}

awaitable<bool> DailyReports::send_dmarc(Day day, std::string domain) {
  auto results = trust::read_dmarc_results(engine_.latest(), day, domain);
  if (!results || results->rows.empty()) co_return false;
  const auto wanted = trust::parse_report_uris(results->rua, trust::kMaxAggregateRecipients);
  const auto report = trust::make_aggregate_report(std::move(*results), day, settings_.organization,
                                                   settings_.contact, settings_.hostname);
  const auto uris = co_await allowed(resolver_, domain, wanted);
  bool left = false;
  for (const auto& uri : uris) {
    if (uri.scheme != Scheme::mailto) continue;
    const auto mail =
        trust::build_aggregate_mail(report, {std::string(domain_of(settings_.contact)),
                                             settings_.contact,
                                             {uri.address},
                                             clock_.now()});
    if (trust::within_size({uri}, mail.size()).empty()) continue;
    const Result<> sent = co_await dispatch_.send(mail, uri.address);
    left = left || sent.has_value();
    log::info("reports.dmarc",
              {{"domain", domain}, {"to", uri.address}, {"sent", sent.has_value()}});
  }
  co_return left;
}

awaitable<bool> DailyReports::send_tls(Day day, std::string domain) {
  auto results = trust::read_tls_results(engine_.latest(), day, domain);
  if (results.empty()) co_return false;
  const auto wish = co_await trust::look_up_tls_report(resolver_, domain);
  const auto report =
      trust::make_tls_report(std::move(results), day, domain, settings_.organization,
                             settings_.contact, settings_.hostname);
  bool left = false;
  for (const auto& uri : wish.uris) {
    bool sent = false;
    if (uri.scheme == Scheme::mailto) {
      const auto mail =
          trust::build_tls_report_mail(report, {std::string(domain_of(settings_.contact)),
                                                domain,
                                                settings_.contact,
                                                {uri.address},
                                                clock_.now()});
      // RFC 8460, 5.3: it goes whatever the TLS there is like, since it may be about that.
      const Result<> done = co_await dispatch_.send(mail, uri.address, true);
      sent = done.has_value();
    } else {
      net::HttpsRequest request;
      request.method = "POST";
      request.host = uri.host;
      request.port = uri.port;
      request.target = uri.target;
      request.content_type = trust::kTlsReportGzip;
      request.body = trust::gzip(trust::write_tls_report(report));
      const auto response = co_await https_.ask(std::move(request), net::after(kPostWait));
      sent =
          response.outcome == net::HttpsResponse::Outcome::answered && response.status / 100 == 2;
    }
    left = left || sent;
    log::info("reports.tls", {{"domain", domain}, {"to", uri.host}, {"sent", sent}});
  }
  co_return left;
}

}  // namespace freehold::queue

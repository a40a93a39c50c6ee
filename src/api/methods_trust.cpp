#include <boost/json/array.hpp>
#include <chrono>
#include <ranges>

#include "api/method.hpp"
#include "trust/complaints.hpp"
#include "trust/dmarc_summaries.hpp"
#include "trust/own_mta_sts.hpp"
#include "trust/report_days.hpp"
#include "trust/tls_results.hpp"

namespace freehold::api {

namespace {

constexpr std::size_t kMostReports = 1'000;
constexpr std::uint64_t kDefaultDays = 7;

json::value describe(const trust::KeyRing::State& state) {
  json::array keys;
  for (const auto& key : state.keys) {
    const auto missing = std::ranges::find(state.missing, key.selector) != state.missing.end();
    keys.push_back(json::object{{"selector", key.selector},
                                {"type", trust::to_string(key.type)},
                                {"stage", trust::to_string(key.stage)},
                                {"since", rfc3339(key.since)},
                                {"missing_in_dns", missing}});
  }
  return keys;
}

Result<std::string> known_domain(const Services& services, const json::object& params) {
  auto name = directory::canonical_domain(text_of(params, "name"));
  if (name && services.directory.is_local(*name)) return std::move(*name);
  return problem(Problem::Kind::not_found,
                 "the domain " + text_of(params, "name") + " is not served here", {},
                 "see `freehold domain list`");
}

awaitable<Answer> dkim_list(const Services& services, json::object params) {
  const auto name = known_domain(services, params);
  if (!name) co_return name.error();
  co_return describe(services.keys.state(*name));
}

awaitable<Answer> tend(const Services& services, json::object params, bool fresh) {
  const auto name = known_domain(services, params);
  if (!name) co_return name.error();
  const auto state = co_await services.keys.tend(*name, fresh);
  if (!state) co_return state.error();
  co_return describe(*state);
}

awaitable<Answer> dkim_check(const Services& services, json::object params) {
  return tend(services, std::move(params), false);
}

awaitable<Answer> dkim_rotate(const Services& services, json::object params) {
  return tend(services, std::move(params), true);
}

// The records that make the world believe mail of a domain.
awaitable<Answer> domain_records(const Services& services, json::object params) {
  const auto name = known_domain(services, params);
  if (!name) co_return name.error();
  json::array records;
  const auto add = [&records](std::string owner, const char* type, std::string value,
                              const char* why) {
    records.push_back(json::object{
        {"name", std::move(owner)}, {"type", type}, {"value", std::move(value)}, {"why", why}});
  };
  const bool relayed = services.directory.relay_for(*name).has_value();
  add(*name, "MX", "10 " + services.hostname, "mail for the domain comes here");
  add(*name, "TXT", std::string("v=spf1 mx ") + (relayed ? "~all" : "-all"),
      relayed ? "who may send for it; add the include: that the relay's own help names"
              : "only this server sends for it");
  for (const auto& record : services.keys.state(*name).records) {
    add(record.selector + "._domainkey." + *name, "TXT", record.text,
        "the key that its mail is signed with");
  }
  add("_dmarc." + *name, "TXT", "v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@" + *name,
      "what others do with forgeries, and where they report them");
  if (const auto own = trust::own_sts(services.directory, *name, services.hostname)) {
    add("_mta-sts." + *name, "TXT", own->record, "tells others that there is a policy for TLS");
    add("mta-sts." + *name, "CNAME", services.hostname, "where they fetch the policy");
  }
  add("_smtp._tls." + *name, "TXT", "v=TLSRPTv1; rua=mailto:tls-reports@" + *name,
      "where others report trouble with TLS on the way here");
  co_return json::value(std::move(records));
}

// The policy of a domain for TLS on the way here; with "mode" it is set first.
awaitable<Answer> domain_mta_sts(const Services& services, json::object params) {
  const auto name = known_domain(services, params);
  if (!name) co_return name.error();
  auto set = services.directory.mta_sts(*name);
  if (const auto text = text_of(params, "mode"); !text.empty()) {
    const auto mode = directory::mta_sts_mode(text);
    if (!mode) {
      co_return problem(Problem::Kind::invalid, "'" + text + "' is no mode of a policy", {},
                        "enforce, testing, none, or off");
    }
    set.mode = *mode;
    const auto age = number_of(params, "max_age");
    if (age != 0) set.max_age = std::chrono::seconds(std::min<std::uint64_t>(age, INT32_MAX));
    if (auto done = co_await services.directory.set_mta_sts(*name, set); !done) {
      co_return done.error();
    }
  }
  const auto own = trust::own_sts(services.directory, *name, services.hostname);
  co_return json::object{{"mode", directory::text_of(set.mode)},
                         {"max_age", set.max_age.count()},
                         {"url", "https://mta-sts." + *name + "/.well-known/mta-sts.txt"},
                         {"policy", own ? own->policy : ""},
                         {"record", own ? own->record : ""},
                         {"served", services.serves_https}};
}

struct Days {
  store::keys::Day first;
  store::keys::Day last;
};
Days days_of(const json::object& params) {
  constexpr std::uint64_t most = trust::kReportsKept.count();
  auto days = number_of(params, "days");
  if (days == 0) days = kDefaultDays;
  const auto today = std::chrono::floor<std::chrono::days>(system_clock().now());
  return {today - std::chrono::days(std::min(days, most)), today};
}

awaitable<Answer> reports_dmarc(const Services& services, json::object params) {
  const auto days = days_of(params);
  json::array all;
  for (const auto& report : trust::read_dmarc_summaries(services.mailstore.engine().latest(),
                                                        days.first, days.last, kMostReports)) {
    json::array rows;
    for (const auto& row : report.rows) {
      rows.push_back(json::object{{"source", row.source_ip},
                                  {"messages", row.count},
                                  {"from", row.header_from},
                                  {"dkim", row.dkim},
                                  {"spf", row.spf},
                                  {"disposition", row.disposition}});
    }
    all.push_back(json::object{{"domain", report.domain},
                               {"reporter", report.organization},
                               {"begin", rfc3339(report.begin)},
                               {"messages", report.messages},
                               {"passed", report.passed},
                               {"rows", std::move(rows)}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> reports_sources(const Services& services, json::object params) {
  const auto days = days_of(params);
  json::array all;
  for (const auto& source :
       trust::read_dmarc_sources(services.mailstore.engine().latest(), days.first, days.last)) {
    all.push_back(json::object{{"domain", source.domain},
                               {"source", source.ip},
                               {"from", source.header_from},
                               {"messages", source.messages},
                               {"dkim", source.dkim},
                               {"spf", source.spf},
                               {"disposition", source.disposition}});
  }
  co_return json::value(std::move(all));
}

std::string why(const std::vector<trust::TlsFailure>& failures) {
  constexpr std::size_t most = 3;
  std::string text;
  for (const auto& failure : failures | std::views::take(most)) {
    if (!text.empty()) text += ", ";
    text += failure.result_type;
    if (!failure.mx_host.empty()) text += " at " + failure.mx_host;
    text += " (" + std::to_string(failure.sessions) + ")";
  }
  return failures.size() > most ? text + ", ..." : text;
}

awaitable<Answer> reports_tls(const Services& services, json::object params) {
  const auto days = days_of(params);
  json::array all;
  for (const auto& report : trust::read_tls_summaries(services.mailstore.engine().latest(),
                                                      days.first, days.last, kMostReports)) {
    json::array domains;
    for (const auto& domain : report.domains) domains.emplace_back(domain);
    json::array failures;
    for (const auto& failure : report.details) {
      failures.push_back(json::object{{"type", failure.result_type},
                                      {"host", failure.mx_host},
                                      {"sessions", failure.sessions},
                                      {"information", failure.information}});
    }
    all.push_back(json::object{{"domains", std::move(domains)},
                               {"reporter", report.organization},
                               {"begin", rfc3339(report.begin)},
                               {"successes", report.successes},
                               {"failures", report.failures},
                               {"why", why(report.details)},
                               {"details", std::move(failures)}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> reports_complaints(const Services& services, json::object params) {
  const auto days = days_of(params);
  json::array all;
  for (const auto& one : trust::read_complaints(services.mailstore.engine().latest(), days.first,
                                                days.last, kMostReports)) {
    all.push_back(json::object{{"received", rfc3339(one.received)},
                               {"type", one.type},
                               {"sender", one.sender},
                               {"message", one.message ? queue::text(one.message) : ""},
                               {"message_id", one.message_id},
                               {"recipient", one.recipient},
                               {"reporter", one.reporter},
                               {"source", one.source_ip}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> reports_send(const Services& services, json::object) {
  const auto sent = co_await services.reports.send_due(true);
  co_return json::object{{"sent", sent}};
}

constexpr NamedMethod kMethods[] = {
    {"dkim.list", dkim_list},
    {"dkim.check", dkim_check},
    {"dkim.rotate", dkim_rotate},
    {"domain.records", domain_records},
    {"domain.mta_sts", domain_mta_sts},
    {"reports.dmarc", reports_dmarc},
    {"reports.dmarc_sources", reports_sources},
    {"reports.tls", reports_tls},
    {"reports.send", reports_send},
    {"reports.complaints", reports_complaints},
};

}  // namespace

std::span<const NamedMethod> trust_methods() { return kMethods; }

}  // namespace freehold::api

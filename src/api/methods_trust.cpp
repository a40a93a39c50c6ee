#include <boost/json/array.hpp>
#include <chrono>

#include "api/method.hpp"
#include "trust/dmarc_results.hpp"
#include "trust/tls_results.hpp"

namespace freehold::api {

namespace {

constexpr std::size_t kMostReports = 1'000;
constexpr std::uint64_t kDefaultDays = 7;
constexpr std::uint64_t kMostDays = 400;

const char* word(trust::KeyStage stage) {
  switch (stage) {
    case trust::KeyStage::made:
      return "made";
    case trust::KeyStage::published:
      return "waits for DNS";
    case trust::KeyStage::seen:
      return "seen in DNS";
    case trust::KeyStage::signing:
      return "signing";
    case trust::KeyStage::retired:
      return "retired";
    case trust::KeyStage::revoked:
      return "revoked";
    case trust::KeyStage::gone:
      return "gone";
  }
  return "";
}

json::value describe(const trust::KeyRing::State& state) {
  json::array keys;
  for (const auto& key : state.keys) {
    const auto missing = std::ranges::find(state.missing, key.selector) != state.missing.end();
    keys.push_back(json::object{{"selector", key.selector},
                                {"type", trust::to_string(key.type)},
                                {"stage", word(key.stage)},
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
  add("_smtp._tls." + *name, "TXT", "v=TLSRPTv1; rua=mailto:tls-reports@" + *name,
      "where others report trouble with TLS on the way here");
  co_return json::value(std::move(records));
}

struct Days {
  store::keys::Day first;
  store::keys::Day last;
};
Days days_of(const json::object& params) {
  auto days = number_of(params, "days");
  if (days == 0) days = kDefaultDays;
  const auto today = std::chrono::floor<std::chrono::days>(system_clock().now());
  return {today - std::chrono::days(std::min(days, kMostDays)), today};
}

awaitable<Answer> reports_dmarc(const Services& services, json::object params) {
  const auto days = days_of(params);
  json::array all;
  for (const auto& report : trust::read_dmarc_summaries(services.mailstore.engine().latest(),
                                                        days.first, days.last, kMostReports)) {
    json::array failed;
    for (const auto& row : report.failed) {
      failed.push_back(json::object{{"source", row.source_ip},
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
                               {"failed", std::move(failed)}});
  }
  co_return json::value(std::move(all));
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
                               {"details", std::move(failures)}});
  }
  co_return json::value(std::move(all));
}

awaitable<Answer> reports_send(const Services& services, json::object) {
  const auto sent = co_await services.reports.send_due(true);
  co_return json::object{{"sent", sent}};
}

constexpr NamedMethod kMethods[] = {
    {"dkim.list", dkim_list},         {"dkim.check", dkim_check},
    {"dkim.rotate", dkim_rotate},     {"domain.records", domain_records},
    {"reports.dmarc", reports_dmarc}, {"reports.tls", reports_tls},
    {"reports.send", reports_send},
};

}  // namespace

std::span<const NamedMethod> trust_methods() { return kMethods; }

}  // namespace freehold::api

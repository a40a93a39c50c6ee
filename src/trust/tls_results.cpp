#include "trust/tls_results.hpp"

#include <algorithm>
#include <tuple>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "schema/trust.pb.h"
#include "store/records.hpp"
#include "trust/limits.hpp"
#include "trust/report_days.hpp"
#include "trust/report_text.hpp"

namespace freehold::trust {

namespace keys = store::keys;

namespace {

using Table = keys::Table;
constexpr std::size_t kMaxSummaryDetails = 20;

std::string cut(std::string_view text) { return report_text(text, kMaxReportString); }

void write(schema::TlsResults::Failure& out, const TlsFailure& failure) {
  out.set_result_type(cut(failure.result_type));
  out.set_sending_ip(cut(failure.sending_ip));
  out.set_mx_host(cut(failure.mx_host));
  out.set_mx_helo(cut(failure.mx_helo));
  out.set_receiving_ip(cut(failure.receiving_ip));
  out.set_information(cut(failure.information));
  out.set_reason_code(cut(failure.reason_code));
  out.set_sessions(failure.sessions);
}

TlsFailure failure_from(const schema::TlsResults::Failure& record) {
  return {record.result_type(),  record.sending_ip(),  record.mx_host(),     record.mx_helo(),
          record.receiving_ip(), record.information(), record.reason_code(), record.sessions()};
}

bool same_kind(const schema::TlsResults::Failure& a, const TlsFailure& b) {
  return a.result_type() == b.result_type && a.sending_ip() == b.sending_ip &&
         a.mx_host() == b.mx_host && a.receiving_ip() == b.receiving_ip &&
         a.reason_code() == cut(b.reason_code);
}

void count_failure(schema::TlsResults::Policy& policy, TlsFailure failure) {
  policy.set_failures(policy.failures() + 1);
  for (auto& known : *policy.mutable_details()) {
    if (!same_kind(known, failure)) continue;
    known.set_sessions(known.sessions() + 1);
    return;
  }
  if (static_cast<std::size_t>(policy.details_size()) >= kMaxTlsReportFailures) return;
  failure.sessions = 1;
  write(*policy.add_details(), failure);
}

schema::TlsResults::Policy* policy_for(schema::TlsResults& results, const TlsSession& session) {
  const auto type = static_cast<std::uint32_t>(session.type);
  for (auto& policy : *results.mutable_policies()) {
    // A policy that changes within the day is counted apart.
    if (policy.type() == type && std::ranges::equal(policy.policy(), session.policy) &&
        std::ranges::equal(policy.mx_hosts(), session.mx_hosts)) {
      return &policy;
    }
  }
  if (static_cast<std::size_t>(results.policies_size()) >= kMaxTlsReportPolicies) return nullptr;
  auto* policy = results.add_policies();
  policy->set_type(type);
  for (const auto& line : session.policy) policy->add_policy(cut(line));
  for (const auto& host : session.mx_hosts) policy->add_mx_hosts(cut(host));
  return policy;
}

// Whether one more domain may be counted that day; counts it.
bool admit_domain(store::Transaction& tx, keys::Day day) {
  const std::string key = keys::of_day(Table::tls_result, day);
  auto counter = store::read<schema::TlsResults>(tx, key).value_or(schema::TlsResults());
  if (counter.domains() >= kMaxTlsReportDomains) return false;
  counter.set_domains(counter.domains() + 1);
  tx.put(key, counter.SerializeAsString());
  return true;
}

std::string summary_key(const TlsReportSummary& summary) {
  const auto hash = sha256(summary.organization + '\0' + summary.id);
  const auto day = day_of_report(summary.begin, summary.received);
  return keys::of_day(Table::tls_reported, day, hash.view().substr(0, 8));
}

}  // namespace

void count_tls_session(store::Transaction& tx, keys::Day day, const TlsSession& session) {
  if (session.domain.empty()) return;
  const std::string key = keys::of_day(Table::tls_result, day, session.domain);
  auto known = store::read<schema::TlsResults>(tx, key);
  if (!known && !admit_domain(tx, day)) return;
  schema::TlsResults results = known ? std::move(*known) : schema::TlsResults();
  auto* policy = policy_for(results, session);
  if (policy == nullptr) return;
  if (session.failure) {
    count_failure(*policy, *session.failure);
  } else {
    policy->set_successes(policy->successes() + 1);
  }
  tx.put(key, results.SerializeAsString());
}

std::vector<std::string> tls_result_domains(const store::Reader& from, keys::Day day) {
  std::vector<std::string> domains;
  from.scan(store::prefix_range(keys::of_day(Table::tls_result, day)),
            [&](std::string_view key, std::string_view) {
              const auto domain = keys::rest_of_day(key);
              if (!domain.empty()) domains.emplace_back(domain);
              return true;
            });
  return domains;
}

std::vector<TlsPolicyResult> read_tls_results(const store::Reader& from, keys::Day day,
                                              std::string_view domain) {
  std::vector<TlsPolicyResult> out;
  const auto record =
      store::read<schema::TlsResults>(from, keys::of_day(Table::tls_result, day, domain));
  if (!record) return out;
  for (const auto& policy : record->policies()) {
    TlsPolicyResult result;
    result.type = static_cast<TlsPolicyType>(std::min(policy.type(), 2U));
    result.domain = domain;
    result.policy.assign(policy.policy().begin(), policy.policy().end());
    result.mx_hosts.assign(policy.mx_hosts().begin(), policy.mx_hosts().end());
    result.successes = policy.successes();
    result.failures = policy.failures();
    for (const auto& failure : policy.details()) result.details.push_back(failure_from(failure));
    out.push_back(std::move(result));
  }
  return out;
}

void forget_tls_results(store::Transaction& tx, keys::Day day, std::string_view domain) {
  tx.erase(keys::of_day(Table::tls_result, day, domain));
}

TlsReport make_tls_report(std::vector<TlsPolicyResult> results, keys::Day day,
                          std::string_view domain, std::string_view organization,
                          std::string_view contact, std::string_view submitter) {
  TlsReport report;
  report.organization = organization;
  report.contact = contact;
  report.begin = day;
  report.end = day + std::chrono::days(1) - std::chrono::seconds(1);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(report.begin);
  const auto hash = sha256(std::string(domain) + '\0' + std::string(submitter));
  report.id = std::to_string(seconds.time_since_epoch().count()) + "." +
              hex(hash.view().substr(0, 8)) + "@" + std::string(submitter);
  report.policies = std::move(results);
  return report;
}

TlsReportSummary summarize(const TlsReport& report, Time received) {
  TlsReportSummary out;
  out.organization = report.organization;
  out.id = report.id;
  out.begin = report.begin;
  out.end = report.end;
  out.received = received;
  for (const auto& policy : report.policies) {
    const bool known = std::ranges::find(out.domains, policy.domain) != out.domains.end();
    if (!known && out.domains.size() < kMaxSummaryDetails) out.domains.push_back(policy.domain);
    out.successes += policy.successes;
    out.failures += policy.failures;
    out.details.insert(out.details.end(), policy.details.begin(), policy.details.end());
  }
  std::ranges::sort(out.details, [](const TlsFailure& a, const TlsFailure& b) {
    return std::tie(b.sessions, a.result_type, a.mx_host) <
           std::tie(a.sessions, b.result_type, b.mx_host);
  });
  if (out.details.size() > kMaxSummaryDetails) out.details.resize(kMaxSummaryDetails);
  return out;
}

bool keep_summary(store::Transaction& tx, const TlsReportSummary& summary) {
  const std::string key = summary_key(summary);
  if (tx.get(key)) return false;
  schema::TlsReportSummary record;
  record.set_organization(cut(summary.organization));
  record.set_report_id(cut(summary.id));
  record.set_begin(to_millis(summary.begin));
  record.set_end(to_millis(summary.end));
  record.set_received_at(to_millis(summary.received));
  for (const auto& domain : summary.domains) record.add_domains(cut(domain));
  record.set_successes(summary.successes);
  record.set_failures(summary.failures);
  for (const auto& failure : summary.details) write(*record.add_details(), failure);
  tx.put(key, record.SerializeAsString());
  return true;
}

std::vector<TlsReportSummary> read_tls_summaries(const store::Reader& from, keys::Day first,
                                                 keys::Day last, std::size_t most) {
  std::vector<TlsReportSummary> out;
  from.scan(of_days(Table::tls_reported, first, last),
            [&](std::string_view key, std::string_view value) {
              if (out.size() == most) return false;
              const auto record = store::decode<schema::TlsReportSummary>(key, value);
              TlsReportSummary summary;
              summary.organization = record.organization();
              summary.id = record.report_id();
              summary.begin = from_millis(record.begin());
              summary.end = from_millis(record.end());
              summary.received = from_millis(record.received_at());
              summary.domains.assign(record.domains().begin(), record.domains().end());
              summary.successes = record.successes();
              summary.failures = record.failures();
              for (const auto& failure : record.details())
                summary.details.push_back(failure_from(failure));
              out.push_back(std::move(summary));
              return true;
            });
  return out;
}

}  // namespace freehold::trust

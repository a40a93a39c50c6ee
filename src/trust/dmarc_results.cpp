#include "trust/dmarc_results.hpp"

#include <algorithm>
#include <tuple>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/version.hpp"
#include "schema/trust.pb.h"
#include "store/records.hpp"
#include "trust/limits.hpp"
#include "trust/report_text.hpp"

namespace freehold::trust {

namespace keys = store::keys;

namespace {

using Table = keys::Table;
constexpr std::size_t kMaxSummaryRows = 20;
constexpr std::size_t kMaxText = 255;  // of a row that is kept; names are no longer

std::string cut(std::string_view text) { return report_text(text, kMaxText); }

schema::DmarcRow to_record(const AggregateRow& row) {
  schema::DmarcRow out;
  out.set_source_ip(cut(row.source_ip));
  out.set_count(row.count);
  out.set_disposition(cut(row.disposition));
  out.set_dkim(cut(row.dkim));
  out.set_spf(cut(row.spf));
  for (const auto& reason : row.reasons) {
    if (static_cast<std::size_t>(out.reasons_size()) == kMaxAggregateReasons) break;
    auto* to = out.add_reasons();
    to->set_type(cut(reason.type));
    to->set_comment(cut(reason.comment));
  }
  out.set_header_from(cut(row.header_from));
  if (row.envelope_from) out.set_envelope_from(cut(*row.envelope_from));
  out.set_envelope_to(cut(row.envelope_to));
  for (const auto& dkim : row.dkim_results) {
    if (static_cast<std::size_t>(out.dkim_results_size()) == kMaxAggregateReasons) break;
    auto* to = out.add_dkim_results();
    to->set_domain(cut(dkim.domain));
    to->set_selector(cut(dkim.selector));
    to->set_result(cut(dkim.result));
    to->set_human_result(cut(dkim.human_result));
  }
  for (const auto& spf : row.spf_results) {
    if (static_cast<std::size_t>(out.spf_results_size()) == kMaxAggregateReasons) break;
    auto* to = out.add_spf_results();
    to->set_domain(cut(spf.domain));
    to->set_scope(cut(spf.scope));
    to->set_result(cut(spf.result));
    to->set_human_result(cut(spf.human_result));
  }
  return out;
}

AggregateRow from_record(const schema::DmarcRow& record) {
  AggregateRow out;
  out.source_ip = record.source_ip();
  out.count = record.count();
  out.disposition = record.disposition();
  out.dkim = record.dkim();
  out.spf = record.spf();
  for (const auto& reason : record.reasons()) {
    out.reasons.push_back({reason.type(), reason.comment()});
  }
  out.header_from = record.header_from();
  if (record.has_envelope_from()) out.envelope_from = record.envelope_from();
  out.envelope_to = record.envelope_to();
  for (const auto& dkim : record.dkim_results()) {
    out.dkim_results.push_back(
        {dkim.domain(), dkim.selector(), dkim.result(), dkim.human_result()});
  }
  for (const auto& spf : record.spf_results()) {
    out.spf_results.push_back({spf.domain(), spf.scope(), spf.result(), spf.human_result()});
  }
  return out;
}

void write_policy(schema::DmarcDomain& out, const AggregatePolicy& policy, std::string_view rua) {
  out.set_discovery_method(cut(policy.discovery_method));
  out.set_p(cut(policy.p));
  out.set_sp(cut(policy.sp));
  out.set_np(cut(policy.np));
  out.set_adkim(cut(policy.adkim));
  out.set_aspf(cut(policy.aspf));
  out.set_fo(cut(policy.fo));
  out.set_testing(cut(policy.testing));
  out.set_rua(report_text(rua, kMaxReportString));
}

// Domains cannot contain it, so no domain's rows are among another's.
std::string row_prefix(keys::Day day, std::string_view domain) {
  return keys::of_day(Table::dmarc_result, day, std::string(domain) + '\0');
}

std::optional<schema::DmarcDomain> admit_domain(store::Transaction& tx, keys::Day day,
                                                const std::string& key) {
  if (auto known = store::read<schema::DmarcDomain>(tx, key)) return known;
  const std::string day_key = keys::of_day(Table::dmarc_domain, day);
  auto counter = store::read<schema::DmarcDomain>(tx, day_key).value_or(schema::DmarcDomain());
  if (counter.domains() >= kMaxAggregateDomainsKept) return std::nullopt;
  counter.set_domains(counter.domains() + 1);
  tx.put(day_key, counter.SerializeAsString());
  return schema::DmarcDomain();
}

std::string summary_key(const DmarcReportSummary& summary) {
  const auto hash = sha256(summary.organization + '\0' + summary.domain + '\0' + summary.id);
  const auto day = std::chrono::floor<std::chrono::days>(summary.begin);
  return keys::of_day(Table::dmarc_reported, day, hash.view().substr(0, 8));
}

}  // namespace

void count_dmarc_result(store::Transaction& tx, keys::Day day, const AggregatePolicy& policy,
                        std::string_view rua, const AggregateRow& row) {
  if (policy.domain.empty()) return;
  const std::string key = keys::of_day(Table::dmarc_domain, day, policy.domain);
  auto domain = admit_domain(tx, day, key);
  if (!domain) return;
  write_policy(*domain, policy, rua);
  schema::DmarcRow record = to_record(row);
  record.clear_count();
  const std::string row_key =
      row_prefix(day, policy.domain) + std::string(sha256(record.SerializeAsString()).view());
  const auto known = store::read<schema::DmarcRow>(tx, row_key);
  if (known || domain->rows() < kMaxAggregateRowsKept) {
    if (!known) domain->set_rows(domain->rows() + 1);
    record.set_count((known ? known->count() : 0) + 1);
    tx.put(row_key, record.SerializeAsString());
  } else {
    domain->set_uncounted(domain->uncounted() + 1);
  }
  tx.put(key, domain->SerializeAsString());
}

std::vector<std::string> dmarc_result_domains(const store::Reader& from, keys::Day day) {
  std::vector<std::string> domains;
  from.scan(store::prefix_range(keys::of_day(Table::dmarc_domain, day)),
            [&](std::string_view key, std::string_view) {
              const auto domain = keys::rest_of_day(key);
              if (!domain.empty()) domains.emplace_back(domain);
              return true;
            });
  return domains;
}

std::optional<DmarcResults> read_dmarc_results(const store::Reader& from, keys::Day day,
                                               std::string_view domain) {
  const auto record =
      store::read<schema::DmarcDomain>(from, keys::of_day(Table::dmarc_domain, day, domain));
  if (!record || domain.empty()) return std::nullopt;
  DmarcResults out;
  out.policy = {std::string(domain), record->discovery_method(),
                record->p(),         record->sp(),
                record->np(),        record->adkim(),
                record->aspf(),      record->fo(),
                record->testing(),   {}};
  out.rua = record->rua();
  out.uncounted = record->uncounted();
  from.scan(store::prefix_range(row_prefix(day, domain)),
            [&](std::string_view key, std::string_view value) {
              out.rows.push_back(from_record(store::decode<schema::DmarcRow>(key, value)));
              return true;
            });
  sort_rows(out.rows);
  return out;
}

void forget_dmarc_results(store::Transaction& tx, keys::Day day, std::string_view domain) {
  std::vector<std::string> gone;
  tx.scan(store::prefix_range(row_prefix(day, domain)),
          [&](std::string_view key, std::string_view) {
            gone.emplace_back(key);
            return true;
          });
  for (auto& key : gone) tx.erase(std::move(key));
  tx.erase(keys::of_day(Table::dmarc_domain, day, domain));
}

AggregateReport make_aggregate_report(DmarcResults results, keys::Day day,
                                      std::string_view organization, std::string_view email,
                                      std::string_view submitter) {
  AggregateReport report;
  report.organization = organization;
  report.email = email;
  report.begin = day;
  report.end = day + std::chrono::days(1) - std::chrono::seconds(1);
  const auto hash = sha256(results.policy.domain + '\0' + std::string(submitter));
  report.id = std::to_string(day.time_since_epoch().count()) + "." + hex(hash.view().substr(0, 8)) +
              "@" + std::string(submitter);
  report.generator = std::string("Freehold ") + std::string(kVersion);
  if (results.uncounted != 0) {
    report.errors.push_back(std::to_string(results.uncounted) +
                            " further messages are not in this report");
  }
  report.policy = std::move(results.policy);
  report.rows = std::move(results.rows);
  return report;
}

DmarcReportSummary summarize(const AggregateReport& report, Time received) {
  DmarcReportSummary out;
  out.organization = report.organization;
  out.id = report.id;
  out.domain = report.policy.domain;
  out.begin = report.begin;
  out.end = report.end;
  out.received = received;
  for (const auto& row : report.rows) {
    out.messages += row.count;
    if (row.dkim == "pass" || row.spf == "pass") {
      out.passed += row.count;
    } else {
      out.failed.push_back(row);
    }
  }
  std::ranges::sort(out.failed, [](const AggregateRow& a, const AggregateRow& b) {
    return std::tie(b.count, a.source_ip, a.header_from) <
           std::tie(a.count, b.source_ip, b.header_from);
  });
  if (out.failed.size() > kMaxSummaryRows) out.failed.resize(kMaxSummaryRows);
  return out;
}

bool keep_summary(store::Transaction& tx, const DmarcReportSummary& summary) {
  const std::string key = summary_key(summary);
  if (tx.get(key)) return false;
  schema::DmarcReportSummary record;
  record.set_organization(cut(summary.organization));
  record.set_report_id(cut(summary.id));
  record.set_domain(cut(summary.domain));
  record.set_begin(to_millis(summary.begin));
  record.set_end(to_millis(summary.end));
  record.set_received_at(to_millis(summary.received));
  record.set_messages(summary.messages);
  record.set_passed(summary.passed);
  for (const auto& row : summary.failed) *record.add_failed() = to_record(row);
  tx.put(key, record.SerializeAsString());
  return true;
}

std::vector<DmarcReportSummary> read_dmarc_summaries(const store::Reader& from, keys::Day first,
                                                     keys::Day last, std::size_t most) {
  std::vector<DmarcReportSummary> out;
  const store::Range range{keys::of_day(Table::dmarc_reported, first),
                           keys::of_day(Table::dmarc_reported, last + std::chrono::days(1))};
  from.scan(range, [&](std::string_view key, std::string_view value) {
    if (out.size() == most) return false;
    const auto record = store::decode<schema::DmarcReportSummary>(key, value);
    DmarcReportSummary summary;
    summary.organization = record.organization();
    summary.id = record.report_id();
    summary.domain = record.domain();
    summary.begin = from_millis(record.begin());
    summary.end = from_millis(record.end());
    summary.received = from_millis(record.received_at());
    summary.messages = record.messages();
    summary.passed = record.passed();
    for (const auto& row : record.failed()) summary.failed.push_back(from_record(row));
    out.push_back(std::move(summary));
    return true;
  });
  return out;
}

}  // namespace freehold::trust

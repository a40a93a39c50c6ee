#include "trust/dmarc_results.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/version.hpp"
#include "schema/trust.pb.h"
#include "store/records.hpp"
#include "trust/dmarc_row.hpp"
#include "trust/limits.hpp"
#include "trust/report_text.hpp"

namespace freehold::trust {

namespace keys = store::keys;

namespace {

using Table = keys::Table;

std::string cut(std::string_view text) { return report_text(text, kMaxRowText); }

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

}  // namespace freehold::trust

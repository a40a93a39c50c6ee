#include "trust/dmarc_summaries.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "base/hash.hpp"
#include "schema/trust.pb.h"
#include "store/records.hpp"
#include "trust/dmarc_row.hpp"
#include "trust/limits.hpp"
#include "trust/report_days.hpp"
#include "trust/report_text.hpp"

namespace freehold::trust {

namespace keys = store::keys;

namespace {

using Table = keys::Table;

std::string cut(std::string_view text) { return report_text(text, kMaxRowText); }

std::string summary_key(const DmarcReportSummary& summary) {
  const auto hash = sha256(summary.organization + '\0' + summary.domain + '\0' + summary.id);
  const auto day = day_of_report(summary.begin, summary.received);
  return keys::of_day(Table::dmarc_reported, day, hash.view().substr(0, 8));
}

DmarcReportSummary from_record(const schema::DmarcReportSummary& record) {
  DmarcReportSummary summary;
  summary.organization = record.organization();
  summary.id = record.report_id();
  summary.domain = record.domain();
  summary.begin = from_millis(record.begin());
  summary.end = from_millis(record.end());
  summary.received = from_millis(record.received_at());
  summary.messages = record.messages();
  summary.passed = record.passed();
  for (const auto& row : record.rows()) summary.rows.push_back(trust::from_record(row));
  return summary;
}

// Until `visit` says false.
void scan_summaries(const store::Reader& from, keys::Day first, keys::Day last,
                    const std::function<bool(DmarcReportSummary)>& visit) {
  from.scan(of_days(Table::dmarc_reported, first, last),
            [&](std::string_view key, std::string_view value) {
              return visit(from_record(store::decode<schema::DmarcReportSummary>(key, value)));
            });
}

// Everything but the count: domain, address, header From, DKIM, SPF, disposition.
using SourceKey =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
using Counts = std::map<SourceKey, std::uint64_t>;

void count(Counts& counts, SourceKey key, std::uint64_t messages) {
  if (messages == 0) return;
  const auto known = counts.find(key);
  if (known != counts.end()) {
    known->second += messages;
  } else if (counts.size() < kMaxDmarcSources) {
    counts.emplace(std::move(key), messages);
  } else {
    counts[{std::get<0>(key), "", "", "", "", ""}] += messages;
  }
}

void count(Counts& counts, const DmarcReportSummary& summary) {
  std::uint64_t told = 0;
  for (const auto& row : summary.rows) {
    told += row.count;
    count(counts,
          {summary.domain, row.source_ip, row.header_from, row.dkim, row.spf, row.disposition},
          row.count);
  }
  count(counts, {summary.domain, "", "", "", "", ""},
        summary.messages > told ? summary.messages - told : 0);
}

}  // namespace

bool has_passed(const AggregateRow& row) { return row.dkim == "pass" || row.spf == "pass"; }

DmarcReportSummary summarize(const AggregateReport& report, Time received) {
  DmarcReportSummary out;
  out.organization = report.organization;
  out.id = report.id;
  out.domain = report.policy.domain;
  out.begin = report.begin;
  out.end = report.end;
  out.received = received;
  out.rows = report.rows;
  for (const auto& row : report.rows) {
    out.messages += row.count;
    if (has_passed(row)) out.passed += row.count;
  }
  std::ranges::sort(out.rows, [](const AggregateRow& a, const AggregateRow& b) {
    return std::tuple(has_passed(a), b.count, std::tie(a.source_ip, a.header_from)) <
           std::tuple(has_passed(b), a.count, std::tie(b.source_ip, b.header_from));
  });
  if (out.rows.size() > kMaxSummaryRows) out.rows.resize(kMaxSummaryRows);
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
  for (const auto& row : summary.rows) *record.add_rows() = to_record(row);
  tx.put(key, record.SerializeAsString());
  return true;
}

std::vector<DmarcReportSummary> read_dmarc_summaries(const store::Reader& from, keys::Day first,
                                                     keys::Day last, std::size_t most) {
  std::vector<DmarcReportSummary> out;
  scan_summaries(from, first, last, [&](DmarcReportSummary summary) {
    if (out.size() == most) return false;
    out.push_back(std::move(summary));
    return true;
  });
  return out;
}

std::vector<DmarcSource> read_dmarc_sources(const store::Reader& from, keys::Day first,
                                            keys::Day last) {
  Counts counts;
  scan_summaries(from, first, last, [&](const DmarcReportSummary& summary) {
    count(counts, summary);
    return true;
  });
  std::vector<DmarcSource> out;
  for (const auto& [key, messages] : counts) {
    const auto& [domain, ip, header_from, dkim, spf, disposition] = key;
    out.push_back({domain, ip, header_from, dkim, spf, disposition, messages});
  }
  std::ranges::sort(out, [](const DmarcSource& a, const DmarcSource& b) {
    return std::tie(a.domain, b.messages, a.ip, a.header_from, a.dkim, a.spf, a.disposition) <
           std::tie(b.domain, a.messages, b.ip, b.header_from, b.dkim, b.spf, b.disposition);
  });
  return out;
}

}  // namespace freehold::trust

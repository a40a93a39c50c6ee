#include "trust/dmarc_tally.hpp"

#include <utility>

#include "base/log.hpp"
#include "trust/dmarc_results.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

std::string yes_no(bool yes, const char* if_yes, const char* if_no) { return yes ? if_yes : if_no; }

std::string policy_name(const std::optional<DmarcPolicy>& policy) {
  return policy ? std::string(dmarc_policy_name(*policy)) : std::string();
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return std::string(at == std::string_view::npos ? std::string_view() : address.substr(at + 1));
}

std::string disposition_name(const Findings& findings, const Disposition& disposition) {
  switch (disposition.action) {
    case Disposition::Action::junk:
      return "quarantine";
    case Disposition::Action::refuse:
      return "reject";
    case Disposition::Action::accept:
      break;
  }
  return findings.dmarc.result == DmarcResult::pass ? "pass" : "none";
}

}  // namespace

AggregatePolicy reported_policy(const DmarcVerdict& dmarc) {
  const auto& record = dmarc.record;
  AggregatePolicy policy;
  policy.domain = dmarc.record_domain;
  policy.discovery_method = "treewalk";
  policy.p = policy_name(record.policy);
  policy.sp = policy_name(record.subdomains);
  policy.np = policy_name(record.nonexistent);
  policy.adkim = yes_no(record.strict_dkim, "s", "r");
  policy.aspf = yes_no(record.strict_spf, "s", "r");
  policy.fo = record.failure_options;
  policy.testing = yes_no(record.testing, "y", "n");
  return policy;
}

AggregateRow reported_row(const Findings& findings, const Claim& claim,
                          const Disposition& disposition, std::string_view recipient_domain) {
  AggregateRow row;
  row.source_ip = claim.client.text();
  row.count = 1;
  row.disposition = disposition_name(findings, disposition);
  row.dkim = yes_no(findings.dmarc.dkim_aligned, "pass", "fail");
  row.spf = yes_no(findings.dmarc.spf_aligned, "pass", "fail");
  if (!disposition.exception.empty()) {
    row.reasons.push_back({std::string(disposition.exception), disposition.reason});
  }
  row.header_from = findings.dmarc.author_domain;
  row.envelope_from = domain_of(claim.reverse_path);
  row.envelope_to = recipient_domain;
  for (const auto& verdict : findings.dkim) {
    if (verdict.result == DkimResult::none) continue;
    row.dkim_results.push_back(
        {verdict.domain, verdict.selector, std::string(to_string(verdict.result)), verdict.reason});
  }
  row.spf_results.push_back({findings.spf.domain,
                             findings.spf.of_helo ? "helo" : "mfrom",
                             std::string(spf_result_name(findings.spf.result)),
                             {}});
  return row;
}

void DmarcTally::add(const Findings& findings, const Claim& claim, const Disposition& disposition,
                     std::string_view recipient_domain) {
  const auto& dmarc = findings.dmarc;
  if (dmarc.record_domain.empty() || dmarc.record.aggregate_reports.empty()) return;
  std::string rua;
  for (const auto& uri : dmarc.record.aggregate_reports) {
    if (!rua.empty()) rua += ',';
    rua += uri.uri;
    if (uri.max_bytes) rua += '!' + std::to_string(*uri.max_bytes);
  }
  Counted counted{clock_.now(), reported_policy(dmarc), std::move(rua),
                  reported_row(findings, claim, disposition, recipient_domain)};
  const std::lock_guard lock(mutex_);
  if (counted_.size() < kMaxDmarcUnwritten) counted_.push_back(std::move(counted));
}

awaitable<void> DmarcTally::flush() {
  std::vector<Counted> some;
  {
    const std::lock_guard lock(mutex_);
    some.swap(counted_);
  }
  if (some.empty()) co_return;
  const Result<> written = co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    for (const auto& each : some) {
      count_dmarc_result(tx, std::chrono::floor<std::chrono::days>(each.at), each.policy, each.rua,
                         each.row);
    }
    return {};
  });
  if (!written) log::warning("trust.dmarc_not_counted", {{"error", written.error().text()}});
}

}  // namespace freehold::trust

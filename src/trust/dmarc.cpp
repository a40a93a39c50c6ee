#include "trust/dmarc.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "message/address.hpp"
#include "trust/dmarc_tree.hpp"
#include "trust/domain_name.hpp"
#include "trust/limits.hpp"
#include "trust/public_suffix.hpp"

namespace freehold::trust {

namespace {

// One author domain's evaluation. Lives in check_dmarc(), whose end ends it.
class Evaluation {
 public:
  Evaluation(net::Resolver& resolver, const DmarcQuery& query, std::string author)
      : resolver_(resolver), query_(query), tree_(resolver) {
    verdict_.author_domain = std::move(author);
  }

  awaitable<DmarcVerdict> run() {
    co_await find_record();
    if (record_ == nullptr) co_return std::move(verdict_);
    verdict_.record = *record_;
    if (record_->broken && record_->aggregate_reports.empty()) {
      verdict_.result = DmarcResult::permerror;
      verdict_.problem = "the record at _dmarc." + verdict_.record_domain + " has no valid policy";
      co_return std::move(verdict_);
    }
    verdict_.published = co_await published_policy();
    co_await align();
    conclude();
    co_return std::move(verdict_);
  }

 private:
  // RFC 9989, 4.10.1; RFC 7489, 6.6.3
  awaitable<void> find_record() {
    const std::string& author = verdict_.author_domain;
    const DmarcTree::Place* place = co_await tree_.at(author);
    if (!place->error.empty()) {
      fail_for_now(place->error);
    } else if (place->record) {
      use(author, &*place->record, DmarcSource::author);
    } else if (query_.method == DmarcMethod::tree_walk) {
      co_await find_record_above();
    } else {
      verdict_.organizational_domain = registrable_domain(author);
      place = co_await tree_.at(verdict_.organizational_domain);
      if (!place->error.empty()) fail_for_now(place->error);
      if (place->record) {
        use(verdict_.organizational_domain, &*place->record, DmarcSource::organization);
      }
    }
    if (record_ == nullptr && verdict_.problem.empty()) verdict_.problem = "no DMARC record";
  }

  awaitable<void> find_record_above() {
    DmarcWalk walk = co_await tree_.walk(verdict_.author_domain);
    if (!walk.error.empty()) {
      fail_for_now(std::move(walk.error));
      co_return;
    }
    verdict_.organizational_domain = walk.organizational_domain;
    // The organization's own record, else that of the public suffix above it: the last that was
    // found, for the walk ends there.
    for (const DmarcWalk::Found& found : walk.found) {
      const bool own = found.domain == walk.organizational_domain;
      use(found.domain, found.record, own ? DmarcSource::organization : DmarcSource::public_suffix);
      if (own) break;
    }
  }

  void use(std::string domain, const DmarcRecord* record, DmarcSource source) {
    verdict_.record_domain = std::move(domain);
    verdict_.source = source;
    record_ = record;
  }

  void fail_for_now(std::string why) {
    verdict_.result = DmarcResult::temperror;
    verdict_.problem = std::move(why);
  }

  // Which of p, sp and np it is.
  awaitable<DmarcPolicy> published_policy() {
    if (record_->broken) co_return DmarcPolicy::none;
    const DmarcPolicy policy = record_->policy.value_or(DmarcPolicy::none);
    if (verdict_.record_domain == verdict_.author_domain) co_return policy;
    const DmarcPolicy existing = record_->subdomains.value_or(policy);
    const DmarcPolicy missing = record_->nonexistent.value_or(existing);
    if (missing == existing) co_return existing;
    const bool exists = co_await author_exists();
    co_return exists ? existing : missing;
  }

  // RFC 9989, 3.2.13. A failing lookup proves nothing, so then it does.
  awaitable<bool> author_exists() {
    const auto is_void = [](net::DnsStatus status) {
      return status == net::DnsStatus::no_data || status == net::DnsStatus::no_such_domain;
    };
    const auto addresses = co_await resolver_.addresses(verdict_.author_domain);
    if (!is_void(addresses.status)) co_return true;
    const auto mx = co_await resolver_.mx(verdict_.author_domain);
    co_return !is_void(mx.status);
  }

  // RFC 9989, 4.10.2 and 5.3.4
  awaitable<void> align() {
    if (!query_.spf_domain.empty()) {
      verdict_.spf_aligned = co_await is_aligned(query_.spf_domain, record_->strict_spf);
    }
    std::vector<std::string> seen;
    for (const std::string& domain : query_.dkim_domains) {
      if (seen.size() >= kMaxDmarcIdentifiers) break;
      if (std::ranges::find(seen, domain) != seen.end()) continue;
      seen.push_back(domain);
      verdict_.dkim_aligned = co_await is_aligned(domain, record_->strict_dkim);
      if (!verdict_.dkim_aligned) continue;
      verdict_.dkim_domain = domain;
      break;
    }
  }

  awaitable<bool> is_aligned(std::string identifier, bool strict) {
    const std::optional<std::string> domain = comparable_domain(identifier);
    if (!domain) co_return false;
    if (*domain == verdict_.author_domain) co_return true;
    // An organizational domain is the domain or above it: what has not even the last label in
    // common is never aligned.
    if (strict || last_labels(*domain, 1) != last_labels(verdict_.author_domain, 1)) {
      co_return false;
    }
    if (verdict_.organizational_domain.empty()) {
      verdict_.organizational_domain = co_await organization_of(verdict_.author_domain);
    }
    const std::string& ours = verdict_.organizational_domain;
    if (ours.empty() || !is_within(*domain, ours)) co_return false;
    const std::string theirs = co_await organization_of(*domain);
    co_return theirs == ours;
  }

  // Empty when the DNS fails, which keeps the result open.
  awaitable<std::string> organization_of(std::string domain) {
    if (query_.method == DmarcMethod::public_suffix_list) co_return registrable_domain(domain);
    DmarcWalk walk = co_await tree_.walk(std::move(domain));
    if (!walk.error.empty()) open_ = std::move(walk.error);
    co_return walk.organizational_domain;
  }

  void conclude() {
    if (verdict_.spf_aligned || verdict_.dkim_aligned) {
      verdict_.result = DmarcResult::pass;
    } else if (!open_.empty() || query_.unfinished) {
      fail_for_now(open_.empty() ? "SPF or DKIM failed for now" : open_);
    } else {
      verdict_.result = DmarcResult::fail;
      apply_policy();
    }
  }

  // Test mode and samples left out mean one step less (RFC 9989, 4.7: t; RFC 7489, 6.6.4).
  void apply_policy() {
    verdict_.policy = verdict_.published;
    if (verdict_.policy == DmarcPolicy::none) return;
    if (record_->testing) {
      verdict_.leniency = DmarcLeniency::test_mode;
    } else if (query_.sample >= record_->percent) {
      verdict_.leniency = DmarcLeniency::sampled_out;
    } else {
      return;
    }
    verdict_.policy =
        verdict_.policy == DmarcPolicy::reject ? DmarcPolicy::quarantine : DmarcPolicy::none;
  }

  net::Resolver& resolver_;
  const DmarcQuery& query_;
  DmarcTree tree_;
  DmarcVerdict verdict_;
  const DmarcRecord* record_ = nullptr;  // the tree's
  std::string open_;                     // why an alignment could not be decided
};

// Of two verdicts the higher one counts.
int strictness(const DmarcVerdict& verdict) {
  switch (verdict.result) {
    case DmarcResult::pass:
      return 0;
    case DmarcResult::none:
      return 1;
    case DmarcResult::permerror:
      return 2;
    case DmarcResult::temperror:
      return 4;
    case DmarcResult::fail:
      break;
  }
  return verdict.policy == DmarcPolicy::none ? 3 : 4 + static_cast<int>(verdict.policy);
}

}  // namespace

std::string_view dmarc_result_name(DmarcResult result) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "pass", "fail", "temperror",
                                                      "permerror"};
  return kNames.at(static_cast<std::size_t>(result));
}

std::vector<std::string> author_domains(const message::Header& header) {
  std::vector<std::string> domains;
  for (const message::Field& field : header.fields()) {
    if (!iequals(header.name(field), "From")) continue;
    for (const message::Address& address : message::parse_addresses(header.value(field))) {
      if (domains.size() > kMaxDmarcAuthors) return domains;
      if (address.kind != message::Address::Kind::mailbox) continue;
      auto domain = comparable_domain(address.domain);
      if (domain && std::ranges::find(domains, *domain) == domains.end()) {
        domains.push_back(std::move(*domain));
      }
    }
  }
  return domains;
}

awaitable<DmarcVerdict> check_dmarc(net::Resolver& resolver, DmarcQuery query) {
  DmarcVerdict strictest;
  if (query.author_domains.empty()) {
    strictest.problem = "no domain in From";
    co_return strictest;
  }
  if (query.author_domains.size() > kMaxDmarcAuthors) {
    strictest.result = DmarcResult::permerror;
    strictest.problem = "too many domains in From";
    co_return strictest;
  }
  bool first = true;
  for (const std::string& name : query.author_domains) {
    const std::optional<std::string> author = comparable_domain(name);
    if (!author) continue;
    Evaluation evaluation(resolver, query, *author);
    DmarcVerdict verdict = co_await evaluation.run();
    if (first || strictness(verdict) > strictness(strictest)) strictest = std::move(verdict);
    first = false;
  }
  if (first) strictest.problem = "no domain in From";
  co_return strictest;
}

}  // namespace freehold::trust

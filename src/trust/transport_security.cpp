#include "trust/transport_security.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "trust/tls_results.hpp"

namespace freehold::trust {

namespace {

constexpr std::size_t kMostRefreshed = 50;  // policies at one call

std::vector<std::string> policy_lines(const StsState& sts) {
  if (!sts.policy) return {};
  const auto publication =
      publish_sts(sts.policy->mode, sts.policy->max_age, std::span(sts.policy->mx));
  std::vector<std::string> lines;
  std::string_view rest = publication.policy;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (const auto text = trim(line); !text.empty()) lines.emplace_back(text);
  }
  return lines;
}

std::vector<std::string> policy_lines(const std::vector<net::TlsaRecord>& records) {
  std::vector<std::string> lines;
  for (const auto& record : records) {
    lines.push_back(std::to_string(record.usage) + " " + std::to_string(record.selector) + " " +
                    std::to_string(record.matching) + " " + hex(record.data));
  }
  return lines;
}

}  // namespace

TransportSecurity::TransportSecurity(net::Resolver& resolver, net::HttpsClient& https,
                                     store::Engine& engine, const Clock& clock)
    : engine_(engine),
      resolver_(resolver),
      clock_(clock),
      cache_(resolver, https, engine, clock),
      lane_(engine) {}

awaitable<StsState> TransportSecurity::sts(std::string domain) {
  auto state = co_await cache_.find(domain);
  if (state.refresh_behind) {
    const std::lock_guard lock(mutex_);
    refresh_.insert(std::move(domain));
  }
  co_return state;
}

awaitable<TransportPlan> TransportSecurity::plan(TransportTarget target, const StsState& sts) {
  TransportPlan plan;
  plan.dane =
      co_await find_dane(resolver_, {target.host, target.domain, target.mx_secure, target.port});
  TransportFacts facts;
  facts.host = target.host;
  facts.mx_secure = target.mx_secure;
  facts.dane = plan.dane.kind;
  facts.sts = sts.policy ? &*sts.policy : nullptr;
  facts.require_tls = target.require_tls;
  facts.tls_required_no = target.tls_required_no;
  facts.habit = demanded(read_known_tls(engine_.latest(), target.domain), clock_.now());
  plan.decision = decide_transport(facts);
  plan.peer = peer_for(plan.decision, target.host, plan.dane);
  co_return plan;
}

awaitable<void> TransportSecurity::note(TransportTarget target, const StsState& sts,
                                        const TransportPlan& plan, TransportOutcome outcome) {
  const auto now = clock_.now();
  const auto& decision = plan.decision;
  auto type = decision.failed_already.value_or(result_type(decision, outcome.tls, outcome.fault));
  if (type == TlsResultType::success && sts.failure) type = result_type(*sts.failure);
  TlsSession session;
  session.type = decision.policy;
  const bool tlsa = decision.policy == TlsPolicyType::tlsa;
  session.domain = tlsa ? plan.dane.base_domain : target.domain;
  if (session.domain.empty()) session.domain = target.domain;
  session.policy = tlsa ? policy_lines(plan.dane.records) : policy_lines(sts);
  if (sts.policy && !tlsa) session.mx_hosts = sts.policy->mx;
  if (type != TlsResultType::success) {
    session.failure = TlsFailure();
    session.failure->result_type = text_of(type);
    session.failure->mx_host = target.host;
    session.failure->receiving_ip = outcome.address;
    session.failure->information = outcome.information;
  }
  const auto known = read_known_tls(engine_.latest(), target.domain);
  const auto downgrade = judge_downgrade(known, outcome.level, now);
  if (downgrade != Downgrade::none) {
    log::warning("trust.tls_downgrade", {{"domain", target.domain},
                                         {"host", target.host},
                                         {"action", downgrade == Downgrade::hold ? "held" : "sent"},
                                         {"information", outcome.information}});
  }
  const Result<> written = co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    count_tls_session(tx, std::chrono::floor<std::chrono::days>(now), session);
    const auto before = read_known_tls(tx, target.domain);
    const auto after = learn(before.value_or(KnownTls()), outcome.level, now);
    if (!before || after != *before) write_known_tls(tx, target.domain, after);
    return {};
  });
  if (!written) log::warning("trust.tls_not_counted", {{"error", written.error().text()}});
}

awaitable<void> TransportSecurity::refresh_policies() {
  std::set<std::string> domains;
  {
    const std::lock_guard lock(mutex_);
    domains.swap(refresh_);
  }
  for (auto& domain : cache_.due(kMostRefreshed)) domains.insert(std::move(domain));
  for (const auto& domain : domains) static_cast<void>(co_await cache_.refresh(domain));
}

}  // namespace freehold::trust

#include "trust/examination.hpp"

#include <algorithm>

#include "net/bounded_resolver.hpp"
#include "trust/auth_result.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

Examination::Examination(const message::Header& header)
    : dkim_(header, bodies_),
      arc_(header, bodies_),
      authors_(author_domains(header)),
      list_mail_(header.find("List-Id") != nullptr || header.find("List-Post") != nullptr) {}

awaitable<Findings> Examination::run(net::Resolver& unbounded, Claim claim, Time now,
                                     unsigned sample) {
  net::BoundedResolver resolver(unbounded, net::after(kExaminationWait));
  Findings found;
  found.list_mail = list_mail_;
  found.iprev = co_await check_iprev(resolver, claim.client);
  SpfQuery query{claim.client, claim.helo, claim.reverse_path};
  query.now = now;
  found.spf = co_await check_spf(resolver, std::move(query));
  found.dkim = co_await dkim_.verify(resolver, now);
  found.arc = co_await arc_.verify(resolver, now);
  DmarcQuery dmarc;
  dmarc.author_domains = authors_;
  if (found.spf.result == SpfResult::pass) dmarc.spf_domain = found.spf.domain;
  dmarc.dkim_domains = found.signing_domains();
  dmarc.unfinished = found.spf.result == SpfResult::temperror ||
                     std::ranges::any_of(found.dkim, [](const DkimVerdict& verdict) {
                       return verdict.result == DkimResult::temperror;
                     });
  dmarc.sample = sample;
  found.dmarc = co_await check_dmarc(resolver, std::move(dmarc));
  co_return found;
}

std::vector<std::string> Findings::signing_domains() const {
  std::vector<std::string> domains;
  for (const auto& verdict : dkim) {
    if (verdict.result == DkimResult::pass && !verdict.testing) domains.push_back(verdict.domain);
  }
  return domains;
}

AuthenticationResults Findings::results(std::string authserv_id, const Claim& claim) const {
  AuthenticationResults out{std::move(authserv_id)};
  out.results.push_back(auth_result(iprev, claim.client));
  out.results.push_back(auth_result(spf, claim.reverse_path, claim.helo));
  for (const auto& verdict : dkim) {
    out.results.push_back(auth_result(DkimFacts{std::string(to_string(verdict.result)),
                                                verdict.reason, verdict.domain, verdict.identity,
                                                verdict.selector, verdict.algorithm, verdict.b}));
  }
  if (arc.status != ArcStatus::none) {
    out.results.push_back(
        arc_auth_result(to_string(arc.status), arc.reason, arc.oldest_pass, claim.client));
  }
  out.results.push_back(auth_result(dmarc));
  return out;
}

}  // namespace freehold::trust

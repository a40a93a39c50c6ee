#include "filter/evidence.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"
#include "directory/address.hpp"

namespace freehold::filter {

namespace {

Check check_of(std::string_view result) {
  constexpr std::array<std::pair<std::string_view, Check>, 7> kNames = {{
      {"none", Check::none},
      {"pass", Check::pass},
      {"neutral", Check::neutral},
      {"softfail", Check::softfail},
      {"fail", Check::fail},
      {"temperror", Check::temperror},
      {"permerror", Check::permerror},
  }};
  const auto found = std::ranges::find(kNames, result, &std::pair<std::string_view, Check>::first);
  return found == kNames.end() ? Check::none : found->second;
}

std::string property(const trust::AuthResult& result, std::string_view type,
                     std::string_view name) {
  const auto* value = result.find(type, name);
  return value != nullptr ? *value : std::string();
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  const auto domain =
      directory::canonical_domain(at == std::string_view::npos ? address : address.substr(at + 1));
  return domain ? *domain : std::string();
}

void read_spf(Evidence& into, const trust::AuthResult& result) {
  into.spf = check_of(result.result);
  into.helo = property(result, "smtp", "helo");
  const auto path = property(result, "smtp", "mailfrom");
  into.envelope_sender = to_lower(path);
  into.null_sender = path.empty();
  if (into.spf == Check::pass) into.origin.spf_domain = domain_of(path.empty() ? into.helo : path);
}

// One good signature is enough; without one, a broken one counts.
void read_dkim(Evidence& into, const trust::AuthResult& result) {
  const auto check = check_of(result.result);
  if (check == Check::pass) {
    into.origin.dkim_domains.push_back(domain_of(property(result, "header", "d")));
  }
  if (into.dkim != Check::pass && check != Check::none) into.dkim = check;
}

void read_dmarc(Evidence& into, const trust::AuthResult& result) {
  into.dmarc = check_of(result.result);
  const auto policy = property(result, "policy", "dmarc");
  if (policy == "quarantine") into.dmarc_policy = DmarcPolicy::quarantine;
  if (policy == "reject") into.dmarc_policy = DmarcPolicy::reject;
}

void read_author(Origin& into, const message::Envelope& envelope) {
  for (const auto& author : envelope.from) {
    if (author.kind != message::Address::Kind::mailbox) continue;
    const auto address = directory::Address::parse(author.local + "@" + author.domain);
    if (!address) continue;
    into.address = address->text();
    into.from_domain = address->domain;
    return;
  }
}

}  // namespace

Evidence evidence_of(const trust::AuthenticationResults& results,
                     const message::Envelope& envelope) {
  Evidence out;
  for (const auto& result : results.results) {
    if (result.method == "spf") read_spf(out, result);
    if (result.method == "dkim") read_dkim(out, result);
    if (result.method == "dmarc") read_dmarc(out, result);
    if (result.method != "iprev") continue;
    out.iprev = check_of(result.result);
    if (const auto ip = net::IpAddress::parse(property(result, "policy", "iprev"))) {
      out.origin.ip = *ip;
    }
  }
  auto& origin = out.origin;
  read_author(origin, envelope);
  const bool same_name =
      !origin.from_domain.empty() &&
      (origin.spf_domain == origin.from_domain ||
       std::ranges::find(origin.dkim_domains, origin.from_domain) != origin.dkim_domains.end());
  origin.proven = out.dmarc == Check::pass || (out.dmarc == Check::none && same_name);
  return out;
}

void forget_client(Evidence& evidence) {
  evidence.iprev = Check::none;
  evidence.helo.clear();
  evidence.origin.ip = {};
}

void add_evidence(Facts& facts, const Evidence& evidence) {
  facts.spf = evidence.spf;
  facts.dkim = evidence.dkim;
  facts.dmarc = evidence.dmarc;
  facts.dmarc_policy = evidence.dmarc_policy;
  facts.iprev = evidence.iprev;
  facts.null_sender = evidence.null_sender;
  facts.helo_not_a_name =
      !evidence.helo.empty() && (evidence.helo.front() == '[' || !evidence.helo.contains('.'));
}

}  // namespace freehold::filter

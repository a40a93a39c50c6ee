#include "trust/spf.hpp"

#include <arpa/nameser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "net/dns_rdata.hpp"
#include "trust/domain_name.hpp"
#include "trust/limits.hpp"
#include "trust/spf_macro.hpp"
#include "trust/spf_record.hpp"

namespace freehold::trust {

namespace {

using net::DnsAnswer;
using net::DnsStatus;
using Kind = SpfTerm::Kind;

bool is_failure(DnsStatus status) {
  return status == DnsStatus::failed || status == DnsStatus::bogus;
}

// RFC 7208, 4.3: several labels, none empty or too long. Address literals and bare addresses are
// not asked for either.
bool is_qualified(std::string_view domain) {
  const std::size_t dot = domain.rfind('.');
  return net::is_dns_name(domain) && dot != std::string_view::npos && !domain.starts_with('[') &&
         !std::ranges::all_of(domain.substr(dot + 1), is_digit);
}

// One check with all that it includes. Lives in check_spf(), whose end ends it.
class Check {
 public:
  Check(net::Resolver& resolver, SpfQuery query) : resolver_(resolver), query_(std::move(query)) {}

  awaitable<SpfVerdict> run() {
    identify();
    Outcome outcome = co_await check_host(verdict_.domain);
    verdict_.result = outcome.result;
    verdict_.problem = std::move(outcome.problem);
    verdict_.mechanism = std::move(outcome.mechanism);
    if (outcome.result == SpfResult::fail && !outcome.explanation.empty()) {
      verdict_.explanation =
          co_await explanation(std::move(outcome.explanation), std::move(outcome.domain));
    }
    co_return std::move(verdict_);
  }

 private:
  struct Outcome {
    SpfResult result = SpfResult::none;
    std::string problem{};
    std::string mechanism{};
    std::string explanation{};  // the domain-spec of exp=, of the record that decided
    std::string domain{};       // that record's
  };
  enum class Match : std::uint8_t { no, yes, temperror, permerror };

  static Outcome error(SpfResult result, std::string what) {
    return {.result = result, .problem = std::move(what)};
  }

  // RFC 7208, 2.4 and 4.3
  void identify() {
    verdict_.of_helo = query_.sender.empty();
    const std::size_t at = query_.sender.rfind('@');
    const std::string_view sender(query_.sender);
    std::string_view domain = verdict_.of_helo ? std::string_view(query_.helo) : sender;
    if (at != std::string::npos) {
      local_ = sender.substr(0, at);
      domain = sender.substr(at + 1);
    }
    if (local_.empty()) local_ = "postmaster";
    verdict_.domain = comparable_domain(domain).value_or(std::string(domain));
    query_.sender = local_ + "@" + verdict_.domain;
  }

  // RFC 7208, 4
  awaitable<Outcome> check_host(std::string domain) {
    if (!is_qualified(domain)) {
      co_return error(SpfResult::none, "'" + domain + "' is not a full domain name");
    }
    const DnsAnswer<std::string> answer = co_await resolver_.txt(domain);
    if (is_failure(answer.status)) {
      co_return error(SpfResult::temperror, "TXT of " + domain + ": " + answer.error);
    }
    const std::string* text = nullptr;
    for (const std::string& candidate : answer.records) {
      if (!is_spf_record(candidate)) continue;
      if (text) co_return error(SpfResult::permerror, domain + " has several SPF records");
      text = &candidate;
    }
    if (!text) co_return error(SpfResult::none, domain + " has no SPF record");
    const Result<SpfRecord> record = parse_spf_record(*text);
    if (!record) co_return error(SpfResult::permerror, domain + ": " + record.error().what);
    co_return co_await evaluate(*record, std::move(domain));
  }

  awaitable<Outcome> evaluate(const SpfRecord& record, std::string domain) {
    for (const SpfTerm& term : record.terms) {
      const Match match = co_await matches(term, domain);
      if (match == Match::no) continue;
      if (match == Match::temperror) co_return error(SpfResult::temperror, std::move(problem_));
      if (match == Match::permerror) co_return error(SpfResult::permerror, std::move(problem_));
      co_return Outcome{.result = term.result,
                        .mechanism = std::string(term.text),
                        .explanation = std::string(record.explanation),
                        .domain = std::move(domain)};
    }
    if (!record.redirect.empty()) co_return co_await redirect(record.redirect, std::move(domain));
    co_return Outcome{.result = SpfResult::neutral, .mechanism = "default"};
  }

  // RFC 7208, 6.1
  awaitable<Outcome> redirect(std::string_view domain_spec, std::string domain) {
    if (!count_term()) co_return error(SpfResult::permerror, std::move(problem_));
    std::optional<std::string> target = co_await expand(domain_spec, domain);
    if (!target) co_return error(SpfResult::permerror, std::move(problem_));
    Outcome outcome = co_await check_host(std::move(*target));
    if (outcome.result == SpfResult::none) outcome.result = SpfResult::permerror;
    co_return outcome;
  }

  awaitable<Match> matches(const SpfTerm& term, const std::string& domain) {
    if (term.kind == Kind::all) co_return Match::yes;
    if (term.kind == Kind::ip4 || term.kind == Kind::ip6) {
      co_return term.network_contains(query_.client) ? Match::yes : Match::no;
    }
    if (!count_term()) co_return Match::permerror;
    std::string target = domain;
    if (!term.domain_spec.empty()) {
      std::optional<std::string> expanded = co_await expand(term.domain_spec, domain);
      if (!expanded) co_return Match::permerror;
      target = std::move(*expanded);
    }
    if (term.kind == Kind::include) co_return co_await matches_include(std::move(target));
    // What cannot be asked for does not exist (RFC 7208, 4.8); that costs nobody a lookup.
    if (!net::is_dns_name(target)) co_return Match::no;
    switch (term.kind) {
      case Kind::a:
        co_return co_await matches_a(term, std::move(target));
      case Kind::mx:
        co_return co_await matches_mx(term, std::move(target));
      case Kind::ptr:
        co_return co_await matches_ptr(std::move(target));
      default:
        co_return co_await matches_exists(std::move(target));
    }
  }

  // RFC 7208, 5.2
  awaitable<Match> matches_include(std::string target) {
    Outcome outcome = co_await check_host(std::move(target));
    switch (outcome.result) {
      case SpfResult::pass:
        co_return Match::yes;
      case SpfResult::fail:
      case SpfResult::softfail:
      case SpfResult::neutral:
        co_return Match::no;
      default:
        problem_ = std::move(outcome.problem);
        co_return outcome.result == SpfResult::temperror ? Match::temperror : Match::permerror;
    }
  }

  // RFC 7208, 5.3
  awaitable<Match> matches_a(const SpfTerm& term, std::string target) {
    const DnsAnswer<std::string> answer = co_await addresses(target, client_type());
    if (is_failure(answer.status)) co_return failed(target, answer.error);
    if (answer.records.empty()) co_return count_void() ? Match::no : Match::permerror;
    co_return holds_client(answer, term) ? Match::yes : Match::no;
  }

  // RFC 7208, 5.4. All in all it is one term: it counts once, void when any question was.
  awaitable<Match> matches_mx(const SpfTerm& term, std::string target) {
    const DnsAnswer<net::MxRecord> answer = co_await resolver_.mx(target);
    if (is_failure(answer.status)) co_return failed(target, answer.error);
    if (answer.records.size() > kMaxSpfMxHosts) {
      problem_ = target + " has more than 10 MX hosts";
      co_return Match::permerror;
    }
    bool is_void = answer.records.empty();
    for (const net::MxRecord& mx : answer.records) {
      if (!net::is_dns_name(mx.host)) continue;  // the null MX (RFC 7505) among them
      const DnsAnswer<std::string> found = co_await addresses(mx.host, client_type());
      if (is_failure(found.status)) co_return failed(mx.host, found.error);
      if (holds_client(found, term)) co_return Match::yes;
      is_void = is_void || found.records.empty();
    }
    co_return is_void && !count_void() ? Match::permerror : Match::no;
  }

  // RFC 7208, 5.5
  awaitable<Match> matches_ptr(std::string target) {
    co_await ask_reverse_names();
    if (reverse_void_ && !count_void()) co_return Match::permerror;
    for (const std::string& name : reverse_) {
      if (!is_within(name, target)) continue;
      const bool valid = co_await leads_to_client(name);
      if (valid) co_return Match::yes;
    }
    co_return Match::no;
  }

  // RFC 7208, 5.7: A whatever the client's address
  awaitable<Match> matches_exists(std::string target) {
    const DnsAnswer<std::string> answer = co_await addresses(target, ns_t_a);
    if (is_failure(answer.status)) co_return failed(target, answer.error);
    if (answer.records.empty()) co_return count_void() ? Match::no : Match::permerror;
    co_return Match::yes;
  }

  Match failed(const std::string& name, const std::string& why) {
    problem_ = "the DNS about " + name + ": " + why;
    return Match::temperror;
  }

  // RFC 7208, 4.6.4
  bool count_term() {
    if (++verdict_.lookups <= kMaxSpfTerms) return true;
    problem_ = "more than 10 terms ask the DNS";
    return false;
  }
  bool count_void() {
    if (++verdict_.void_lookups <= kMaxSpfVoidTerms) return true;
    problem_ = "more than 2 terms ask for what does not exist";
    return false;
  }

  // The client's address among those of the names, as the term's prefix has it.
  [[nodiscard]] bool holds_client(const DnsAnswer<std::string>& answer, const SpfTerm& term) const {
    return std::ranges::any_of(answer.records, [&](const std::string& rdata) {
      const auto address = net::parse_address(rdata);
      if (!address) return false;
      const unsigned bits = address->is_v4() ? term.v4_bits : term.v6_bits;
      return net::Network{*address, bits}.contains(query_.client);
    });
  }

  [[nodiscard]] std::uint16_t client_type() const {
    return query_.client.is_v4() ? ns_t_a : ns_t_aaaa;
  }

  // Only of the type that can match: half the questions, and an honest count of void ones.
  awaitable<DnsAnswer<std::string>> addresses(std::string name, std::uint16_t type) {
    co_return co_await resolver_.records(std::move(name), type);
  }

  // The client's names, unproven, asked for once.
  awaitable<void> ask_reverse_names() {
    if (reverse_asked_) co_return;
    reverse_asked_ = true;
    DnsAnswer<std::string> answer = co_await resolver_.ptr(query_.client);
    reverse_void_ = !is_failure(answer.status) && answer.records.empty();
    reverse_ = std::move(answer.records);
    if (reverse_.size() > kMaxSpfPtrNames) reverse_.resize(kMaxSpfPtrNames);
  }

  // A failing lookup passes the name over (RFC 7208, 5.5).
  awaitable<bool> leads_to_client(std::string name) {
    if (!net::is_dns_name(name)) co_return false;
    const DnsAnswer<std::string> answer = co_await addresses(std::move(name), client_type());
    co_return holds_client(answer, SpfTerm{});
  }

  // The macro p (RFC 7208, 7.3): the domain itself, else a name below it, else any, else "unknown".
  awaitable<std::string> validated_name(std::string domain) {
    co_await ask_reverse_names();
    const auto rank = [&](const std::string& name) {
      return iequals(name, domain) ? 0 : is_within(name, domain) ? 1 : 2;
    };
    for (const int wanted : {0, 1, 2}) {
      for (const std::string& name : reverse_) {
        if (rank(name) != wanted) continue;
        const bool valid = co_await leads_to_client(name);
        if (valid) co_return name;
      }
    }
    co_return "unknown";
  }

  [[nodiscard]] SpfMacroValues macro_values(std::string_view domain,
                                            std::string_view validated) const {
    return {.sender = query_.sender,
            .local_part = local_,
            .sender_domain = verdict_.domain,
            .domain = domain,
            .client = query_.client,
            .validated = validated,
            .helo = query_.helo,
            .receiver_host = query_.receiver_host,
            .now = query_.now};
  }

  // Nothing when p would need a lookup too many: it is counted as a term of its own (4.6.4), once.
  awaitable<std::optional<std::string>> expand(std::string_view domain_spec, std::string domain) {
    std::string validated;
    if (spf_uses(domain_spec, 'p')) {
      if (!reverse_asked_ && !count_term()) co_return std::nullopt;
      validated = co_await validated_name(domain);
    }
    co_return expand_spf_domain(domain_spec, macro_values(domain, validated));
  }

  // RFC 7208, 6.2: whatever goes wrong, there is none. Its lookups count for no limit.
  awaitable<std::string> explanation(std::string domain_spec, std::string domain) {
    std::string validated;
    if (spf_uses(domain_spec, 'p')) validated = co_await validated_name(domain);
    std::string target = expand_spf_domain(domain_spec, macro_values(domain, validated));
    if (!net::is_dns_name(target)) co_return "";
    const DnsAnswer<std::string> answer = co_await resolver_.txt(std::move(target));
    if (answer.status != DnsStatus::found || answer.records.size() != 1) co_return "";
    const std::string& text = answer.records.front();
    if (validated.empty() && spf_uses(text, 'p')) validated = co_await validated_name(domain);
    co_return expand_spf_explanation(text, macro_values(domain, validated)).value_or("");
  }

  net::Resolver& resolver_;
  SpfQuery query_;  // the sender completed
  std::string local_;
  SpfVerdict verdict_;
  std::string problem_;  // of the last failing term
  bool reverse_asked_ = false;
  bool reverse_void_ = false;
  std::vector<std::string> reverse_;
};

}  // namespace

std::string_view spf_result_name(SpfResult result) {
  constexpr std::array<std::string_view, 7> kNames = {"none",     "neutral",   "pass",     "fail",
                                                      "softfail", "temperror", "permerror"};
  return kNames.at(static_cast<std::size_t>(result));
}

awaitable<SpfVerdict> check_spf(net::Resolver& resolver, SpfQuery query) {
  Check check(resolver, std::move(query));
  co_return co_await check.run();
}

}  // namespace freehold::trust

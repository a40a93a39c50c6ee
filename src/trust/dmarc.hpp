#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "message/header.hpp"
#include "net/resolver.hpp"
#include "trust/dmarc_record.hpp"

namespace freehold::trust {

// RFC 7489, 11.2
enum class DmarcResult : std::uint8_t {
  none,  // no policy applies, or there is no author domain
  pass,
  fail,
  temperror,  // the DNS, SPF or DKIM failed for now, and nothing passed
  permerror,  // the policy record cannot be understood, or From has too many domains
};
[[nodiscard]] std::string_view dmarc_result_name(DmarcResult result);

// How organizational domains are found.
enum class DmarcMethod : std::uint8_t {
  tree_walk,           // RFC 9989, 4.10
  public_suffix_list,  // RFC 7489, 3.2
};

// The distinct domains of all mailboxes of all From fields, as A-labels: one, in an honest message.
// At most kMaxDmarcAuthors and one more are given.
[[nodiscard]] std::vector<std::string> author_domains(const message::Header& header);

struct DmarcQuery {
  std::vector<std::string> author_domains{};  // see above
  std::string spf_domain{};  // what SPF authenticated (SpfVerdict::domain); empty unless it passed
  std::vector<std::string> dkim_domains{};  // d= of each signature that passed
  bool unfinished = false;                  // SPF or a signature had a temporary error
  unsigned sample = 0;  // 0 to 99, drawn by the caller: below the record's pct it is enforced
  DmarcMethod method = DmarcMethod::tree_walk;
};

// Why less than the published policy is applied to a failing message.
enum class DmarcLeniency : std::uint8_t { none, test_mode, sampled_out };
// At whose name the record stands, seen from the author domain.
enum class DmarcSource : std::uint8_t { author, organization, public_suffix };

struct DmarcVerdict {
  DmarcResult result = DmarcResult::none;
  DmarcPolicy policy = DmarcPolicy::none;     // to apply; none unless it is a fail
  DmarcPolicy published = DmarcPolicy::none;  // what the record wants for this author domain
  DmarcLeniency leniency = DmarcLeniency::none;
  bool spf_aligned = false;
  bool dkim_aligned = false;
  std::string dkim_domain;    // the first d= that is aligned
  std::string author_domain;  // empty when there is none
  // As far as it had to be found out; empty else.
  std::string organizational_domain;
  std::string record_domain;  // where the record was found, without _dmarc; empty: nowhere
  DmarcSource source = DmarcSource::author;
  DmarcRecord record;   // with where reports are wanted; only when there is a record_domain
  std::string problem;  // why it is none, temperror or permerror, in words
};

// Evaluates DMARC by RFC 9989, with pct, ri and report sizes as RFC 7489 has them. A message of
// several author domains is judged for each of them, and has the strictest verdict (RFC 9989,
// 5.3.1 leaves that to us). At most 8 questions for each domain involved, and 3 more. The resolver
// has to outlive the run.
[[nodiscard]] awaitable<DmarcVerdict> check_dmarc(net::Resolver& resolver, DmarcQuery query);

}  // namespace freehold::trust

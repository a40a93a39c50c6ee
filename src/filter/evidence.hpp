#pragma once

#include "filter/assessment.hpp"
#include "filter/reputation.hpp"
#include "message/envelope.hpp"
#include "trust/authentication_results.hpp"

// What the checks of trust found out about a sender, as the filter weighs it. Pure. It is read from
// Authentication-Results, so that a message that was kept can be judged again.
namespace freehold::filter {

struct Evidence {
  Check spf = Check::none;
  Check dkim = Check::none;
  Check dmarc = Check::none;
  DmarcPolicy dmarc_policy = DmarcPolicy::none;
  Check iprev = Check::none;
  bool null_sender = false;
  std::string helo{};
  std::string envelope_sender{};  // lower case
  Origin origin{};
};

[[nodiscard]] Evidence evidence_of(const trust::AuthenticationResults& results,
                                   const message::Envelope& envelope);
// Of a message's own client nothing is held against it, when it is a machine of the house.
void forget_client(Evidence& evidence);
// Puts it into the facts.
void add_evidence(Facts& facts, const Evidence& evidence);

}  // namespace freehold::filter

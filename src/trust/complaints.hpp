#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "store/keys.hpp"
#include "store/transaction.hpp"
#include "trust/arf.hpp"
#include "trust/return_paths.hpp"

namespace freehold::trust {

// Somebody's word that mail of ours was unwanted (RFC 5965), with whose mail it was.
struct Complaint {
  std::string type;       // "abuse", "fraud", …
  std::string reporter;   // the program that reports, or its MTA
  std::string sender;     // our account's address; empty: cannot be told
  QueueId message;        // 0: cannot be told
  std::string recipient;  // who complains, where the report says so
  std::string message_id;
  std::string source_ip;
  Time received{};
};

// Our return path's tag tells account and message beyond doubt; without it, the sender's address is
// believed only for an address of ours (`is_our_domain`), and proves nothing.
template <class IsOurDomain>
[[nodiscard]] Complaint complaint_of(const FeedbackReport& report, const ReturnPaths& paths,
                                     IsOurDomain is_our_domain, Time received);

// False: the same complaint was kept before.
bool keep_complaint(store::Transaction& tx, const Complaint& complaint);
// Those of some days, the oldest first, at most `most`.
[[nodiscard]] std::vector<Complaint> read_complaints(const store::Reader& from,
                                                     store::keys::Day first, store::keys::Day last,
                                                     std::size_t most);

template <class IsOurDomain>
Complaint complaint_of(const FeedbackReport& report, const ReturnPaths& paths,
                       IsOurDomain is_our_domain, Time received) {
  Complaint out{report.type,
                report.user_agent.empty() ? report.reporting_mta : report.user_agent,
                {},
                {},
                report.original_rcpt_to.empty() ? report.to : report.original_rcpt_to.front(),
                report.message_id,
                report.source_ip,
                received};
  const auto returned = paths.read(report.original_mail_from);
  if (returned.kind == ReturnPaths::Returned::Kind::bounce) {
    out.sender = returned.address;
    out.message = returned.message;
    return out;
  }
  for (const std::string* address : {&report.original_mail_from, &report.from}) {
    const auto at = address->rfind('@');
    if (at == std::string::npos || !is_our_domain(address->substr(at + 1))) continue;
    out.sender = *address;
    break;
  }
  return out;
}

}  // namespace freehold::trust

#include "trust/disposition.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace freehold::trust {

namespace {

using Action = Disposition::Action;

// Large forwarders and list hosts that seal what they pass on. An owner adds his own.
constexpr std::array<std::string_view, 6> kSealers{"google.com",   "microsoft.com",
                                                   "fastmail.com", "messagingengine.com",
                                                   "mailman3.org", "groups.io"};

// The first sealer is who saw the message as its author sent it.
std::optional<std::string> vouching_sealer(const ArcChain& chain,
                                           std::span<const std::string_view> trusted) {
  if (chain.status != ArcStatus::pass || chain.sets.empty()) return std::nullopt;
  // Every one of them could have made up what those before him said.
  const bool all_known = std::ranges::all_of(chain.sets, [trusted](const ArcSetInfo& set) {
    return std::ranges::find(trusted, set.seal_domain) != trusted.end();
  });
  if (!all_known) return std::nullopt;
  const auto& first = chain.sets.front();
  const auto said = parse_authentication_results(first.authentication_results);
  if (!said) return std::nullopt;
  const bool passed = std::ranges::any_of(said->results, [](const AuthResult& result) {
    return result.method == "dmarc" && result.result == "pass";
  });
  if (!passed) return std::nullopt;
  return first.seal_domain;
}

std::string policy_text(const DmarcVerdict& dmarc) {
  return dmarc.author_domain + " asks to " +
         (dmarc.policy == DmarcPolicy::reject ? "refuse" : "suspect") +
         " mail that is not proved to be its own (DMARC)";
}

}  // namespace

std::span<const std::string_view> known_sealers() { return kSealers; }

Disposition decide(const Findings& findings, std::span<const std::string_view> trusted_sealers) {
  const auto& dmarc = findings.dmarc;
  if (dmarc.result != DmarcResult::fail) return {};
  if (dmarc.leniency == DmarcLeniency::sampled_out) return {Action::accept, "sampled_out", {}};
  if (dmarc.leniency == DmarcLeniency::test_mode) return {Action::accept, "policy_test_mode", {}};
  if (dmarc.policy == DmarcPolicy::none) return {};
  if (const auto sealer = vouching_sealer(findings.arc, trusted_sealers)) {
    return {Action::accept, "trusted_forwarder",
            "DMARC failed here but passed at " + *sealer + ", whose ARC seal is good"};
  }
  if (dmarc.policy == DmarcPolicy::quarantine) return {Action::junk, {}, policy_text(dmarc)};
  if (findings.list_mail && !findings.signing_domains().empty()) {
    return {Action::junk, "mailing_list",
            policy_text(dmarc) + "; it is signed mail of a list, so it is kept as junk"};
  }
  return {Action::refuse, {}, policy_text(dmarc)};
}

}  // namespace freehold::trust

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filter/classifier.hpp"
#include "filter/dnsbl.hpp"
#include "filter/lookalike.hpp"
#include "filter/reputation.hpp"
#include "filter/rules.hpp"

// All that is known of a message, made into one score with its reasons, and a decision. Pure.
namespace freehold::filter {

// Results of RFC 8601's checks, as far as they matter here.
enum class Check : std::uint8_t { none, pass, neutral, softfail, fail, temperror, permerror };
enum class DmarcPolicy : std::uint8_t { none, quarantine, reject };

struct Facts {
  // How it came.
  Check spf = Check::none;
  Check dkim = Check::none;  // pass: one good signature at least
  Check dmarc = Check::none;
  DmarcPolicy dmarc_policy = DmarcPolicy::none;
  bool arc_trusted = false;  // a good chain by a forwarder that this box trusts, which passed it
  Check iprev = Check::none;
  bool helo_not_a_name = false;  // an address literal, or no dot in it
  bool helo_is_ours = false;     // the client greets with our own name
  bool helo_unresolved = false;
  bool null_sender = false;
  bool has_greylist_passed = false;  // it has come back: do not ask again
  bool may_greylist = false;         // the box and the account want it

  // What the account has to do with the sender.
  bool known_contact = false;     // has been written to
  bool answers_our_mail = false;  // In-Reply-To names a message of the account
  bool first_time = false;        // no mail of this address before

  // What the other parts have found.
  std::optional<Judgement> words{};
  std::vector<std::string> word_names{};  // of words->strongest, for the explanation
  double words_trust = 1;  // from 0 to 1: what the model's word is worth; see words_trust_of()
  std::optional<Reputation> reputation{};
  std::vector<ListFinding> lists{};
  std::vector<NameFinding> names{};
  std::optional<Rule> rule{};
};

struct Limits {
  double junk = 5.0;
  double refuse = 15.0;
  double greylist = 2.5;  // of unknown senders
};

enum class Decision : std::uint8_t { inbox, junk, greylist, refuse };
[[nodiscard]] std::string_view decision_name(Decision decision);

struct Reason {
  std::string name;  // stable: "dmarc_fail", "dnsbl:zen.spamhaus.org", "words"
  double weight = 0;
  std::string text;  // for people
};

struct Assessment {
  double score = 0;  // the sum of the weights
  Decision decision = Decision::inbox;
  std::vector<Reason> reasons;  // the heaviest first; some weigh nothing but explain
  bool wanted = false;          // never to be refused
};

// A wanted sender (allowed, or a contact, unless DMARC says that it is forged) is never refused or
// greylisted; one that is allowed goes to the inbox, one that is blocked to junk or worse.
[[nodiscard]] Assessment assess(const Facts& facts, const Limits& limits);

// The account has had nothing of this sender and has nothing to do with them, and no rule is about
// them.
[[nodiscard]] bool is_stranger(const Facts& facts);

// The model knows little of an account that has taught nothing: then its word is worth less.
[[nodiscard]] double words_trust_of(const Judgement& judgement, const BaseModel& base);

// The field X-Freehold-Spam with its line end, folded.
[[nodiscard]] std::string spam_field(const Assessment& assessment, const Limits& limits);
inline constexpr std::string_view kSpamField = "X-Freehold-Spam";

// A readable list, a reason a line.
[[nodiscard]] std::string explain(const Assessment& assessment, const Limits& limits);

}  // namespace freehold::filter

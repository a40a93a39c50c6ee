#include "filter/assessment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "filter/limits.hpp"
#include "message/charset.hpp"

namespace freehold::filter {

namespace {

constexpr double kMostGoodLists = 3.0;
constexpr double kMostAddressLists = 8.0;
constexpr double kMostDomainLists = 8.0;
// What words alone may say: enough for junk, never enough to refuse.
constexpr double kMostBadWords = 6.5;
constexpr double kMostGoodWords = 4.0;
// A probability of 81 % is at the default limit of junk when the model is trusted fully. Measured
// with freehold_filter_trial: further from it than that are next to no honest messages.
constexpr double kPointsPerLogit = 3.5;

// Adds a reason unless it says nothing.
class Reasons {
 public:
  void add(std::string name, double weight, std::string text) {
    list_.push_back(
        {std::move(name), weight, std::string(message::utf8_prefix(text, kMaxReasonText))});
  }
  std::vector<Reason> take() {
    std::ranges::sort(list_, [](const Reason& a, const Reason& b) {
      return std::pair(-std::abs(a.weight), std::string_view(a.name)) <
             std::pair(-std::abs(b.weight), std::string_view(b.name));
    });
    return std::move(list_);
  }

 private:
  std::vector<Reason> list_;
};

void weigh_dmarc(Reasons& to, const Facts& facts) {
  if (facts.dmarc == Check::pass) return to.add("dmarc_pass", -0.5, "the sender is proven");
  if (facts.dmarc == Check::none) return;
  if (facts.dmarc != Check::fail) return;
  if (facts.arc_trusted) {
    return to.add("arc_pass", 0, "DMARC fails after a forwarder that is trusted and passed it");
  }
  switch (facts.dmarc_policy) {
    case DmarcPolicy::none:
      return to.add("dmarc_fail", 1.0, "From is not proven, and its domain asks for reports only");
    case DmarcPolicy::quarantine:
      return to.add("dmarc_fail", 4.0, "From is not proven, and its domain asks for quarantine");
    case DmarcPolicy::reject:
      return to.add("dmarc_fail", 6.0, "From is not proven, and its domain asks for refusal");
  }
}

// SPF and DKIM say little on their own where DMARC has an answer of its own.
void weigh_sender_checks(Reasons& to, const Facts& facts) {
  if (facts.dmarc == Check::pass || facts.arc_trusted) return;
  if (facts.spf == Check::fail) to.add("spf_fail", 2.0, "the path is not the domain's");
  if (facts.spf == Check::softfail) to.add("spf_softfail", 1.0, "the path is hardly the domain's");
  if (facts.spf == Check::permerror) to.add("spf_broken", 0.5, "the SPF record is broken");
  if (facts.dkim == Check::fail) to.add("dkim_fail", 0.5, "a signature is broken");
  const bool nothing = facts.spf != Check::pass && facts.dkim != Check::pass;
  if (nothing && facts.dmarc == Check::none) {
    to.add("unproven", 1.0, "neither the path nor a signature is the sender's");
  }
}

void weigh_client(Reasons& to, const Facts& facts) {
  if (facts.iprev == Check::fail || facts.iprev == Check::permerror) {
    to.add("iprev_fail", 1.5, "the client's address has no name that leads back to it");
  }
  if (facts.helo_is_ours) to.add("helo_ours", 5.0, "the client greets with our own name");
  if (facts.helo_not_a_name) to.add("helo_not_a_name", 1.0, "the client greets with no host name");
  if (facts.helo_unresolved) {
    to.add("helo_unresolved", 0.5, "the name that the client greets with does not exist");
  }
}

void weigh_acquaintance(Reasons& to, const Facts& facts, bool forged) {
  if (facts.answers_our_mail) to.add("answer", forged ? -1.0 : -3.0, "it answers mail of ours");
  if (facts.known_contact && !forged) to.add("contact", -4.0, "the sender has been written to");
  if (facts.first_time) to.add("first_time", 0.5, "the first mail of this sender");
}

std::string words_text(const Facts& facts) {
  std::string text =
      "probability " + std::to_string(std::lround(facts.words->probability * 100)) + "%";
  for (std::size_t i = 0; i < std::min<std::size_t>(facts.word_names.size(), 6); ++i) {
    text.append(i == 0 ? ": " : ", ").append(facts.word_names[i]);
  }
  return text;
}

void weigh_words(Reasons& to, const Facts& facts) {
  if (!facts.words) return;
  const double trust = std::clamp(facts.words_trust, 0.0, 1.0);
  const double weight =
      std::clamp(facts.words->logit * kPointsPerLogit * trust, -kMostGoodWords, kMostBadWords);
  to.add("words", weight, words_text(facts));
}

void weigh_reputation(Reasons& to, const Facts& facts) {
  if (!facts.reputation || facts.reputation->parts.empty()) return;
  double all = 0;
  for (const auto& part : facts.reputation->parts) all += part.points;
  // Each part as a reason of its own, scaled to what they may say together.
  const double scale = all == 0 ? 1 : facts.reputation->points / all;
  for (const auto& part : facts.reputation->parts) {
    const auto count = [](double n) { return std::to_string(std::lround(n)); };
    to.add("reputation:" + std::string(identity_name(part.kind)), part.points * scale,
           part.identity + ": " + count(part.counts.good) + " good, " + count(part.counts.bad) +
               " bad");
  }
}

std::string list_text(const ListFinding& finding) {
  std::string text = finding.subject + " is listed";
  for (std::size_t i = 0; i < finding.labels.size(); ++i) {
    text.append(i == 0 ? " as " : ", ").append(finding.labels[i]);
  }
  return text;
}

// One reason for a list, by its worst subject; together no more than `most`.
void weigh_lists(Reasons& to, const Facts& facts, ListSpec::Of of, double most) {
  std::vector<const ListFinding*> worst;
  for (const ListFinding& finding : facts.lists) {
    if (finding.of != of || finding.outcome != ListOutcome::listed) continue;
    const auto same = std::ranges::find(worst, finding.list, &ListFinding::list);
    if (same == worst.end()) {
      worst.push_back(&finding);
    } else if (finding.weight > (*same)->weight) {
      *same = &finding;
    }
  }
  double bad = 0, good = 0;
  for (const ListFinding* finding : worst) {
    const double weight = finding->weight >= 0 ? std::min(finding->weight, most - bad)
                                               : std::max(finding->weight, -kMostGoodLists - good);
    (finding->weight >= 0 ? bad : good) += weight;
    to.add("dnsbl:" + finding->list, weight, list_text(*finding));
  }
}

void weigh_names(Reasons& to, const Facts& facts) {
  for (const NameFinding& finding : facts.names) to.add(finding.name, finding.weight, finding.text);
}

void weigh_rule(Reasons& to, const Facts& facts, bool forged) {
  if (!facts.rule) return;
  const std::string text =
      facts.rule->pattern + (facts.rule->allow ? " is allowed" : " is blocked");
  if (!facts.rule->allow) {
    to.add("blocked", 10.0, text);
  } else if (forged) {
    to.add("allowed_unproven", 0, text + ", but the sender is forged");
  } else {
    to.add("allowed", -10.0, text);
  }
}

Decision decide(const Assessment& of, const Facts& facts, const Limits& limits, bool forged) {
  if (facts.rule && facts.rule->allow && !forged) return Decision::inbox;
  const bool blocked = facts.rule && !facts.rule->allow;
  if (of.score >= limits.refuse && !of.wanted) return Decision::refuse;
  // Who is blocked is known well enough.
  const bool stranger = facts.first_time && !of.wanted && !facts.answers_our_mail && !blocked;
  if (stranger && facts.may_greylist && !facts.has_greylist_passed && !facts.null_sender &&
      of.score >= limits.greylist) {
    return Decision::greylist;
  }
  return blocked || of.score >= limits.junk ? Decision::junk : Decision::inbox;
}

// "-1.5", whatever the locale; never "-0.0".
std::string number(double value) {
  if (std::isnan(value)) value = 0;
  const long tenths = std::lround(std::clamp(value, -1000.0, 1000.0) * 10);
  const long size = std::labs(tenths);
  return (tenths < 0 ? "-" : "") + std::to_string(size / 10) + "." + std::to_string(size % 10);
}

// A name for a header field: whatever could end a word or a field becomes an underscore.
std::string field_word(std::string_view name) {
  std::string out(name.substr(0, 80));
  for (char& c : out) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.' || c == ':';
    if (!plain) c = '_';
  }
  return out;
}

}  // namespace

std::string_view decision_name(Decision decision) {
  constexpr std::array<std::string_view, 4> kNames = {"inbox", "junk", "greylist", "refuse"};
  return kNames.at(static_cast<std::size_t>(decision));
}

bool is_stranger(const Facts& facts) {
  return facts.first_time && !facts.known_contact && !facts.answers_our_mail && !facts.rule;
}

double words_trust_of(const Judgement& judgement, const BaseModel& base) {
  constexpr double kEnough = 20;  // messages of each kind
  const auto taught = static_cast<double>(std::min(judgement.ham, judgement.spam));
  // A model that knows none of a message's words has no opinion to be trusted or not; one that was
  // made elsewhere is at home after some lessons.
  const double least = base.spam > 0 ? 0.8 : 0.5;
  return least + (1 - least) * std::min(1.0, taught / kEnough);
}

Assessment assess(const Facts& facts, const Limits& limits) {
  const bool forged = facts.dmarc == Check::fail && !facts.arc_trusted;
  Reasons reasons;
  weigh_dmarc(reasons, facts);
  weigh_sender_checks(reasons, facts);
  weigh_client(reasons, facts);
  weigh_acquaintance(reasons, facts, forged);
  weigh_words(reasons, facts);
  weigh_reputation(reasons, facts);
  weigh_lists(reasons, facts, ListSpec::Of::addresses, kMostAddressLists);
  weigh_lists(reasons, facts, ListSpec::Of::domains, kMostDomainLists);
  weigh_names(reasons, facts);
  weigh_rule(reasons, facts, forged);
  Assessment out;
  out.reasons = reasons.take();
  for (const Reason& reason : out.reasons) out.score += reason.weight;
  out.wanted = !forged && ((facts.rule && facts.rule->allow) ||
                           (facts.known_contact && !(facts.rule && !facts.rule->allow)));
  out.decision = decide(out, facts, limits, forged);
  return out;
}

std::string spam_field(const Assessment& assessment, const Limits& limits) {
  // Written word by word, not by HeaderWriter, so that the text has no spaces but where it folds.
  std::string out(kSpamField);
  out.append(": score=").append(number(assessment.score));
  out.append("; limit=").append(number(limits.junk));
  out.append("; decision=").append(decision_name(assessment.decision)).append(";");
  std::size_t column = out.size();
  std::size_t count = 0;
  for (const Reason& reason : assessment.reasons) {
    if (count++ == kMaxHeaderReasons) break;
    const bool last = count == std::min(assessment.reasons.size(), kMaxHeaderReasons);
    const std::string word =
        field_word(reason.name) + "=" + number(reason.weight) + (last ? "" : ",");
    if (column + 1 + word.size() > 78) {
      out.append("\r\n");
      column = 0;
    }
    out.append(" ").append(word);
    column += 1 + word.size();
  }
  return out.append("\r\n");
}

std::string explain(const Assessment& assessment, const Limits& limits) {
  std::string out = "score " + number(assessment.score) + " (junk from " + number(limits.junk) +
                    ", refused from " + number(limits.refuse) +
                    "): " + std::string(decision_name(assessment.decision)) + "\n";
  for (const Reason& reason : assessment.reasons) {
    std::string weight = number(reason.weight);
    weight.insert(0, weight.size() < 6 ? 6 - weight.size() : 0, ' ');
    out.append(weight).append("  ").append(field_word(reason.name)).append("  ");
    for (const char c : reason.text) {
      out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace freehold::filter

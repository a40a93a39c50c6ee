#include "filter/screen.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/signal.hpp"
#include "trust/public_suffix.hpp"

// Judging at the door.
namespace freehold::filter {

namespace {

std::string own_domain_of(std::string_view address) {
  return std::string(address.substr(std::min(address.rfind('@') + 1, address.size())));
}

std::string author_name(const message::Envelope& envelope) {
  for (const auto& author : envelope.from) {
    if (author.kind == message::Address::Kind::mailbox) return author.display_name();
  }
  return {};
}

std::vector<std::string> answered_ids(const message::Envelope& envelope) {
  auto ids = envelope.in_reply_to_ids;
  if (!envelope.references.empty()) ids.push_back(envelope.references.back());
  return ids;
}

// Refusing and deferring are said once for all receivers; where one of them wants the message, the
// others have it in Junk.
Decision common_decision(const std::vector<Assessment>& each) {
  const auto all = [&each](auto... wanted) {
    return !each.empty() && std::ranges::all_of(each, [=](const Assessment& one) {
      return ((one.decision == wanted) || ...);
    });
  };
  if (all(Decision::refuse)) return Decision::refuse;
  if (all(Decision::refuse, Decision::greylist)) return Decision::greylist;
  return Decision::inbox;
}

}  // namespace

Screen::Screen(mailstore::Mailstore& mailstore, const directory::Directory& directory,
               net::Resolver& resolver, const Clock& clock, std::string hostname,
               WritesTo writes_to, ScreenSettings settings)
    : mailstore_(mailstore),
      directory_(directory),
      clock_(clock),
      hostname_(std::move(hostname)),
      writes_to_(std::move(writes_to)),
      settings_(std::move(settings)),
      classifier_(mailstore.engine(), clock),
      reputations_(mailstore.engine(), clock),
      lists_(resolver, clock, settings_.lists),
      greylist_(mailstore.engine(), clock),
      rules_(mailstore.engine(), clock),
      sent_(mailstore.engine(), clock),
      contacts_(mailstore.engine(), clock),
      names_(directory, contacts_, clock) {}

Screen::Case Screen::open_case(const message::Parsed& parsed, const ReadBytes& bytes,
                               const trust::AuthenticationResults& results, Tokens::Names names) {
  Case about{parsed,
             read_content(parsed, read_texts(parsed, bytes), names),
             evidence_of(results, parsed.envelope),
             {}};
  add_evidence(about.facts, about.evidence);
  about.facts.helo_is_ours = iequals(about.evidence.helo, hostname_);
  return about;
}

awaitable<void> Screen::ask_lists(Case& about) {
  std::optional<net::IpAddress> ip;
  if (about.evidence.origin.ip != net::IpAddress()) ip = about.evidence.origin.ip;
  auto domains = about.content.hosts;
  if (!about.evidence.origin.from_domain.empty()) {
    domains.insert(domains.begin(), about.evidence.origin.from_domain);
  }
  about.facts.lists = co_await lists_.look_up(ip, std::move(domains), settings_.list_wait);
}

Facts Screen::facts_for(const Case& about, const Receiver& receiver) {
  Facts facts = about.facts;
  const auto& origin = about.evidence.origin;
  facts.words = classifier_.judge(receiver.account, about.content.tokens);
  facts.words_trust = words_trust_of(*facts.words, *classifier_.base());
  for (const auto& strong : facts.words->strongest) {
    const auto name = about.content.tokens.name(strong.token);
    if (!name.empty()) facts.word_names.emplace_back(name);
  }
  facts.reputation = reputations_.look(receiver.account, origin);
  facts.first_time = facts.reputation->first_time;
  RuleSubject subject{origin.address, about.evidence.envelope_sender, {}};
  if (origin.ip != net::IpAddress()) subject.client = origin.ip;
  facts.rule = rules_.match(receiver.account, own_domain_of(receiver.address), subject);
  facts.known_contact = !origin.address.empty() && writes_to_(receiver.account, origin.address);
  facts.answers_our_mail =
      sent_.is_any_known(receiver.account, answered_ids(about.parsed.envelope));
  const std::string name = author_name(about.parsed.envelope);
  facts.names =
      find_lookalikes(*names_.of(receiver.account), {name, origin.from_domain, facts.known_contact},
                      about.content.links);
  return facts;
}

void Screen::note_sent(AccountId account, const message::Envelope& envelope) {
  sent_.note(account, envelope.message_id);
  contacts_.note(account, envelope.to);
  contacts_.note(account, envelope.cc);
  names_.forget(account);
}

awaitable<Screened> Screen::judge(Arrival arrival) {
  const auto& message = *arrival.message;
  const auto bytes = [&](std::uint64_t offset, std::size_t most) {
    return message.read(mailstore_.engine().latest(), offset, most);
  };
  auto about = open_case(message.parsed, bytes, arrival.results, Tokens::Names::dropped);
  if (arrival.from_inside) {
    forget_client(about.evidence);
    add_evidence(about.facts, about.evidence);
    about.facts.helo_is_ours = false;
  }
  about.facts.arc_trusted = arrival.arc_trusted;
  about.facts.may_greylist = settings_.greylist && !arrival.from_inside && !arrival.for_postmaster;
  std::vector<Facts> facts;
  for (const auto& receiver : arrival.receivers) facts.push_back(facts_for(about, receiver));
  if (!arrival.from_inside && !arrival.for_postmaster) co_await put_off_strangers(facts);
  co_await ask_lists(about);
  Screened out;
  for (auto& of_receiver : facts) {
    of_receiver.lists = about.facts.lists;
    out.each.push_back(assess(of_receiver, settings_.limits));
  }
  if (!arrival.for_postmaster) out.decision = common_decision(out.each);
  if (out.decision == Decision::greylist) {
    out.wait = co_await ask_greylist(about, arrival, out.each);
    if (out.wait.count() > 0) co_return out;
    out.decision = Decision::inbox;
  }
  for (std::size_t i = 0; i < out.each.size(); ++i) {
    auto& one = out.each[i];
    if (one.decision == Decision::greylist) {
      facts[i].may_greylist = false;
      one = assess(facts[i], settings_.limits);
    }
    if (one.decision == Decision::refuse && out.decision != Decision::refuse) {
      one.decision = Decision::junk;
    }
    count_guess(about, arrival.receivers[i], one.decision);
  }
  co_return out;
}

awaitable<void> Screen::put_off_strangers(const std::vector<Facts>& each) {
  if (settings_.first_time_delay.count() == 0 || std::ranges::none_of(each, is_stranger)) co_return;
  Signal never;
  co_await never.wait(settings_.first_time_delay);
}

// How long the client has to wait; nothing: it has waited.
awaitable<std::chrono::seconds> Screen::ask_greylist(const Case& about, const Arrival& arrival,
                                                     const std::vector<Assessment>& each) {
  std::chrono::seconds longest{0};
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (each[i].decision != Decision::greylist) continue;
    const auto answer = co_await greylist_.ask(arrival.client, about.evidence.envelope_sender,
                                               arrival.receivers[i].address);
    // A store that fails is no reason to turn mail away.
    if (!answer || answer->answer == GreyDecision::Answer::pass) continue;
    longest = std::max({longest, answer->wait, std::chrono::seconds(1)});
  }
  co_return longest;
}

void Screen::count_guess(const Case& about, const Receiver& receiver, Decision decision) {
  reputations_.count(receiver.account, about.evidence.origin, decision != Decision::inbox,
                     kGuessWeight);
}

}  // namespace freehold::filter

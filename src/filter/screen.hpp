#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "directory/directory.hpp"
#include "filter/account_names.hpp"
#include "filter/assessment.hpp"
#include "filter/classifier.hpp"
#include "filter/contacts.hpp"
#include "filter/dnsbl_lookup.hpp"
#include "filter/evidence.hpp"
#include "filter/greylist.hpp"
#include "filter/limits.hpp"
#include "filter/reputation.hpp"
#include "filter/rules.hpp"
#include "filter/sent_messages.hpp"
#include "mailstore/lessons.hpp"
#include "mailstore/mailstore.hpp"
#include "net/resolver.hpp"
#include "trust/authentication_results.hpp"

namespace freehold::filter {

struct ScreenSettings {
  Limits limits{};
  bool greylist = true;
  std::vector<ListSpec> lists = default_lists();  // empty: none is asked
  std::chrono::milliseconds list_wait = kListWait;
  // How long the answer to a stranger's message is put off, before the lists are asked: those who
  // send in bulk have no time, and the lists get some.
  std::chrono::milliseconds first_time_delay{0};
};

// For whom a message is: an account and the address that it was sent to. AccountId() is for mail
// that only passes through.
struct Receiver {
  AccountId account;
  std::string address;  // canonical
};

// A message at the door.
struct Arrival {
  std::shared_ptr<const mailstore::Message> message;
  trust::AuthenticationResults results;  // of our own checks
  net::IpAddress client;
  bool arc_trusted = false;     // DMARC fails, but a forwarder that we trust saw it pass
  bool from_inside = false;     // the client is one of the house's own machines
  bool for_postmaster = false;  // RFC 5321, 4.5.1: such mail is never turned away
  std::vector<Receiver> receivers{};
};

struct Screened {
  Decision decision = Decision::inbox;  // of the whole: refuse and greylist are for all or none
  std::vector<Assessment> each;         // of the receivers, in their order; theirs is inbox or junk
  std::chrono::seconds wait{};          // for greylist: what is left of it
};

// The spam filter as a whole: judges mail at the door, learns from what owners do with it, and
// explains itself. Owned by the wiring, used from every thread; what it is given outlives it.
class Screen {
 public:
  // Whether an account has written to an address.
  using WritesTo = std::function<bool(AccountId, std::string_view address)>;

  Screen(mailstore::Mailstore& mailstore, const directory::Directory& directory,
         net::Resolver& resolver, const Clock& clock, std::string hostname, WritesTo writes_to,
         ScreenSettings settings);

  awaitable<Screened> judge(Arrival arrival);

  // What it would say of a message now. `raw` is a whole message; its Authentication-Results count
  // when they are ours. AccountId() judges for nobody. The first is explain(Assessment).
  awaitable<Result<Assessment>> explain(AccountId account, EmailId email);
  awaitable<Result<Assessment>> explain(AccountId account, std::string raw);

  // Learns from what owners have done (mailstore/lessons.hpp); true: there may be more.
  awaitable<bool> learn_noted();
  // One message is what a person says it is.
  awaitable<Result<>> learn(AccountId account, EmailId email, Verdict verdict);

  // To be called every minute or so and at the end: writes what was counted.
  awaitable<void> flush();
  // To be called now and then: removes what is too old, some of it each time. Blocks.
  void expire();
  awaitable<Result<>> forget(AccountId account);  // it was removed

  [[nodiscard]] const Limits& limits() const { return settings_.limits; }
  [[nodiscard]] Rules& rules() { return rules_; }
  [[nodiscard]] Lists& lists() { return lists_; }
  // An account has sent a message: answers to it, and to whom it went, will be known.
  void note_sent(AccountId account, const message::Envelope& envelope);

 private:
  // A message and what is true of it for whomever it is.
  struct Case {
    const message::Parsed& parsed;
    Content content;
    Evidence evidence;
    Facts facts;
  };
  [[nodiscard]] Case open_case(const message::Parsed& parsed, const ReadBytes& bytes,
                               const trust::AuthenticationResults& results, Tokens::Names names);
  awaitable<void> ask_lists(Case& about);
  // For one receiver.
  [[nodiscard]] Facts facts_for(const Case& about, const Receiver& receiver);
  awaitable<void> put_off_strangers(const std::vector<Facts>& each);
  awaitable<std::chrono::seconds> ask_greylist(const Case& about, const Arrival& arrival,
                                               const std::vector<Assessment>& each);
  void count_guess(const Case& about, const Receiver& receiver, Decision decision);

  struct Stored;
  [[nodiscard]] Result<Stored> open_stored(AccountId account, EmailId email, Tokens::Names names);
  [[nodiscard]] trust::AuthenticationResults own_results(std::string_view header) const;
  awaitable<Assessment> explain_case(Case& about, AccountId account);

  mailstore::Mailstore& mailstore_;
  const directory::Directory& directory_;
  const Clock& clock_;
  const std::string hostname_;
  const WritesTo writes_to_;
  const ScreenSettings settings_;
  Classifier classifier_;
  Reputations reputations_;
  Lists lists_;
  Greylist greylist_;
  Rules rules_;
  SentMessages sent_;
  Contacts contacts_;
  AccountNames names_;
};

}  // namespace freehold::filter

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "filter/milter_session.hpp"
#include "net/resolver.hpp"
#include "smtp/backend.hpp"

namespace freehold::smtp {

// Names the filter that held a message back, and why.
inline constexpr std::string_view kQuarantineField = "X-Freehold-Quarantine";

// What the filters made of a whole message.
struct Filtered {
  std::optional<Reply> reply;         // it goes no further: refused, or taken and let go
  std::string added;                  // fields to stand before the message, for everyone
  std::string quarantine;             // the field that says why it is held back; empty: it is not
  std::optional<std::string> header;  // of the message, when a field that came was changed
  std::vector<std::string> removed;   // recipients, "<a@b>"
};

// The milters of one SMTP session, in the order of the configuration: each is asked at each stage,
// until one refuses. What stands in this order is the filters' own, so later ones see what earlier
// ones have added. Owned by the session (as its Visit) and used in its thread; filters and resolver
// outlive it.
class MilterChecks final : public Visit {
 public:
  // Null: no filter is for this role.
  [[nodiscard]] static std::shared_ptr<MilterChecks> make(
      std::span<const filter::milter::Settings> filters, const Peer& peer, net::Resolver& resolver,
      const std::string& hostname);
  MilterChecks(net::Resolver& resolver, std::string hostname)
      : resolver_(resolver), hostname_(std::move(hostname)) {}

  // A reply refuses the command. MAIL tells of the client and its HELO too: a client that sends no
  // mail costs no filter a connection, and what they say of it is the answer to MAIL.
  awaitable<std::optional<Reply>> mail(const Peer& peer, const Mail& mail);
  awaitable<std::optional<Reply>> rcpt(const Transaction& transaction, const Rcpt& rcpt);
  awaitable<std::optional<Reply>> data(const Transaction& transaction);
  // The complete message: `header` as it came, without the empty line, and the rest. Submission:
  // what is held back here goes nowhere, so a quarantine refuses.
  awaitable<Filtered> message(const Transaction& transaction, std::string header,
                              filter::milter::Body& body);
  awaitable<void> leave() override;

 private:
  struct Filter {
    std::string name;
    filter::milter::Session session;
  };

  awaitable<void> learn_client(const Peer& peer);
  void know_client(const Peer& peer);
  [[nodiscard]] std::optional<Reply> heed(const filter::milter::Verdict& verdict);

  net::Resolver& resolver_;
  std::string hostname_;
  std::vector<Filter> filters_;
  filter::milter::Macros macros_;
  std::string client_name_;  // empty: not looked up yet
  bool discarded_ = false;   // the message under way: nobody is asked any more
};

// Those of the peer's session; null: there are none.
[[nodiscard]] inline MilterChecks* milters_of(const Peer& peer) {
  return dynamic_cast<MilterChecks*>(peer.visit.get());
}

}  // namespace freehold::smtp

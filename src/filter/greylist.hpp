#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "filter/expiry.hpp"
#include "net/address.hpp"
#include "store/engine.hpp"
#include "store/lane.hpp"

namespace freehold::filter {

// Greylisting (RFC 6647), for senders that are unknown and suspicious only: whom to ask about is
// the assessment's matter.

// A client network, a sender and a recipient that belong together.
struct Triplet {
  Time first{};
  Time last{};
  std::uint32_t passed = 0;
};

struct GreyDecision {
  enum class Answer : std::uint8_t {
    defer,  // "try again later": a first attempt, or too early a second
    pass,
  };
  Answer answer = Answer::defer;
  std::chrono::seconds wait{};  // for defer: what is left to wait
  Triplet after;                // what to remember
};

// RFC 6647, 4.1, by what is remembered.
[[nodiscard]] GreyDecision decide_grey(const std::optional<Triplet>& known, Time now);

// Remembered triplets. Owned by the wiring, used from every thread; the engine and the clock
// outlive it.
class Greylist {
 public:
  Greylist(store::Engine& engine, const Clock& clock)
      : engine_(engine), clock_(clock), lane_(engine) {}

  // The sender and the recipient are lower-case addresses; the null sender is "". A network that
  // has passed kGreyKnownAfter times is let through for whomever it sends.
  awaitable<Result<GreyDecision>> ask(net::IpAddress client, std::string sender,
                                      std::string recipient);
  // Removes what is too old among `most` records, where the last call has ended. Blocks.
  [[nodiscard]] Result<std::size_t> expire(std::size_t most);

 private:
  store::Engine& engine_;
  const Clock& clock_;
  store::Lane lane_;
  Expiry expiry_{store::keys::Table::filter_triplet};
};

}  // namespace freehold::filter

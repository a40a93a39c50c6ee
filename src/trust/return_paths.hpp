#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "trust/return_path_tag.hpp"
#include "trust/srs.hpp"

namespace freehold::trust {

// What stands in MAIL FROM of mail that leaves here, and what comes back to it. Owned by the
// wiring, used from every thread.
class ReturnPaths {
 public:
  ReturnPaths(SigningKeys keys, const Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

  // Of our users' mail: tagged with the message's number. `sender` itself where that cannot be.
  [[nodiscard]] std::string tagged(std::string_view sender, QueueId message) const;
  // Of mail that an alias of `our_domain` leads on: rewritten (SRS).
  [[nodiscard]] std::string forwarded(std::string_view sender, std::string_view our_domain) const;

  struct Returned {
    enum class Kind : std::uint8_t {
      ordinary,   // none of ours
      bounce,     // to a tagged sender: for `address`, about `message`
      passed_on,  // to a rewritten one: for `address` elsewhere
      refused,    // forged or too old; `reason` says so
    } kind = Kind::ordinary;
    std::string address;
    QueueId message;
    std::string_view reason;
  };
  // `recipient` is an address at one of our domains.
  [[nodiscard]] Returned read(std::string_view recipient) const;

 private:
  SigningKeys keys_;
  const Clock& clock_;
};

}  // namespace freehold::trust

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace freehold::trust {

// Sender Rewriting Scheme: a forwarded message gets a reverse path of ours, so that SPF holds at
// the next host, and what bounces finds its way back through us.
//
//   SRS0=HHHHHHHH=TT=domain=local@ours      of a sender that is nobody's rewriting
//   SRS1=HHHHHHHH=other=…@ours              of another forwarder's SRS0 at `other`, whose own part
//                                           (from its separator on) is kept:
//                                           "SRS1=H=other==HHH=TT=…"
//
// H is eight characters of base32 (40 bits of HMAC-SHA-256) over all that follows in lower case: a
// host on the way may change the case of a local part and it is still found good. TT is the day in
// base32, modulo 1024.

// Secrets of one purpose. The first signs; all of them verify, so that a change of keys does not
// lose the bounces that are on their way.
using SigningKeys = std::vector<std::string>;

struct SrsRewriting {
  enum class Status : std::uint8_t {
    rewritten,
    not_needed,  // <>, or an address of `our_domain` already
    too_long,    // more than 64 octets (RFC 5321, 4.5.3.1.1): the caller keeps the sender as it is,
                 // or gives one of its own; an opaque id kept in the store is not provided here
    unsuitable,  // no address, or one whose local part needs quotes
  } status = Status::unsuitable;
  std::string address;
};
[[nodiscard]] SrsRewriting rewrite_sender(std::string_view sender, std::string_view our_domain,
                                          const SigningKeys& keys, Time now);

struct SrsReversal {
  enum class Status : std::uint8_t {
    reversed,
    not_srs,  // an ordinary address
    forged,   // not signed by any of the keys, or malformed
    expired,  // older than kSrsLifetime
  } status = Status::not_srs;
  std::string address;  // that the bounce goes on to
};
// `recipient` is an address at our domain.
[[nodiscard]] SrsReversal reverse_sender(std::string_view recipient, const SigningKeys& keys,
                                         Time now);

}  // namespace freehold::trust

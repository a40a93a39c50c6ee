#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "trust/srs.hpp"

namespace freehold::trust {

// Bounce Address Tag Validation, one tag per message: the envelope sender of what leaves here is
//
//   prvs=HHHHHHHHTTNN…=local@domain
//
// with a keyed hash H over day, number and the address, the day T and the number N of the queued
// message. A bounce to a tag that we never gave is backscatter, and one that comes late still finds
// its message.

// Nothing when the local part would be longer than 64 octets, needs quotes, or `sender` is <> or no
// address: then it leaves untagged.
[[nodiscard]] std::optional<std::string> tag_return_path(std::string_view sender, QueueId message,
                                                         const SigningKeys& keys, Time now);

struct ReturnPathTag {
  enum class Status : std::uint8_t {
    good,
    untagged,
    forged,   // not ours, or changed on its way
    expired,  // older than kReturnTagLifetime
  } status = Status::untagged;
  std::string address;  // without the tag; also of an untagged one
  QueueId message;      // when good or expired
};
[[nodiscard]] ReturnPathTag read_return_path(std::string_view recipient, const SigningKeys& keys,
                                             Time now);

}  // namespace freehold::trust

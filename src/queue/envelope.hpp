#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace freehold::queue {

// RFC 3461 NOTIFY as bits. On disk: never renumber.
enum Notify : std::uint32_t {
  kNotifyDefault = 0,  // nothing was said: failure, and delay at our choice
  kNotifyNever = 1,
  kNotifySuccess = 2,
  kNotifyFailure = 4,
  kNotifyDelay = 8,
};

struct Recipient {
  std::string address;
  std::string original;  // ORCPT, decoded; empty: not given
  std::uint32_t notify = kNotifyDefault;
};

// What an SMTP client said of a message besides its bytes.
struct Envelope {
  std::string sender;  // empty: <>
  std::vector<Recipient> recipients;
  std::string envelope_id;
  bool return_full = false;
  bool eight_bit = false;
  bool binary = false;
  bool utf8 = false;
  bool require_tls = false;
  bool tls_required_no = false;  // RFC 8689: the field "TLS-Required: No"
  AccountId account;             // the submitter; none for mail from outside
  // Header fields that stand before the body for everyone: signatures, what our checks found.
  std::string prefix;
  std::string forward_prefix;  // the same, for copies that are led on to elsewhere
  std::string forwarded_by;    // our domain whose alias leads the message on; empty: none
  bool junk = false;           // for the Junk mailbox of those who have one here
};

}  // namespace freehold::queue

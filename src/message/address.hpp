#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::message {

// One element of an address list. A group is kept flat, as IMAP's ENVELOPE has it: group_begin
// (with the group's name), its mailboxes, group_end.
struct Address {
  enum class Kind : std::uint8_t { mailbox, group_begin, group_end };

  Kind kind = Kind::mailbox;
  std::string name{};    // unquoted; encoded words as they came, see display_name()
  std::string local{};   // unquoted; may be empty in a broken header
  std::string domain{};  // empty when the header had none. (IMAP: "" then, for NIL means a group)

  // The name for people, decoded; may be empty.
  [[nodiscard]] std::string display_name() const;
  // local@domain, with the local part quoted where it has to be; "" for a group's ends.
  [[nodiscard]] std::string spec() const;
  bool operator==(const Address&) const = default;
};
using Addresses = std::vector<Address>;

// The mailboxes of a field's value (RFC 5322, 3.4, and all that is obsolete, and what broken
// programs send). Elements that hold nothing are passed over; at most 5000 are taken.
[[nodiscard]] Addresses parse_addresses(std::string_view value);

// The same list with the names decoded: what is shown, and what format_addresses() takes.
[[nodiscard]] Addresses decoded(Addresses addresses);

// A field's value from names in UTF-8, with the quoting and encoded words they need; not folded.
// Local parts and domains that are not ASCII stay UTF-8 (RFC 6532).
[[nodiscard]] std::string format_addresses(const Addresses& addresses);

}  // namespace freehold::message

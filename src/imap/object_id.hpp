#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"

namespace freehold::imap {

// Our numbers count within an account; a client sees those of several owners, which must differ
// (RFC 8474, 4 and 5).
constexpr int kAccountShift = 40;
[[nodiscard]] constexpr std::uint64_t object_number(AccountId owner, std::uint64_t number) {
  return (owner.value << kAccountShift) ^ number;
}

// With a letter, so that one kind is never taken for another.
[[nodiscard]] inline std::string object_id(AccountId owner, EmailId id) {
  return "E" + std::to_string(object_number(owner, id.value));
}
[[nodiscard]] inline std::string object_id(AccountId owner, ThreadId id) {
  return "T" + std::to_string(object_number(owner, id.value));
}
[[nodiscard]] inline std::string object_id(AccountId owner, MailboxId id) {
  return "M" + std::to_string(object_number(owner, id.value));
}

// The object_number() behind the letter; 0, which is nobody's, for what we never gave.
[[nodiscard]] inline std::uint64_t number_of_object(char letter, std::string_view id) {
  if (!id.starts_with(letter)) return 0;
  return parse_number(id.substr(1)).value_or(0);
}

}  // namespace freehold::imap

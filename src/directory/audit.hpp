#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "store/transaction.hpp"

namespace freehold::directory {

// Who changes something: the owner over the control socket when nothing else is said.
struct Actor {
  enum class Kind { owner, account, system } kind = Kind::owner;
  std::string name = {};  // of an account
  std::string peer = {};  // the address that the change came from

  [[nodiscard]] static Actor system() { return {Kind::system, {}, {}}; }
  [[nodiscard]] static Actor account(std::string name, std::string peer) {
    return {Kind::account, std::move(name), std::move(peer)};
  }
};
// "owner", "system", or an account's name.
[[nodiscard]] std::string text(const Actor& actor);

struct AuditEntry {
  Time at;
  Actor actor;
  std::string action;   // "account.add": object and verb
  std::string object;   // "anna@example.org"
  std::string details;  // for people; never a secret
};

// Adds the entry to the transaction of the change that it is about: both become durable or neither.
// `at` is the time of writing. There is no function that changes or removes one.
void write_audit(store::Transaction& tx, Time at, const Actor& actor, std::string_view action,
                 std::string_view object, std::string_view details = {});

// Entries must match all that is given.
struct AuditFilter {
  std::string action = {};  // its beginning: "account" is all of accounts
  std::string object = {};  // the whole of it
  std::string actor = {};   // as text() has it
};

// The newest `most` entries not older than `since`, the oldest of them first.
[[nodiscard]] std::vector<AuditEntry> list_audit(const store::Reader& reader, Time since,
                                                 std::size_t most, const AuditFilter& filter = {});

}  // namespace freehold::directory

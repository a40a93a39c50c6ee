#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "mailstore/flags.hpp"

namespace freehold::mailstore {

// The rights of RFC 4314, 2.1, each by its letter. On disk as bits: never renumber.
enum class Right : std::uint32_t {
  lookup = 1,             // l: it is visible
  read = 2,               // r: SELECT, STATUS
  seen = 4,               // s: change \Seen
  write = 8,              // w: change other flags and keywords
  insert = 16,            // i: APPEND, COPY into it
  post = 32,              // p: send mail to it; asked by nobody here
  create = 64,            // k: make mailboxes in it
  remove = 128,           // x: delete or rename it
  delete_messages = 256,  // t: change \Deleted
  expunge = 512,          // e: remove messages
  administer = 1024,      // a: change these rights
};

// A set of rights; a value.
class Rights {
 public:
  constexpr Rights() = default;
  constexpr Rights(Right right) : bits_(static_cast<std::uint32_t>(right)) {}  // NOLINT: reads well
  [[nodiscard]] static constexpr Rights all() { return of_bits(2047); }
  [[nodiscard]] static constexpr Rights of_bits(std::uint32_t bits) {
    Rights rights;
    rights.bits_ = bits & 2047;
    return rights;
  }
  // From their letters; the obsolete c and d stand for k, x and t, e (RFC 4314, 2.1.1). Nothing: a
  // letter is no right.
  [[nodiscard]] static std::optional<Rights> parse(std::string_view letters);

  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool has(Rights all_of) const {
    return (bits_ & all_of.bits_) == all_of.bits_;
  }
  [[nodiscard]] constexpr bool has_any(Rights of) const { return (bits_ & of.bits_) != 0; }
  // The letters, with c and d behind them for clients that know only RFC 2086.
  [[nodiscard]] std::string text() const;
  // The flags that they allow to change.
  [[nodiscard]] FlagMask flags() const;

  friend constexpr Rights operator|(Rights a, Rights b) { return of_bits(a.bits_ | b.bits_); }
  friend constexpr Rights operator-(Rights a, Rights b) { return of_bits(a.bits_ & ~b.bits_); }
  friend constexpr bool operator==(Rights, Rights) = default;

 private:
  std::uint32_t bits_ = 0;
};
[[nodiscard]] constexpr Rights operator|(Right a, Right b) { return Rights(a) | Rights(b); }

// What members may do in their group's mailboxes where nothing else is said.
constexpr Rights kRightsOfMembers = Rights::all() - Right::administer;

struct AclEntry {
  AccountId who;  // a person or a group with all its members; 0: everybody in the owner's domain
  bool negative = false;
  Rights rights;
  bool operator==(const AclEntry&) const = default;
};
// Of one mailbox; each `who` at most twice: what is given, and what is taken away.
using Acl = std::vector<AclEntry>;

// Whose rights are asked for.
struct Subject {
  AccountId account;
  std::vector<AccountId> groups;  // that it is a member of
  bool of_owners_domain = false;
};

// The owner has all rights, whatever the list says. Others have what is given to them, their groups
// and everybody, less what is taken away from any of these (RFC 4314, 2). `owner` may be a group:
// its entry for itself replaces kRightsOfMembers.
[[nodiscard]] Rights rights_of(const Subject& subject, AccountId owner, const Acl& acl);

// Gives a subject these rights in place of those that it had by an entry of that kind; none: the
// entry goes, but for the owner's own (a group's), which then says that members have no rights.
void set_rights(Acl& acl, AccountId owner, const AclEntry& entry);

// A mailbox that may be somebody else's.
struct OwnedMailbox {
  AccountId owner;
  MailboxId mailbox;
  auto operator<=>(const OwnedMailbox&) const = default;
};

}  // namespace freehold::mailstore

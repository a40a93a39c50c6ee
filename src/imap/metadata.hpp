#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "imap/lexer.hpp"
#include "imap/mailbox_access.hpp"

namespace freehold::imap {

struct Context;

// What GETMETADATA (RFC 5464, 4.2) and LIST RETURN (METADATA …) (RFC 9590) ask for.
struct MetadataRequest {
  enum class Depth { zero, one, infinity };
  Depth depth = Depth::zero;
  std::optional<std::uint64_t> max_size;  // in octets; larger values are left out
  std::vector<std::string> entries;       // in lower case
};

// "(MAXSIZE 1024 DEPTH 1)", at its parenthesis.
void read_metadata_options(Lexer& lexer, MetadataRequest& request);
// One entry, or several in parentheses.
void read_metadata_entries(Lexer& lexer, MetadataRequest& request);
// Whether options, and not entries, begin here with a parenthesis.
[[nodiscard]] bool at_metadata_options(const Lexer& lexer);
// A name of an entry, in lower case; fails the lexer when it is none (RFC 5464, 3.2).
[[nodiscard]] std::string read_metadata_entry(Lexer& lexer);

// The annotations of a mailbox are its owner's, and count against its owner's limits; what others
// note in private about it stands beside them, for each under a name of its own.
// What the mailstore calls an entry of a mailbox of `owner`.
[[nodiscard]] std::string stored_entry(const Context& context, AccountId owner,
                                       std::string_view entry);
// The entry that a name means to this session; empty: it is somebody else's.
[[nodiscard]] std::string_view shown_entry(const Context& context, AccountId owner,
                                           std::string_view stored);
// RFC 5464, 3.3: who may know of a mailbox's annotations.
[[nodiscard]] bool may_annotate(mailstore::Rights rights);

// Answers for a mailbox, or for the server (null), and returns the size of the largest value that
// was left out; 0: none was.
std::uint64_t put_metadata(Context& context, const NamedMailbox* mailbox,
                           const MetadataRequest& request);
// "[METADATA LONGENTRIES 2199] " when something was left out.
[[nodiscard]] std::string long_entries_code(std::uint64_t longest);

// RFC 6154, 5.4: what a mailbox is for, as an annotation that follows its role.
constexpr std::string_view kSpecialUseEntry = "/private/specialuse";

}  // namespace freehold::imap

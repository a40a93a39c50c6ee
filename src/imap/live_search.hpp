#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "imap/search_key.hpp"
#include "imap/sort_order.hpp"

namespace freehold::imap {

struct Context;
class View;

// RFC 5267: a SEARCH or SORT with RETURN (UPDATE), whose result is followed until CANCELUPDATE or
// the mailbox is left. Held by its session.
struct LiveSearch {
  std::string tag;
  bool by_uid = false;
  SearchKey key;                        // its sequence numbers turned into UIDs
  std::vector<SortCriterion> criteria;  // empty: a SEARCH, in the order of UIDs
  std::vector<SortRow> rows;            // the result; a row's index is its message's UID
  ModSeq upto;                          // what changed later has not been looked at yet

  [[nodiscard]] bool is_sorted() const { return !criteria.empty(); }
};

// Follows the search from now on; says NOUPDATE when that is not possible. `found` are the rows of
// its result in order.
void follow(Context& context, LiveSearch live);
[[nodiscard]] bool is_followed(const Context& context, std::string_view tag);
// The key with sequence numbers and "$" as the UIDs that they are now.
[[nodiscard]] SearchKey with_uids(const Context& context, SearchKey key);

// REMOVEFROM for what is not in `newest` any more, while the numbers of it are still known: before
// the EXPUNGE responses.
void tell_removed(Context& context, const mailstore::MailboxSnapshot& newest);
// ADDTO and REMOVEFROM for messages that are new or have other flags: after EXISTS.
void tell_changed(Context& context);

}  // namespace freehold::imap

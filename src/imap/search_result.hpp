#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "imap/search_key.hpp"
#include "imap/session.hpp"
#include "imap/view.hpp"

namespace freehold::imap {

// What SEARCH, SORT and ESEARCH have in common: finding, and the answer.

// Indexes into the view, in the order of the answer.
using Found = std::vector<std::size_t>;

// The messages of `view` that match, ascending. Gives way to other sessions now and then; `view`
// has to stay as it is meanwhile.
// `relevancies`: RFC 6203, 4, of each one found; may be null.
awaitable<Found> find_matching(Context& context, const View& view, SearchKey key,
                               std::vector<int>* relevancies = nullptr);

// The message's number in an answer.
[[nodiscard]] inline std::uint32_t number_of(const View& view, std::size_t index, bool by_uid) {
  return by_uid ? view.row(index).uid.value : static_cast<std::uint32_t>(index + 1);
}
[[nodiscard]] std::vector<std::uint32_t> numbers_of(const View& view, const Found& found,
                                                    bool by_uid);

// "* ESEARCH (TAG …)…" as the options want it. `mailbox`: RFC 7377's words behind the tag, or
// empty. `with_modseq`: RFC 7162, 3.1.10.
void put_esearch(Output& out, std::string_view tag, std::string_view mailbox, const View& view,
                 const Found& found, const SearchReturn& options, bool by_uid, bool with_modseq,
                 const std::vector<int>& relevancies = {});

// RFC 5182, 2.4 and RFC 9394: with MIN, MAX or PARTIAL and neither ALL nor COUNT only those are
// kept.
void save_result(Context& context, const Found& found, const SearchReturn& options);

}  // namespace freehold::imap

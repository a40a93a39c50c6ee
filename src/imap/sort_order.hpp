#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "imap/lexer.hpp"
#include "mailstore/mailstore.hpp"
#include "message/envelope.hpp"

namespace freehold::imap {

// RFC 5256, 3 and RFC 5957: one of the things that messages are sorted by.
struct SortCriterion {
  enum class By { arrival, cc, date, from, size, subject, to, display_from, display_to } by;
  bool reverse = false;
};
// "(REVERSE DATE SUBJECT)"
[[nodiscard]] std::vector<SortCriterion> read_sort_criteria(Lexer& lexer);

// What of a message is compared, an entry for each criterion.
struct SortRow {
  struct Value {
    std::int64_t number = 0;
    std::string text;
    auto operator<=>(const Value&) const = default;
  };
  std::size_t index = 0;     // into the view; the last criterion, as its order is that of arrival
  std::uint64_t prefix = 0;  // of the first value, in whose order it is: mostly decides alone
  std::vector<Value> values;
};

// What of a message's outline they look at.
[[nodiscard]] message::EnvelopeParts outline_parts(const std::vector<SortCriterion>& criteria);
// `outline` may be null when it is not needed, or cannot be read.
[[nodiscard]] SortRow sort_row(const std::vector<SortCriterion>& criteria, std::size_t index,
                               const mailstore::IndexChunk::Row& message,
                               const message::Envelope* outline);
[[nodiscard]] bool sorts_before(const std::vector<SortCriterion>& criteria, const SortRow& a,
                                const SortRow& b);

// The sent date (RFC 5256, 2.2): the Date field, or else when it arrived.
[[nodiscard]] Time sent_date(const mailstore::IndexChunk::Row& message,
                             const message::Envelope* outline);

}  // namespace freehold::imap

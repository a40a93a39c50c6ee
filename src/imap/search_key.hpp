#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "imap/lexer.hpp"
#include "imap/sequence_set.hpp"
#include "mailstore/mailstore.hpp"

namespace freehold::imap {

// RFC 9051, 6.4.4: a search program as a tree.
struct SearchKey {
  enum class Kind {
    all,
    all_of,  // its children
    any_of,
    none_of,
    sequence,
    uid,
    flag,
    keyword,
    before,  // INTERNALDATE, by day
    on,
    since,
    sent_before,  // the Date field, by its own day
    sent_on,
    sent_since,
    larger,
    smaller,
    modseq,
    header,  // field `name` has `text` in it
    body,
    text,
    older,  // RFC 5032: at least so many seconds ago
    younger,
    saved_before,  // RFC 8514, by day
    saved_on,
    saved_since,
    has_saved_date,
    email,   // EMAILID, X-GM-MSGID
    thread,  // THREADID, X-GM-THRID
    label,   // X-GM-LABELS
  } kind = Kind::all;
  bool wanted = true;  // of flag and keyword: false means UN…
  mailstore::Flag flag = mailstore::kSeen;
  bool fuzzy = false;  // RFC 6203: of header, body and text
  // Of larger, smaller, modseq, email, thread; seconds of older and younger; days since 1970 of
  // dates.
  std::uint64_t number = 0;
  std::string name;
  std::string text;
  SequenceSet set;
  std::vector<SearchKey> children;
};

// RFC 9394: the results from the first to the last, counted from 1; or from the end.
struct PartialRange {
  std::uint32_t first = 1;
  std::uint32_t last = 1;
  bool from_end = false;

  [[nodiscard]] std::string text() const;  // as it came, in order
  // The positions [begin, end) that it takes of so many.
  [[nodiscard]] std::pair<std::size_t, std::size_t> of(std::size_t count) const;
};
[[nodiscard]] PartialRange read_partial_range(Lexer& lexer);

// RETURN (…) of SEARCH, SORT and ESEARCH.
struct SearchReturn {
  bool extended = false;  // it was given: answer with ESEARCH
  bool min = false, max = false, count = false, all = false, save = false;
  bool update = false;     // RFC 5267
  bool relevancy = false;  // RFC 6203, 4
  std::optional<PartialRange> partial;

  // SAVE alone is answered with nothing (RFC 5182, 2.1).
  [[nodiscard]] bool answers() const { return min || max || count || all || partial || update; }
};
// Behind the word RETURN.
[[nodiscard]] SearchReturn read_return(Lexer& lexer);

struct SearchRequest : SearchReturn {
  std::string charset;
  SearchKey key;

  [[nodiscard]] bool uses_modseq() const;
  [[nodiscard]] bool uses_sequence() const;  // names messages by their sequence numbers
  [[nodiscard]] bool knows_charset() const;  // US-ASCII and UTF-8 are
};

// Everything behind "SEARCH".
[[nodiscard]] SearchRequest read_search(Lexer& lexer);
// One or more search keys, all of which have to match.
[[nodiscard]] SearchKey read_search_keys(Lexer& lexer);

}  // namespace freehold::imap

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
  } kind = Kind::all;
  bool wanted = true;  // of flag and keyword: false means UN…
  mailstore::Flag flag = mailstore::kSeen;
  std::uint64_t number = 0;  // of larger, smaller, modseq; days since 1970 of the dates
  std::string name;
  std::string text;
  SequenceSet set;
  std::vector<SearchKey> children;
};

struct SearchRequest {
  bool extended = false;  // RETURN was given: answer with ESEARCH
  bool min = false, max = false, count = false, all = false, save = false;
  std::string charset;
  SearchKey key;

  [[nodiscard]] bool uses_modseq() const;
};

// Everything behind "SEARCH".
[[nodiscard]] SearchRequest read_search(Lexer& lexer);

}  // namespace freehold::imap

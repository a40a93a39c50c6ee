#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "imap/lexer.hpp"

namespace freehold::imap {

// RFC 9051, 6.4.5.1: what of a message is asked for between the brackets.
struct Section {
  enum class What { all, header, header_fields, header_fields_not, mime, text };
  std::vector<std::uint32_t> part;  // "1.2"; empty: the message itself
  What what = What::all;
  std::vector<std::string> fields;
};

struct FetchItem {
  enum class Kind {
    uid,
    flags,
    internal_date,
    size,
    modseq,
    envelope,
    body_structure,        // BODYSTRUCTURE
    body_structure_basic,  // BODY
    section,               // BODY[…], RFC822…
    binary,                // BINARY[…]
    binary_size,
  } kind = Kind::uid;
  Section section;
  bool peek = true;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> partial;  // offset, count
  std::string label;  // how a section is named in the answer
};

struct FetchRequest {
  std::vector<FetchItem> items;
  std::optional<std::uint64_t> changed_since;  // RFC 7162, 3.1.4.1

  [[nodiscard]] bool sets_seen() const;
  [[nodiscard]] bool asks(FetchItem::Kind kind) const;
};

// Everything behind the message set; the lexer fails on what is not well-formed.
[[nodiscard]] FetchRequest read_fetch(Lexer& lexer);

}  // namespace freehold::imap

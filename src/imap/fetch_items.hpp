#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "imap/lexer.hpp"
#include "imap/search_key.hpp"

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
    saved_date,  // RFC 8514
    email_id,    // RFC 8474
    thread_id,
    preview,  // RFC 8970
    gm_message_id,
    gm_thread_id,
    gm_labels,
  } kind = Kind::uid;
  Section section;
  bool peek = true;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> partial;  // offset, count
  std::string label;  // how a section is named in the answer
};

struct FetchRequest {
  std::vector<FetchItem> items;
  std::optional<std::uint64_t> changed_since;  // RFC 7162, 3.1.4.1
  bool vanished = false;                       // RFC 7162, 3.2.6: tell what has gone since
  std::optional<PartialRange> partial;         // RFC 9394, of UID FETCH

  [[nodiscard]] bool sets_seen() const;
  [[nodiscard]] bool asks(FetchItem::Kind kind) const;
};

// What stands between the brackets; nothing: it is not well-formed.
[[nodiscard]] std::optional<Section> parse_section(std::string_view text);
// Everything behind the message set; the lexer fails on what is not well-formed.
[[nodiscard]] FetchRequest read_fetch(Lexer& lexer);
// Items in parentheses alone.
[[nodiscard]] FetchRequest read_fetch_list(Lexer& lexer);

}  // namespace freehold::imap

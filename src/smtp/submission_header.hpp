#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::smtp {

// One field of a message's header as it stands there.
struct HeaderField {
  std::string_view name;  // empty: a line that is no field
  std::string_view raw;   // with its continuation lines and CRLFs
};

// The fields of a header (without the empty line behind it).
[[nodiscard]] std::vector<HeaderField> scan_header(std::string_view header);

// The field's body in one line, without the white space around it.
[[nodiscard]] std::string unfolded_body(const HeaderField& field);

// Where the header of a message ends: behind the CRLF of its last field, at the empty line.
// Nothing: not in `text` yet. `searched` bytes of it are known to hold no end.
[[nodiscard]] std::optional<std::size_t> header_end(std::string_view text,
                                                    std::size_t searched = 0);

// What submission does to a header (RFC 6409, 8): Bcc goes, a missing Date and Message-ID are
// added.
struct SubmissionHeader {
  std::string text;
  std::vector<std::string> from;  // the bodies of the From fields; RFC 5322, 3.6 wants exactly one
  unsigned received = 0;          // Received fields
};
[[nodiscard]] SubmissionHeader complete_header(std::string_view header, std::string_view date,
                                               std::string_view message_id);

// Counts the Received fields of a header that passes by in pieces; stops at its end.
class HopCounter {
 public:
  void feed(std::string_view bytes);
  [[nodiscard]] unsigned hops() const { return hops_; }

 private:
  void end_line();

  std::string line_;  // its first bytes: as many as are needed to know it
  bool in_header_ = true;
  unsigned hops_ = 0;
};

}  // namespace freehold::smtp

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "message/envelope.hpp"
#include "message/parameters.hpp"
#include "message/transfer_encoding.hpp"

namespace freehold::message {

// A node of a message's MIME tree: what BODYSTRUCTURE (RFC 9051, 7.5.2) and JMAP's bodyStructure
// (RFC 8621, 4.1.4) show of it. The tree is a vector in the order of the message: each part is
// followed by its children. A multipart's children are its parts; a message/rfc822's only child is
// the nested message's own root part.
struct Part {
  static constexpr std::uint32_t kNoParent = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t parent = kNoParent;
  std::uint32_t children =
      0;  // a multipart without any is possible (and has to be shown as something else in IMAP)

  std::string type;  // lower case; text/plain (in a digest message/rfc822) when the header has none
  std::string subtype;  // lower case
  Parameters parameters;
  std::string id;           // with its angle brackets
  std::string description;  // encoded words as they came
  std::string encoding;     // lower case; "7bit" when there is none
  std::string disposition;  // lower case; empty when there is none
  Parameters disposition_parameters;
  std::vector<std::string> languages;
  std::string location;
  std::string md5;

  // Offsets into the whole message. The line end before a boundary belongs to the boundary.
  std::uint64_t header_begin = 0;
  std::uint64_t body_begin = 0;  // after the empty line
  std::uint64_t body_end = 0;
  std::uint64_t lines = 0;  // line ends in the body

  std::optional<Envelope>
      envelope;  // of the nested message, where a message/rfc822 has been opened

  [[nodiscard]] std::uint64_t size() const { return body_end - body_begin; }
  [[nodiscard]] bool is(std::string_view t, std::string_view s) const {
    return type == t && subtype == s;
  }
  [[nodiscard]] bool is_multipart() const { return type == "multipart"; }
  [[nodiscard]] bool is_message() const {
    return type == "message" && (subtype == "rfc822" || subtype == "global");
  }
  [[nodiscard]] TransferEncoding transfer() const { return transfer_encoding(encoding); }
  [[nodiscard]] std::string charset() const;
  // The name it should be saved under, from Content-Disposition or Content-Type; may be empty.
  [[nodiscard]] std::string filename() const;
};

// The part that a section number means, {1, 2} being "1.2" (RFC 9051, 6.4.5.1); nothing when there
// is none.
[[nodiscard]] std::optional<std::size_t> find_part(std::span<const Part> parts,
                                                   std::span<const std::uint32_t> section);
// The section number of a part: "1.2". The root of a message, nested ones included, has the number
// of what holds it, and a root that is no multipart is the "1" in it; "" for the whole message's
// multipart root.
[[nodiscard]] std::string section_of(std::span<const Part> parts, std::size_t index);

// A part to be shown or saved apart from the message's text.
[[nodiscard]] bool is_attachment(std::span<const Part> parts, std::size_t index);

}  // namespace freehold::message

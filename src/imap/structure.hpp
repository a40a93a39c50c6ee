#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "imap/fetch_items.hpp"
#include "imap/output.hpp"

namespace freehold::schema {
class Content;
class Part;
}  // namespace freehold::schema

namespace freehold::imap {

// RFC 9051, 7.5.2: BODY and BODYSTRUCTURE of a parsed message.
void put_body_structure(Output& out, const schema::Content& content, bool extended);

// A part by its numbers: an index into content.parts(); nothing when there is none.
[[nodiscard]] std::optional<int> find_part(const schema::Content& content,
                                           const std::vector<std::uint32_t>& numbers);

// Where a section's bytes are: some that were picked out (header fields), or a range of the body
// behind a prefix.
struct SectionBytes {
  std::string picked;       // comes first
  std::uint64_t begin = 0;  // of the body
  std::uint64_t end = 0;
  [[nodiscard]] std::uint64_t size() const { return picked.size() + (end - begin); }
};
// Nothing: the message has no such part. `prefix` comes before the body; `read` gives the header
// section of a part when it is not in the content.
[[nodiscard]] std::optional<SectionBytes> locate(
    const schema::Content& content, const std::string& prefix, std::uint64_t body_size,
    const Section& section, const std::function<std::string(std::uint64_t, std::uint64_t)>& read);

// The fields of a header section that are (or are not) among the names, and the empty line.
[[nodiscard]] std::string pick_fields(std::string_view header,
                                      const std::vector<std::string>& names, bool among);

}  // namespace freehold::imap

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/mailstore.pb.h"
#include "store/bodies.hpp"

namespace freehold::search {

// What a reader sees of one text part, as UTF-8: decoded, HTML without its markup; of its first
// `most` bytes as sent.
[[nodiscard]] std::string text_of_part(const schema::Part& part, const store::BodyReader& body,
                                       std::uint64_t most);

// A message's header section with a recipient's own prefix; of a very long one the first `most`
// bytes.
[[nodiscard]] std::string header_section(const schema::Content& content, std::string prefix,
                                         const store::BodyReader& body, std::uint64_t most);

// A part that is no text, as an extractor may be asked for it.
struct Attachment {
  int part = 0;            // its index in Content
  std::string type;        // "application/pdf"
  std::string name;        // UTF-8; may be empty
  std::uint64_t size = 0;  // as sent
};

// All of a message that is indexed, within the limits; UTF-8, not folded.
struct MessageTexts {
  std::vector<std::pair<std::string, std::string>> fields;  // of the header: names and values
  bool header_is_cut = false;                               // there is more of it than is indexed
  std::string body;        // all text parts; lines end as they were sent
  std::string file_names;  // of all parts, one a line
  std::vector<Attachment> attachments;
};
[[nodiscard]] MessageTexts read_texts(const schema::Content& content, std::string prefix,
                                      const store::BodyReader& body);

// A part's bytes without their transfer encoding; nothing when there are more than `most`.
[[nodiscard]] std::string bytes_of_part(const schema::Part& part, const store::BodyReader& body,
                                        std::uint64_t most);

}  // namespace freehold::search

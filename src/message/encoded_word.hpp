#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace freehold::message {

// The length of the encoded word (RFC 2047, 2) that `text` begins with, or 0.
[[nodiscard]] std::size_t encoded_word_length(std::string_view text);

// The text of an unstructured field, or a display name, as UTF-8 for people: unfolded, encoded
// words decoded wherever they stand, adjacent ones joined (also in the middle of a character). What
// cannot be decoded stays as it is; raw bytes above 127 are read as UTF-8 or else windows-1252;
// control characters become spaces.
[[nodiscard]] std::string decode_text(std::string_view raw);

// For an unstructured field: the text itself where it is plain ASCII, else with the words from the
// first to the last that need it as encoded words in UTF-8, each of at most 60 characters and
// parted by one space, where a line may be folded.
[[nodiscard]] std::string encode_text(std::string_view utf8);

// For a phrase (a display name): atoms, a quoted string, or encoded words with the characters of
// RFC 2047, 5, rule 3.
[[nodiscard]] std::string encode_phrase(std::string_view utf8);

}  // namespace freehold::message

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace freehold::message {

// The text that a browser would show of some HTML, roughly, with all white space folded: without
// tags, comments, style, script and head, entities decoded. Stops after about `most` bytes.
[[nodiscard]] std::string text_of_html(std::string_view html, std::size_t most);

// The beginning of a text for a message list: UTF-8, at most `characters`, white space folded,
// nothing invisible.
[[nodiscard]] std::string preview_of(std::string_view utf8, std::size_t characters);

}  // namespace freehold::message

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filter/links.hpp"

namespace freehold::filter {

// What some HTML shows and what it tries not to show.
struct HtmlContent {
  std::string text;         // that a reader sees, white space folded
  std::size_t hidden = 0;   // bytes of text that no reader sees
  std::vector<Link> links;  // of <a> and <area>
  std::size_t images = 0;
  std::size_t remote_images = 0;
  std::size_t tiny_images = 0;  // of one pixel or none: they only report
  std::size_t elements = 0;
  bool has_form = false;
  bool has_script = false;
  bool has_frame = false;
  bool redirects = false;              // <meta http-equiv=refresh>
  bool has_base = false;               // <base href>: all links lead elsewhere
  bool has_comments_in_words = false;  // "vi<!-- x -->agra", or an empty tag there
};

// Roughly, in one pass, never failing.
[[nodiscard]] HtmlContent read_html(std::string_view utf8);

}  // namespace freehold::filter

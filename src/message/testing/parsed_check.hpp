#pragma once

#include <cstdint>
#include <string>

#include "message/parser.hpp"

// What must hold for every message, for tests and fuzzers.
namespace freehold::message::testing {

// The offsets lie inside the message and parts inside their parents, in order. Empty when it is so,
// else what is wrong.
[[nodiscard]] inline std::string unsound(const Parsed& parsed, std::uint64_t size) {
  if (parsed.size != size) return "size";
  if (parsed.parts.empty()) return "no root";
  for (std::size_t i = 0; i < parsed.parts.size(); ++i) {
    const Part& part = parsed.parts[i];
    if (part.header_begin > part.body_begin || part.body_begin > part.body_end) return "order";
    if (part.body_end > size || part.lines > part.size()) return "end";
    if (part.parent == Part::kNoParent) {
      if (i != 0) return "two roots";
      continue;
    }
    if (part.parent >= i) return "parent after child";
    const Part& parent = parsed.parts[part.parent];
    if (part.header_begin < parent.body_begin || part.body_end > parent.body_end) return "nesting";
  }
  return {};
}

// The same in everything that does not follow from the rest.
[[nodiscard]] inline std::string different(const Parsed& a, const Parsed& b) {
  if (a.header.raw() != b.header.raw()) return "header";
  if (a.preview != b.preview || a.first_text_part != b.first_text_part) return "preview";
  if (a.limited != b.limited || a.bare_lf != b.bare_lf || a.has_nul != b.has_nul ||
      a.eight_bit != b.eight_bit || a.header_truncated != b.header_truncated) {
    return "facts";
  }
  if (a.parts.size() != b.parts.size()) return "parts";
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    const Part& x = a.parts[i];
    const Part& y = b.parts[i];
    if (x.parent != y.parent || x.children != y.children || x.type != y.type ||
        x.subtype != y.subtype || x.parameters != y.parameters) {
      return "part";
    }
    if (x.header_begin != y.header_begin || x.body_begin != y.body_begin ||
        x.body_end != y.body_end || x.lines != y.lines) {
      return "offsets";
    }
  }
  return {};
}

}  // namespace freehold::message::testing

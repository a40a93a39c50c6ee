#include "trust/canonical.hpp"

#include "base/bytes.hpp"

namespace freehold::trust {

namespace {

bool is_wsp(char c) { return c == ' ' || c == '\t'; }

// Is there a line end, not a stray CR?
bool is_line_end(std::string_view text, std::size_t at) {
  return text[at] == '\n' || (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
}

// Unfolded, each run of white space one space, none at either end (RFC 6376, 3.4.2).
void append_relaxed_value(std::string& out, std::string_view value) {
  const std::size_t begin = out.size();
  out.resize(begin + value.size());
  char* to = out.data() + begin;
  const char* const first = to;
  bool space = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c <= ' ' && (is_wsp(c) || is_line_end(value, i))) {
      space = space || is_wsp(c);
      continue;
    }
    if (space && to != first) *to++ = ' ';
    space = false;
    *to++ = c;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

}  // namespace

void append_canonical(std::string& out, Canonicalization how, std::string_view name,
                      std::string_view value, std::string_view line) {
  if (how == Canonicalization::simple) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += line;
  } else {
    for (const char c : name) out.push_back(ascii_lower(c));
    out.push_back(':');
    append_relaxed_value(out, value);
  }
  out += "\r\n";
}

}  // namespace freehold::trust

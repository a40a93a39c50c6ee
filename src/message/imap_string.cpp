#include "message/imap_string.hpp"

#include <algorithm>
#include <cstddef>

namespace freehold::message {

namespace {

constexpr std::size_t kMaxQuoted = 1024;

// RFC 9051, 9: quoted strings hold no CR, LF, NUL; 8-bit is sent as a literal, which every client
// reads.
bool quotable(std::string_view text) {
  return text.size() <= kMaxQuoted && std::ranges::all_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 0x20 && byte < 0x7f;
         });
}

}  // namespace

void append_imap_string(std::string& out, std::string_view text) {
  if (!quotable(text)) {
    out.append("{").append(std::to_string(text.size())).append("}\r\n").append(text);
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_imap_nstring(std::string& out, std::string_view text) {
  if (text.empty())
    out += "NIL";
  else
    append_imap_string(out, text);
}

}  // namespace freehold::message

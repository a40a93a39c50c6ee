#include "imap/output.hpp"

#include <algorithm>

#include "imap/limits.hpp"

namespace freehold::imap {

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

void Output::string(std::string_view text) {
  if (!quotable(text)) return literal(text);
  *this << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') *this << '\\';
    *this << c;
  }
  *this << '"';
}

void Output::nstring(std::string_view text, bool nil) {
  if (nil) {
    *this << "NIL";
  } else {
    string(text);
  }
}

void Output::literal(std::string_view bytes) { *this << '{' << bytes.size() << "}\r\n" << bytes; }

void Output::astring(std::string_view text) {
  const bool atom = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
  if (atom) {
    *this << text;
    return;
  }
  const bool plain = std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (!plain) return literal(text);
  *this << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') *this << '\\';
    *this << c;
  }
  *this << '"';
}

bool Output::wants_flush() const { return buffer_.size() >= kFlushAt; }

awaitable<IoResult<>> Output::flush() {
  if (buffer_.empty()) co_return IoResult<>();
  const std::string bytes = std::exchange(buffer_, {});
  co_return co_await stream_.write(bytes, net::after(kWriteTimeout));
}

}  // namespace freehold::imap

#include "imap/output.hpp"

#include <algorithm>

#include "imap/limits.hpp"
#include "message/imap_string.hpp"

namespace freehold::imap {

void Output::string(std::string_view text) { message::append_imap_string(buffer_, text); }

void Output::nstring(std::string_view text, bool nil) {
  if (nil) {
    *this << "NIL";
  } else {
    string(text);
  }
}

void Output::literal(std::string_view bytes) { *this << '{' << bytes.size() << "}\r\n" << bytes; }

std::string Output::astring_of(std::string_view text) {
  const bool atom = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
  if (atom) return std::string(text);
  const bool plain = std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (!plain) return "{" + std::to_string(text.size()) + "}\r\n" + std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

bool Output::wants_flush() const { return buffer_.size() >= kFlushAt; }

awaitable<IoResult<>> Output::flush() {
  if (buffer_.empty()) co_return IoResult<>();
  const std::string bytes = std::exchange(buffer_, {});
  co_return co_await stream_.write(bytes, net::after(kWriteTimeout));
}

}  // namespace freehold::imap

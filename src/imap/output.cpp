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
  const bool goes_on = wants_flush();
  auto bytes = std::exchange(buffer_, std::exchange(spare_, {}));
  if (!goes_on) std::string().swap(buffer_);
  if (bytes.empty()) co_return IoResult<>();
  auto sent = co_await stream_.write(bytes, net::after(kWriteTimeout));
  if (goes_on) {
    bytes.clear();
    spare_ = std::move(bytes);
  }
  co_return sent;
}

}  // namespace freehold::imap

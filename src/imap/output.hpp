#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/stream.hpp"

namespace freehold::imap {

// Gathers replies and sends them in large writes. Lives inside its session, refers to the session's
// stream.
class Output {
 public:
  explicit Output(net::Stream& stream) : stream_(stream) {}

  Output& operator<<(std::string_view text) {
    buffer_.append(text);
    return *this;
  }
  Output& operator<<(char c) {
    buffer_.push_back(c);
    return *this;
  }
  template <std::unsigned_integral Number>
  Output& operator<<(Number number) {
    buffer_.append(std::to_string(number));
    return *this;
  }
  // A quoted string, or a literal where it has to be one.
  void string(std::string_view text);
  void nstring(std::string_view text, bool nil);
  void literal(std::string_view bytes);
  // A string in quotes or as an atom-like astring: mailbox names.
  void astring(std::string_view text) { *this << astring_of(text); }
  [[nodiscard]] static std::string astring_of(std::string_view text);

  [[nodiscard]] bool wants_flush() const;
  // Sends what is there. The memory is given back but for that of a long answer, which goes on.
  awaitable<IoResult<>> flush();

 private:
  net::Stream& stream_;
  std::string buffer_;
  std::string spare_;  // while a long answer is sent
};

}  // namespace freehold::imap

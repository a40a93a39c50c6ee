#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "net/stream.hpp"
#include "pop3/limits.hpp"

namespace freehold::pop3 {

// Gathers replies and sends them in large writes. Lives inside its session, refers to the session's
// stream.
class Output {
 public:
  explicit Output(net::Stream& stream) : stream_(stream) {}

  Output& operator<<(std::string_view text) {
    buffer_.append(text);
    return *this;
  }
  template <std::unsigned_integral Number>
  Output& operator<<(Number number) {
    buffer_.append(std::to_string(number));
    return *this;
  }
  // For what appends to a string itself.
  [[nodiscard]] std::string& buffer() { return buffer_; }

  [[nodiscard]] bool wants_flush() const { return buffer_.size() >= kFlushAt; }
  // Sends what is there and gives the memory back.
  awaitable<IoResult<>> flush() {
    if (buffer_.empty()) co_return IoResult<>();
    const std::string bytes = std::exchange(buffer_, {});
    co_return co_await stream_.write(bytes, net::after(kWriteTimeout));
  }

 private:
  net::Stream& stream_;
  std::string buffer_;
};

}  // namespace freehold::pop3

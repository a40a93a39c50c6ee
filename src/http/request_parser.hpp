#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "http/message.hpp"

namespace freehold::http {

// Makes requests of the bytes of one connection, pipelined ones too. No I/O. It holds no more than
// one request at its limits and what came behind it in the same piece.
class RequestParser {
 public:
  enum class State : std::uint8_t {
    more,      // of the next request there is not enough yet
    complete,  // take() gives it
    refused,   // it is none, or too large: refusal() says how to answer; nothing may follow
  };

  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Adds what has come; empty: looks at what is left behind the request that was taken.
  State add(std::string_view bytes);
  [[nodiscard]] Request take();
  [[nodiscard]] unsigned refusal() const;
  // Nothing of a next request has come.
  [[nodiscard]] bool idle() const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace freehold::http

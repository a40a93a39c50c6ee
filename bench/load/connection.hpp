#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace freehold::bench {

template <class T = void>
using awaitable = boost::asio::awaitable<T>;

struct Target {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool tls = false;  // from the first byte; the certificate is not verified
};

// A client's connection that reads lines. What fails throws: a session of the load generator ends
// with its first error.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual awaitable<> write(std::string_view bytes) = 0;
  // The next line without its end. Valid until the next call.
  virtual awaitable<std::string_view> line() = 0;
};

[[nodiscard]] awaitable<std::unique_ptr<Connection>> connect(const Target& target);

}  // namespace freehold::bench

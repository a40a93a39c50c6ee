#include "connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

namespace freehold::bench {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kLongestLine = 16 << 10;

template <class Stream>
class StreamConnection final : public Connection {
 public:
  template <class... Args>
  explicit StreamConnection(Args&&... args) : stream_(std::forward<Args>(args)...) {}

  Stream& stream() { return stream_; }

  awaitable<> write(std::string_view bytes) override {
    co_await asio::async_write(stream_, asio::buffer(bytes), asio::use_awaitable);
  }

  awaitable<std::string_view> line() override {
    for (;;) {
      const auto end = buffer_.find('\n', begin_);
      if (end != std::string::npos) {
        std::string_view found(buffer_.data() + begin_, end - begin_);
        begin_ = end + 1;
        if (found.ends_with('\r')) found.remove_suffix(1);
        co_return found;
      }
      buffer_.erase(0, std::exchange(begin_, 0));
      const auto kept = buffer_.size();
      if (kept > kLongestLine) throw std::runtime_error("a line from the server is too long");
      buffer_.resize(kept + 2048);
      const auto got = co_await stream_.async_read_some(asio::buffer(buffer_.data() + kept, 2048),
                                                        asio::use_awaitable);
      buffer_.resize(kept + got);
    }
  }

 private:
  Stream stream_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what is not read yet
};

using Plain = StreamConnection<asio::ip::tcp::socket>;
using Tls = StreamConnection<asio::ssl::stream<asio::ip::tcp::socket>>;

asio::ssl::context& client_context() {
  static asio::ssl::context context(asio::ssl::context::tls_client);
  return context;
}

}  // namespace

awaitable<std::unique_ptr<Connection>> connect(const Target& target) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::socket socket(executor);
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(target.host), target.port);
  co_await socket.async_connect(endpoint, asio::use_awaitable);
  socket.set_option(asio::ip::tcp::no_delay(true));
  if (!target.tls) co_return std::make_unique<Plain>(std::move(socket));
  auto connection = std::make_unique<Tls>(std::move(socket), client_context());
  co_await connection->stream().async_handshake(asio::ssl::stream_base::client,
                                                asio::use_awaitable);
  co_return connection;
}

}  // namespace freehold::bench

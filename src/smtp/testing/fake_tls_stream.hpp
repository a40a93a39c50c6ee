#pragma once

#include <boost/asio/error.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "net/stream.hpp"

namespace freehold::smtp::testing {

// A stream in memory whose TLS handshake merely changes what tls() says.
class FakeTlsStream final : public net::Stream {
 public:
  explicit FakeTlsStream(std::unique_ptr<net::Stream> inner) : inner_(std::move(inner)) {}

  awaitable<IoResult<std::size_t>> read_some(std::span<char> into, net::Deadline d) override {
    return inner_->read_some(into, d);
  }
  awaitable<IoResult<>> write(std::string_view bytes, net::Deadline d) override {
    ++writes;
    return inner_->write(bytes, d);
  }
  awaitable<IoResult<net::Wake>> wait_readable(net::Deadline d) override {
    return inner_->wait_readable(d);
  }
  void interrupt() override { inner_->interrupt(); }
  void cancel() override { inner_->cancel(); }
  awaitable<IoResult<>> accept_tls(const net::TlsContext&, net::Deadline) override {
    return shake_hands();
  }
  using net::Stream::connect_tls;
  awaitable<IoResult<>> connect_tls(const net::TlsContext&, net::TlsPeer, net::Deadline) override {
    return shake_hands();
  }
  void close() override { inner_->close(); }
  const net::TlsInfo* tls() const override { return tls_ ? &*tls_ : nullptr; }
  const net::Endpoint& peer() const override { return inner_->peer(); }
  const net::Endpoint& local() const override { return inner_->local(); }

  void begin_tls() {
    tls_.emplace();
    tls_->version = "TLSv1.3";
    tls_->cipher = "TLS_AES_256_GCM_SHA384";
    tls_->bits = 256;
    tls_->channel_binding = "exported";
  }

  int writes = 0;
  bool fail_handshake = false;

 private:
  awaitable<IoResult<>> shake_hands() {
    if (fail_handshake) co_return boost::asio::error::connection_reset;
    begin_tls();
    co_return IoResult<>{};
  }

  std::unique_ptr<net::Stream> inner_;
  std::optional<net::TlsInfo> tls_;
};

}  // namespace freehold::smtp::testing

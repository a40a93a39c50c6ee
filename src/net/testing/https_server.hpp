#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>

#include "net/testing/certificates.hpp"

namespace freehold::net::testing {

// A TLS server on the loopback that takes one connection in a thread of its own, reads one request
// and says what it was told to say, byte for byte. Independent of our own TLS.
class CannedHttpsServer {
 public:
  CannedHttpsServer(const TestCertificate& certificate, const TestCertificate* issuer,
                    std::string answer, bool goodbye = true)
      : answer_(std::move(answer)), goodbye_(goodbye) {
    ctx_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(ctx_.get(), certificate.x509());
    SSL_CTX_use_PrivateKey(ctx_.get(), certificate.key().get());
    if (issuer != nullptr) SSL_CTX_add1_chain_cert(ctx_.get(), issuer->x509());
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~CannedHttpsServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  CannedHttpsServer(const CannedHttpsServer&) = delete;
  CannedHttpsServer& operator=(const CannedHttpsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // After the client has been answered.
  [[nodiscard]] std::string request() {
    shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([] {});
    return request_;
  }

 private:
  // The header, and as much of a body as it promises.
  [[nodiscard]] bool is_whole() const {
    const auto end = request_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto at = request_.find("Content-Length: ");
    const std::size_t body = at == std::string::npos ? 0 : std::stoul(request_.substr(at + 16));
    return request_.size() >= end + 4 + body;
  }

  // A TLS record ends after each CR and each LF, where parsers of lines go wrong.
  void write_in_pieces(SSL* ssl) const {
    for (std::size_t begin = 0; begin < answer_.size();) {
      const auto end = std::min(answer_.find_first_of("\r\n", begin), answer_.size() - 1) + 1;
      SSL_write(ssl, answer_.data() + begin, static_cast<int>(end - begin));
      begin = end;
    }
  }

  void serve() {
    const int peer = accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    const std::unique_ptr<SSL, FreeWith<SSL_free>> ssl(SSL_new(ctx_.get()));
    SSL_set_fd(ssl.get(), peer);
    if (SSL_accept(ssl.get()) == 1) {
      char buffer[4096];
      while (!is_whole()) {
        const int count = SSL_read(ssl.get(), buffer, sizeof buffer);
        if (count <= 0) break;
        request_.append(buffer, static_cast<std::size_t>(count));
      }
      if (!answer_.empty()) {
        write_in_pieces(ssl.get());
      } else {
        SSL_read(ssl.get(), buffer, sizeof buffer);  // silent until the client goes
      }
      if (goodbye_) SSL_shutdown(ssl.get());
    }
    close(peer);
  }

  std::string answer_;
  const bool goodbye_;
  std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>> ctx_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string request_;
  std::thread thread_;
};

}  // namespace freehold::net::testing
